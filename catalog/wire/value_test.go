package wire_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"

	"github.com/profferhq/proffer/catalog/wire"
)

// value is a tree of the kinds that this package writes.
type value struct {
	kind  wire.Kind
	bool  bool
	int   int64
	uint  uint64 // used when int is 0
	float float64
	text  string
	items []value // for a map: key, value, key, value
}

// encode writes v with the package under test.
func (v value) encode(dst []byte) []byte {
	switch v.kind {
	case wire.Nil:
		return wire.AppendNil(dst)
	case wire.Bool:
		return wire.AppendBool(dst, v.bool)
	case wire.Int:
		if v.int != 0 {
			return wire.AppendInt(dst, v.int)
		}
		return wire.AppendUint(dst, v.uint)
	case wire.Float:
		return wire.AppendFloat(dst, v.float)
	case wire.Str:
		return wire.AppendStr(dst, v.text)
	case wire.Bin:
		return wire.AppendBin(dst, []byte(v.text))
	case wire.Array:
		dst = wire.AppendArray(dst, len(v.items))
	case wire.Map:
		dst = wire.AppendMap(dst, len(v.items)/2)
	}
	for _, item := range v.items {
		dst = item.encode(dst)
	}
	return dst
}

// reference writes v with the library that the package is compared with.
func (v value) reference(e *msgpack.Encoder) error {
	switch v.kind {
	case wire.Nil:
		return e.EncodeNil()
	case wire.Bool:
		return e.EncodeBool(v.bool)
	case wire.Int:
		if v.int != 0 {
			return e.EncodeInt(v.int)
		}
		return e.EncodeUint(v.uint)
	case wire.Float:
		return e.EncodeFloat64(v.float)
	case wire.Str:
		return e.EncodeString(v.text)
	case wire.Bin:
		return e.EncodeBytes([]byte(v.text))
	case wire.Array:
		if err := e.EncodeArrayLen(len(v.items)); err != nil {
			return err
		}
	case wire.Map:
		if err := e.EncodeMapLen(len(v.items) / 2); err != nil {
			return err
		}
	}
	for _, item := range v.items {
		if err := item.reference(e); err != nil {
			return err
		}
	}
	return nil
}

func newEncoder(buf *bytes.Buffer) *msgpack.Encoder {
	e := msgpack.NewEncoder(buf)
	e.UseCompactInts(true)
	return e
}

// samples holds a value on either side of every change of encoding.
func samples() []value {
	out := []value{{kind: wire.Nil}, {kind: wire.Bool}, {kind: wire.Bool, bool: true}, {kind: wire.Int}}
	for bits := range 64 {
		for _, delta := range []uint64{math.MaxUint64, 0, 1} {
			out = append(out, value{kind: wire.Int, uint: 1<<bits + delta})
			out = append(out, value{kind: wire.Int, int: -1<<bits + int64(delta)})
		}
	}
	for _, f := range []float64{0, 1, -1.5, math.MaxFloat64, math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat64, math.Copysign(0, -1)} {
		out = append(out, value{kind: wire.Float, float: f})
	}
	for _, n := range []int{0, 1, 15, 16, 31, 32, 255, 256, 700} {
		text := strings.Repeat("x", n)
		one := []value{{kind: wire.Int, uint: 7}}
		for len(one) < 2*n {
			one = append(one, one[0])
		}
		out = append(out,
			value{kind: wire.Str, text: text}, value{kind: wire.Bin, text: text},
			value{kind: wire.Array, items: one[:n]}, value{kind: wire.Map, items: one[:2*n]})
	}
	return append(out, value{kind: wire.Array, items: out[:12]})
}

// canonical reads one value with the cursor and writes it with the appenders.
func canonical(c *wire.Cursor, dst []byte) []byte {
	switch c.Kind() {
	case wire.Nil:
		c.Nil()
		return wire.AppendNil(dst)
	case wire.Bool:
		return wire.AppendBool(dst, c.Bool())
	case wire.Int:
		ahead := *c
		if v := ahead.Int(); ahead.OK() {
			*c = ahead
			return wire.AppendInt(dst, v)
		}
		return wire.AppendUint(dst, c.Uint())
	case wire.Float:
		return wire.AppendFloat(dst, c.Float())
	case wire.Str:
		return wire.AppendStrBytes(dst, c.Str())
	case wire.Bin:
		return wire.AppendBin(dst, c.Bin())
	case wire.Array:
		n := c.Array()
		dst = wire.AppendArray(dst, n)
		for range n {
			dst = canonical(c, dst)
		}
	case wire.Map:
		n := c.Map()
		dst = wire.AppendMap(dst, n)
		for range 2 * n {
			dst = canonical(c, dst)
		}
	default:
		c.Fail()
	}
	return dst
}

// transcode does what canonical does with the reference library on both sides.
func transcode(d *msgpack.Decoder, e *msgpack.Encoder) error {
	code, err := d.PeekCode()
	if err != nil {
		return err
	}
	switch {
	case code == msgpcode.Nil:
		if err := d.DecodeNil(); err != nil {
			return err
		}
		return e.EncodeNil()
	case code == msgpcode.True || code == msgpcode.False:
		return pass(d.DecodeBool, e.EncodeBool)
	case code == msgpcode.Float || code == msgpcode.Double:
		return pass(d.DecodeFloat64, e.EncodeFloat64)
	case code == msgpcode.Uint64:
		return pass(d.DecodeUint64, e.EncodeUint)
	case msgpcode.IsFixedNum(code) || code >= msgpcode.Uint8 && code <= msgpcode.Int64:
		return pass(d.DecodeInt64, e.EncodeInt)
	case msgpcode.IsString(code):
		return pass(d.DecodeString, e.EncodeString)
	case msgpcode.IsBin(code):
		return pass(d.DecodeBytes, func(b []byte) error { return e.EncodeBytes(append([]byte{}, b...)) })
	case msgpcode.IsFixedArray(code) || code == msgpcode.Array16 || code == msgpcode.Array32:
		n, err := d.DecodeArrayLen()
		return several(n, err, e.EncodeArrayLen, d, e)
	case msgpcode.IsFixedMap(code) || code == msgpcode.Map16 || code == msgpcode.Map32:
		n, err := d.DecodeMapLen()
		return several(2*n, err, func(n int) error { return e.EncodeMapLen(n / 2) }, d, e)
	}
	return fmt.Errorf("code %#x", code)
}

func pass[T any](decode func() (T, error), encode func(T) error) error {
	v, err := decode()
	if err != nil {
		return err
	}
	return encode(v)
}

func several(n int, err error, head func(int) error, d *msgpack.Decoder, e *msgpack.Encoder) error {
	if err == nil {
		err = head(n)
	}
	for range n {
		if err == nil {
			err = transcode(d, e)
		}
	}
	return err
}
