package expr

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
)

// member looks v up in a list, by the equality of CEL: numbers of all types by
// value, nothing equals a value of another type.
func (m *Machine) member(v, list *Value) byte {
	switch {
	case v.Kind <= Error || list.Kind <= Error:
		return 0
	case list.Kind != List:
		return snapshot.RelOther
	case !m.spend(len(list.Bytes)):
		return 0
	}
	c := wire.NewCursor(list.Bytes)
	n := c.Array()
	if v.Kind == String && c.OK() {
		rest, left := skipShort(list.Bytes[c.Offset():], n, v.Bytes)
		if left < 0 {
			return snapshot.RelEqual
		}
		c, n = wire.NewCursor(rest), left
	}
	for ; n > 0; n-- {
		item := element(&c)
		if m.compare(v, &item, snapshot.RelEQ) == snapshot.RelEqual {
			return snapshot.RelEqual
		}
	}
	return absent(&c)
}

// skipShort goes through the strings of less than 32 bytes at the start of n
// MessagePack values, up to one that equals s. It gives what comes behind them
// and how many values that is, or -1 if s was found. Short strings are what
// lists of segments and themes are made of, and this leaf spares 20 ns for each
// against the cursor, in WebAssembly.
func skipShort(b []byte, n int, s []byte) (rest []byte, left int) {
	const fixstr, mask = 0xa0, 0x1f // the first byte of a string of at most 31 bytes holds its length
	for n > 0 && len(b) > 0 && b[0]&^mask == fixstr {
		end := 1 + int(b[0]&mask)
		if end > len(b) {
			break
		}
		if equal(b[1:end], s) {
			return nil, -1
		}
		b = b[end:]
		n--
	}
	return b, n
}

// absent is the outcome of a search that found nothing.
func absent(c *wire.Cursor) byte {
	if !c.OK() {
		return 0
	}
	return snapshot.RelLess
}

// element reads one element of a list; what is no scalar makes the cursor bad.
func element(c *wire.Cursor) Value {
	switch c.Kind() {
	case wire.Str:
		return FromString(c.Str())
	case wire.Bool:
		return FromBool(c.Bool())
	case wire.Float:
		return FromDouble(c.Float())
	case wire.Int:
		signed := *c
		if i := signed.Int(); signed.OK() {
			*c = signed
			return FromInt(i)
		}
		return Value{Kind: Uint, Bits: c.Uint()}
	}
	c.Fail()
	return Value{Kind: Error}
}

// compareLists compares two lists: equal if they are so element by element.
func (m *Machine) compareLists(a, b []byte) byte {
	if !m.spend(len(a) + len(b)) {
		return 0
	}
	x, y := wire.NewCursor(a), wire.NewCursor(b)
	n, same := x.Array(), y.Array()
	if x.OK() && y.OK() && n != same {
		return snapshot.RelLess
	}
	for ; n > 0 && x.OK() && y.OK(); n-- {
		v, w := element(&x), element(&y)
		if x.OK() && y.OK() && m.compare(&v, &w, snapshot.RelEQ) != snapshot.RelEqual {
			return snapshot.RelLess
		}
	}
	if !x.OK() || !y.OK() {
		return 0
	}
	return snapshot.RelEqual
}
