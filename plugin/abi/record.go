package abi

import (
	"slices"

	"github.com/profferhq/proffer/catalog/wire"
)

// Record is what a host found for a Need.
type Record struct {
	Persons  []Person  // at most one for each source
	Visitors []Visitor // at most one for each folder
	Erased   bool      // the visitor has been erased, so that its cookie is a stranger's
	Linked   History   // what other visitors of the person were shown, for environments that merge histories
}

// Person is one person of a people source.
type Person struct {
	Source     []byte
	Key        []byte
	Attributes Attributes
	History    History
}

// Visitor is the record of the visitor in one folder; an empty Folder stands
// for every folder.
type Visitor struct {
	Folder     []byte
	Known      bool
	Attributes Attributes
	History    History
}

// record reads element 17 of a request.
func (r *Request) record(d *decoder) {
	if !d.next() {
		return
	}
	r.HasRecord = true
	outer := d.enter()
	n := d.count(MaxPersons, "record: over the limit of 256 persons")
	r.Record.Persons = slices.Grow(r.Record.Persons, n)[:n]
	for i := range r.Record.Persons {
		d.person(r.Record.Persons[:i+1])
		if !d.c.OK() {
			return
		}
	}
	n = d.count(MaxVisitors, "record: over the limit of 256 visitors")
	r.Record.Visitors = slices.Grow(r.Record.Visitors, n)[:n]
	for i := range r.Record.Visitors {
		d.visitor(r.Record.Visitors[:i+1])
		if !d.c.OK() {
			return
		}
	}
	r.Record.Erased = d.bool()
	r.Record.Linked = d.history()
	d.leave(outer, 2)
}

// person reads the last of list.
func (d *decoder) person(list []Person) {
	before, p := list[:len(list)-1], &list[len(list)-1]
	outer := d.enter()
	p.Source = d.str()
	p.Key = d.str()
	p.Attributes = d.attributeMap()
	p.History = d.history()
	d.leave(outer, 4)
	for i := range before {
		if string(before[i].Source) == string(p.Source) {
			d.refuse(StatusRefused, "record: two persons of one source")
			return
		}
	}
}

// visitor reads the last of list.
func (d *decoder) visitor(list []Visitor) {
	before, v := list[:len(list)-1], &list[len(list)-1]
	outer := d.enter()
	v.Folder = d.str()
	v.Known = d.bool()
	v.Attributes = d.attributeMap()
	v.History = d.history()
	d.leave(outer, 4)
	for i := range before {
		if string(before[i].Folder) == string(v.Folder) {
			d.refuse(StatusRefused, "record: two visitors of one folder")
			return
		}
	}
}

func appendRecord(dst []byte, r *Record) []byte {
	dst = wire.AppendArray(dst, 4)
	dst = wire.AppendArray(dst, len(r.Persons))
	for i := range r.Persons {
		p := &r.Persons[i]
		dst = wire.AppendArray(dst, 4)
		dst = wire.AppendStrBytes(dst, p.Source)
		dst = wire.AppendStrBytes(dst, p.Key)
		dst = appendMap(dst, p.Attributes)
		dst = appendList(dst, p.History)
	}
	dst = wire.AppendArray(dst, len(r.Visitors))
	for i := range r.Visitors {
		v := &r.Visitors[i]
		dst = wire.AppendArray(dst, 4)
		dst = wire.AppendStrBytes(dst, v.Folder)
		dst = wire.AppendBool(dst, v.Known)
		dst = appendMap(dst, v.Attributes)
		dst = appendList(dst, v.History)
	}
	dst = wire.AppendBool(dst, r.Erased)
	return appendList(dst, r.Linked)
}
