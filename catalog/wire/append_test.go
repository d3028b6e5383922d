package wire_test

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/wire"
)

func assertReference(t interface {
	Helper()
	Fatalf(string, ...any)
}, v value) {
	t.Helper()
	var buf bytes.Buffer
	if err := v.reference(newEncoder(&buf)); err != nil {
		t.Fatalf("reference: %v", err)
	}
	got := v.encode([]byte("head"))
	if string(got[:4]) != "head" || !bytes.Equal(got[4:], buf.Bytes()) {
		t.Fatalf("%+v encodes as %x, the reference as %x", v, got[4:], buf.Bytes())
	}
	c := wire.NewCursor(got[4:])
	if again := canonical(&c, nil); !c.Done() || !bytes.Equal(again, got[4:]) {
		t.Fatalf("%x reads and writes back as %x", got[4:], again)
	}
}

func TestAppendAgreesWithReference(t *testing.T) {
	for _, v := range samples() {
		assertReference(t, v)
	}
	for _, n := range []int{65535, 65536} {
		assertReference(t, value{kind: wire.Str, text: strings.Repeat("s", n)})
		assertReference(t, value{kind: wire.Bin, text: strings.Repeat("b", n)})
		assertReference(t, value{kind: wire.Array, items: make([]value, n)}.of(wire.Nil))
		assertReference(t, value{kind: wire.Map, items: make([]value, 2*n)}.of(wire.Nil))
	}
}

// of gives every item a kind.
func (v value) of(kind wire.Kind) value {
	for i := range v.items {
		v.items[i].kind = kind
	}
	return v
}

func drawValue(t *rapid.T, depth int) value {
	kind := wire.Kind(rapid.IntRange(int(wire.Nil), int(wire.Map)).Draw(t, "kind"))
	v := value{kind: kind}
	switch kind {
	case wire.Bool:
		v.bool = rapid.Bool().Draw(t, "bool")
	case wire.Int:
		v.int, v.uint = rapid.Int64().Draw(t, "int"), rapid.Uint64().Draw(t, "uint")
	case wire.Float:
		v.float = rapid.Float64().Draw(t, "float")
	case wire.Str, wire.Bin:
		v.text = rapid.String().Draw(t, "text")
	case wire.Array, wire.Map:
		n := 0
		if depth > 0 {
			n = 2 * rapid.IntRange(0, 4).Draw(t, "n")
		}
		for range n {
			v.items = append(v.items, drawValue(t, depth-1))
		}
	}
	return v
}

func TestAppendAgreesWithReferenceOnTrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawValue(t, 4)
		assertReference(t, v)
		in := v.encode(nil)
		if err := wire.Check(in, 5); err != nil {
			t.Fatalf("Check(%x) = %v", in, err)
		}
	})
}
