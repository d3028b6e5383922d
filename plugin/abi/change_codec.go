package abi

import (
	"slices"

	"github.com/profferhq/proffer/catalog/wire"
)

// appendChanges appends changes, or nil where there are none.
func appendChanges(dst []byte, has bool, c *Changes) []byte {
	if !has {
		return wire.AppendNil(dst)
	}
	dst = wire.AppendArray(dst, 7)
	dst = appendBinOrNil(dst, c.Visitor)
	dst = wire.AppendBool(dst, c.Forget)
	dst = appendPersonKey(dst, c.Person)
	dst = appendLink(dst, &c.Link)
	dst = wire.AppendArray(dst, len(c.Folders))
	for i := range c.Folders {
		dst = wire.AppendArray(dst, 2)
		dst = wire.AppendStrBytes(dst, c.Folders[i].Folder)
		dst = appendMap(dst, c.Folders[i].Attributes)
	}
	dst = appendList(dst, c.History)
	dst = wire.AppendArray(dst, len(c.Persons))
	for i := range c.Persons {
		p := &c.Persons[i]
		dst = wire.AppendArray(dst, 3)
		dst = wire.AppendStrBytes(dst, p.Source)
		dst = appendStrOrNil(dst, p.Key)
		dst = appendList(dst, p.History)
	}
	return dst
}

// empty gives the memory of c's lists alone.
func (c *Changes) empty() Changes {
	return Changes{Folders: c.Folders[:0], Persons: c.Persons[:0]}
}

// changes reads changes or nil into c, which is empty, and reports whether there
// were any.
func (d *decoder) changes(c *Changes) bool {
	if !d.next() {
		return false
	}
	outer := d.enter()
	c.Visitor = d.sized(VisitorSize, "changes: visitor is not 16 bytes")
	c.Forget = d.bool()
	c.Person = d.personKey("changes: person without a key")
	c.Link = d.link()
	n := d.count(MaxVisitors, "changes: over the limit of 256 folders")
	c.Folders = slices.Grow(c.Folders, n)[:n]
	for i := range c.Folders {
		inner := d.enter()
		c.Folders[i] = FolderChange{Folder: d.str(), Attributes: d.attributeMap()}
		d.leave(inner, 4)
	}
	c.History = d.history()
	n = d.count(MaxPersons, "changes: over the limit of 256 persons")
	c.Persons = slices.Grow(c.Persons, n)[:n]
	for i := range c.Persons {
		inner := d.enter()
		c.Persons[i] = PersonChange{Source: d.str(), Key: d.str(), History: d.history()}
		d.leave(inner, 4)
	}
	d.leave(outer, 2)
	return true
}
