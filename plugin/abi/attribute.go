package abi

import "github.com/profferhq/proffer/catalog/wire"

// Attribute is one named value of call data or of a record.
type Attribute struct {
	Name []byte
	// Value is the encoding of a bool, an integer of 64 bits with a sign, a
	// float, a string, or an array of values of one of these types. Decoding
	// has checked that.
	Value []byte
}

// Attributes is the encoding of a whole map of attributes; nil is an empty one.
type Attributes []byte

// Len gives the number of attributes, 0 for bytes that are no map.
func (a Attributes) Len() int {
	c := wire.NewCursor(a)
	return c.Map()
}

// Iterate gives an iterator that stands before the first attribute.
func (a Attributes) Iterate() AttributeIterator {
	c := wire.NewCursor(a)
	n := c.Map()
	return AttributeIterator{cursor: c, left: n}
}

// AttributeIterator walks Attributes. It is a value: a copy walks on its own.
type AttributeIterator struct {
	cursor wire.Cursor
	left   int
}

// Next writes the next attribute, which aliases the map, to a and reports
// whether there was one. It ends early where bytes that were not decoded first
// are malformed.
func (i *AttributeIterator) Next(a *Attribute) bool {
	if i.left == 0 {
		return false
	}
	i.left--
	a.Name = i.cursor.Str()
	a.Value = i.cursor.Raw()
	return i.cursor.OK()
}

// AppendAttributes appends the encoding of a map of attributes.
func AppendAttributes(dst []byte, list []Attribute) []byte {
	dst = wire.AppendMap(dst, len(list))
	for i := range list {
		dst = wire.AppendStrBytes(dst, list[i].Name)
		dst = append(dst, list[i].Value...)
	}
	return dst
}

// attributes reads a map of call data, within its limits, to the end of the
// arena. The list keeps its elements also when the arena moves later.
func (d *decoder) attributes(arena *[]Attribute) []Attribute {
	if !d.next() {
		return nil
	}
	list := *arena
	start := len(list)
	n := d.c.Map()
	if n > MaxAttributes {
		d.refuse(StatusRefused, "attributes: over the limit of 64")
		return nil
	}
	for ; n > 0; n-- {
		name := d.c.Str()
		from := d.c.Offset()
		skipValue(&d.c)
		to := d.c.Offset()
		if !d.c.OK() {
			return nil
		}
		if len(name)+to-from > MaxAttribute {
			d.refuse(StatusRefused, "attributes: one over the limit of 1024 bytes")
			return nil
		}
		list = append(list, Attribute{Name: name, Value: d.b[from:to:to]})
	}
	*arena = list
	if len(list) == start {
		return nil
	}
	return list[start:len(list):len(list)]
}

// attributeMap checks a map of attributes of a record or an answer, which has no
// limits of its own, and gives its bytes; nil for an empty one.
func (d *decoder) attributeMap() Attributes {
	if !d.next() {
		return nil
	}
	start := d.c.Offset()
	n := d.c.Map()
	empty := n == 0
	for ; n > 0 && d.c.OK(); n-- {
		d.c.Str()
		skipValue(&d.c)
	}
	if empty || !d.c.OK() {
		return nil
	}
	end := d.c.Offset()
	return d.b[start:end:end]
}

// skipValue consumes the value of an attribute.
func skipValue(c *wire.Cursor) {
	kind := c.Kind()
	if kind != wire.Array {
		skipScalar(c, kind)
		return
	}
	n := c.Array()
	if n == 0 {
		return
	}
	kind = c.Kind()
	for ; n > 0 && c.OK(); n-- {
		if c.Kind() != kind {
			c.Fail()
			return
		}
		skipScalar(c, kind)
	}
}

// skipScalar consumes a value of the given kind, which must be that of a scalar.
func skipScalar(c *wire.Cursor, kind wire.Kind) {
	switch kind {
	case wire.Str:
		c.Str()
	case wire.Int:
		c.Int()
	case wire.Bool:
		c.Bool()
	case wire.Float:
		c.Float()
	default:
		c.Fail()
	}
}
