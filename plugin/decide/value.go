package decide

import (
	"math"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/expr"
)

// Value converts one msgpack value to a declared type, a catalog.Type. A value
// of another type is missing; an integer may stand for a double.
func Value(raw []byte, typ uint8) expr.Value {
	if len(raw) == 0 {
		return expr.Value{}
	}
	c := wire.NewCursor(raw)
	v := scalar(&c, catalog.Type(typ))
	if !c.Done() {
		return expr.Value{}
	}
	if v.Kind == expr.List {
		v.Bytes = raw
	}
	return v
}

func scalar(c *wire.Cursor, typ catalog.Type) expr.Value {
	kind := c.Kind()
	switch {
	case typ == catalog.TypeBool && kind == wire.Bool:
		if c.Bool() {
			return expr.Value{Kind: expr.Bool, Bits: 1}
		}
		return expr.Value{Kind: expr.Bool}
	case typ == catalog.TypeInt && kind == wire.Int:
		return expr.Value{Kind: expr.Int, Bits: uint64(c.Int())}
	case typ == catalog.TypeDouble && (kind == wire.Float || kind == wire.Int):
		return expr.Value{Kind: expr.Double, Bits: math.Float64bits(c.Float())}
	case typ == catalog.TypeString && kind == wire.Str:
		return expr.Value{Kind: expr.String, Bytes: c.Str()}
	case kind == wire.Array:
		return list(c, typ)
	}
	c.Fail()
	return expr.Value{}
}

// list checks that every element of an array has the declared type. In a list of
// doubles an integer may stand for one: the evaluator reads the elements where
// they lie and compares numbers by value.
func list(c *wire.Cursor, typ catalog.Type) expr.Value {
	want := wire.Str
	switch typ {
	case catalog.TypeStringList:
	case catalog.TypeIntList:
		want = wire.Int
	case catalog.TypeDoubleList:
		want = wire.Float
	default:
		c.Fail()
		return expr.Value{}
	}
	for n := c.Array(); n > 0 && c.OK(); n-- {
		if kind := c.Kind(); kind != want && (want != wire.Float || kind != wire.Int) {
			c.Fail()
		}
		c.Skip()
	}
	return expr.Value{Kind: expr.List}
}
