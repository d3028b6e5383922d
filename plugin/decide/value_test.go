package decide_test

import (
	"reflect"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
)

func TestValuesHaveTheDeclaredType(t *testing.T) {
	list := func(items ...any) []byte {
		b := wire.AppendArray(nil, len(items))
		for _, v := range items {
			b = append(b, encodeValue(v)...)
		}
		return b
	}
	tests := []struct {
		name string
		raw  []byte
		typ  catalog.Type
		want expr.Kind // Missing: the value is none of the type
	}{
		{"bool", encodeValue(true), catalog.TypeBool, expr.Bool},
		{"bool as int", encodeValue(true), catalog.TypeInt, expr.Missing},
		{"int", encodeValue(int64(-5)), catalog.TypeInt, expr.Int},
		{"int as double", encodeValue(int64(-5)), catalog.TypeDouble, expr.Double},
		{"double as int", encodeValue(5.0), catalog.TypeInt, expr.Missing},
		{"double", encodeValue(5.5), catalog.TypeDouble, expr.Double},
		{"float of 32 bits", []byte{0xca, 0x3f, 0x80, 0, 0}, catalog.TypeDouble, expr.Double},
		{"string", encodeValue("x"), catalog.TypeString, expr.String},
		{"empty string", encodeValue(""), catalog.TypeString, expr.String},
		{"string as bool", encodeValue("true"), catalog.TypeBool, expr.Missing},
		{"nil", []byte{0xc0}, catalog.TypeString, expr.Missing},
		{"bytes", []byte{0xc4, 1, 'x'}, catalog.TypeString, expr.Missing},
		{"nothing", nil, catalog.TypeString, expr.Missing},
		{"cut", encodeValue("long")[:3], catalog.TypeString, expr.Missing},
		{"two values", append(encodeValue("a"), encodeValue("b")...), catalog.TypeString, expr.Missing},
		{"strings", list("a", "b"), catalog.TypeStringList, expr.List},
		{"no strings", list(), catalog.TypeStringList, expr.List},
		{"mixed list", list("a", int64(1)), catalog.TypeStringList, expr.Missing},
		{"ints", list(int64(1), int64(2)), catalog.TypeIntList, expr.List},
		{"doubles", list(1.5, 2.0), catalog.TypeDoubleList, expr.List},
		{"doubles as ints", list(1.0), catalog.TypeIntList, expr.Missing},
		{"list as string", list("a"), catalog.TypeString, expr.Missing},
		{"string as list", encodeValue("a"), catalog.TypeStringList, expr.Missing},
		{"list of lists", append([]byte{0x91}, list("a")...), catalog.TypeStringList, expr.Missing},
		{"cut list", list("a", "b")[:3], catalog.TypeStringList, expr.Missing},
		{"unknown type", encodeValue("a"), 99, expr.Missing},
	}
	for _, tt := range tests {
		if got := decide.Value(tt.raw, uint8(tt.typ)); got.Kind != tt.want {
			t.Errorf("%s: kind %d, want %d", tt.name, got.Kind, tt.want)
		}
	}
	if got := goValue(decide.Value(encodeValue(int64(3)), uint8(catalog.TypeDouble))); !reflect.DeepEqual(got, 3.0) {
		t.Errorf("3 as a double is %v", got)
	}
}
