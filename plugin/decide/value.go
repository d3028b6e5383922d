package decide

import (
	"math"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/expr"
)

// Value converts one msgpack value to a declared type, a catalog.Type. A value
// of another type is missing; an integer may stand for a double.
func Value(raw []byte, typ uint8) (v expr.Value) {
	Set(&v, raw, typ)
	return v
}

// Set makes v the value that Value gives and reports whether there is one; v
// stays as it is where it would be missing.
//
//go:noinline
func Set(v *expr.Value, raw []byte, typ uint8) bool {
	if len(raw) == 0 {
		return false
	}
	// The shortest forms, which most values have, need no cursor.
	code := raw[0]
	switch t := catalog.Type(typ); {
	case t == catalog.TypeString && code>>5 == 0xa0>>5 && len(raw) == 1+int(code&0x1f):
		setText(v, raw[1:])
		return true
	case t == catalog.TypeInt && code < 0x80 && len(raw) == 1:
		v.Kind, v.Bits = expr.Int, uint64(code)
		return true
	case t == catalog.TypeBool && code>>1 == 0xc2>>1 && len(raw) == 1:
		v.Kind, v.Bits = expr.Bool, uint64(code&1)
		return true
	}
	c := wire.NewCursor(raw)
	kind, bits := expr.Bool, uint64(0)
	switch catalog.Type(typ) {
	case catalog.TypeString:
		s := c.Str()
		if c.Done() {
			setText(v, s)
		}
		return c.Done()
	case catalog.TypeBool:
		if c.Bool() {
			bits = 1
		}
	case catalog.TypeInt:
		kind, bits = expr.Int, uint64(c.Int())
	case catalog.TypeDouble:
		kind, bits = expr.Double, math.Float64bits(c.Float())
	default:
		if !list(raw, catalog.Type(typ)) {
			return false
		}
		setList(v, raw)
		return true
	}
	if !c.Done() {
		return false
	}
	v.Kind, v.Bits = kind, bits
	return true
}

// list checks that raw is an array whose elements have the declared type. In a
// list of doubles an integer may stand for one: the evaluator reads the elements
// where they lie and compares numbers by value.
func list(raw []byte, typ catalog.Type) bool {
	if typ == catalog.TypeStringList {
		return wire.Strs(raw)
	}
	c := wire.NewCursor(raw)
	n := c.Array()
	for ; n > 0 && c.OK(); n-- {
		switch typ {
		case catalog.TypeIntList:
			c.Int()
		case catalog.TypeDoubleList:
			c.Float()
		default:
			c.Fail()
		}
	}
	return c.Done() && (typ == catalog.TypeIntList || typ == catalog.TypeDoubleList)
}
