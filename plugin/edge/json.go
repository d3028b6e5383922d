package edge

import (
	"bytes"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/inject"
)

// MaxJSON bounds an answer in JSON that offers are written into, in bytes: it is
// held back whole, since no part of it is of use before its end. 1 MiB holds
// hundreds of products with all that a list of them shows.
const MaxJSON = 1 << 20

// Places are the places for offers in one answer in JSON after another: Locate
// finds the catalog's for a path, Find which of them a body has, Ask what the
// module is asked, Fill what it answered, and Splice writes that. The zero value
// is ready for Locate.
type Places struct {
	reader inject.JSON
	paths  [][]byte   // at most abi.MaxSlots; alias the snapshot
	slots  []abi.Slot // at them, so that a slot may have several places; alias it too
	values [][]byte   // alias the module's answer
}

// Clear leaves nothing of what belongs to others.
func (p *Places) Clear() {
	clear(p.paths)
	clear(p.slots)
	clear(p.values)
}

// HasPlaces reports whether a catalog has places for offers in the answers on a
// path.
func HasPlaces(v *snapshot.View, path []byte) bool {
	return v.Count(snapshot.SecJSONSlots) > 0 && v.FindJSONSlots(path).Count > 0
}

// Locate finds the catalog's places on a path.
func (p *Places) Locate(v *snapshot.View, path []byte) {
	p.paths, p.slots = p.paths[:0], p.slots[:0]
	list := v.FindJSONSlots(path)
	for i := list.Start; i < list.End() && len(p.paths) < abi.MaxSlots; i++ {
		r := v.JSONSlot(i)
		p.paths = append(p.paths, v.Name(r.Path()))
		p.slots = append(p.slots, abi.Slot{Space: v.Name(r.Space()), N: int(r.N())})
	}
}

// Find reads a whole body; see [inject.JSON.Find].
func (p *Places) Find(body []byte) bool { return p.reader.Find(body, p.paths) }

// Ask tells the module which slots there are, and, if a body was read, which of
// them it holds. Where the catalog lists the page, its list is what is decided,
// else these are. It reports false where nothing can come of it.
func (p *Places) Ask(q *abi.Request, listed, read bool) bool {
	if !listed {
		q.Mode = abi.SlotsAsked
	}
	q.HasSlots = read || !listed
	held := false
	for i := range p.slots {
		slot := p.slots[i]
		found := read && p.reader.Found(i)
		held = held || found
		if read {
			slot.Held = abi.HeldNo
		}
		if found {
			slot.Held = abi.HeldYes
		}
		if q.HasSlots && (found || !listed) {
			q.Slots = with(q.Slots, slot)
		}
	}
	return len(p.slots) > 0 && (held || listed || !read)
}

// with is a list with one more slot, which is held if one place of it is.
func with(list []abi.Slot, slot abi.Slot) []abi.Slot {
	for i := range list {
		if sameSlot(&list[i], slot.Space, slot.N) {
			if slot.Held == abi.HeldYes {
				list[i].Held = abi.HeldYes
			}
			return list
		}
	}
	return append(list, slot)
}

func sameSlot(s *abi.Slot, space []byte, n int) bool {
	return s.N == n && string(s.Space) == string(space)
}

// Fill takes what the module answered and reports whether a place gets a value.
func (p *Places) Fill(answers []abi.SlotAnswer) (wanted bool) {
	p.values = p.values[:0]
	for i := range p.slots {
		var value []byte
		for k := range answers {
			if a := &answers[k]; a.Offer != nil && sameSlot(&p.slots[i], a.Space, a.N) {
				value = a.JSON
				break
			}
		}
		wanted = wanted || value != nil && p.reader.Found(i)
		p.values = append(p.values, value)
	}
	return wanted
}

// Splice appends to dst the body with the values at their places.
func (p *Places) Splice(dst, body []byte) []byte { return p.reader.Splice(dst, body, p.values) }

// Len is how many places there are.
func (p *Places) Len() int { return len(p.slots) }

// Empty reports whether place i is there, and no value for it.
func (p *Places) Empty(i int) bool { return p.values[i] == nil && p.reader.Found(i) }

// Written reports whether the value of place i was written.
func (p *Places) Written(i int) bool { return p.reader.Written(i) }

// IsJSON reports whether a response is one JSON value that can be changed: status
// 200, whole, of a type of JSON, in UTF-8 (RFC 8259, section 8.1), not encoded.
func IsJSON(status uint32, contentType, contentEncoding []byte) bool {
	if status != 200 || encoded(contentEncoding) {
		return false
	}
	media, params, _ := bytes.Cut(Lower(contentType), []byte(";"))
	media = bytes.TrimSpace(media)
	if string(media) != "application/json" && !bytes.HasSuffix(media, []byte("+json")) {
		return false
	}
	label, declared := labelAfter(params, "charset")
	return !declared || isUTF8(label)
}
