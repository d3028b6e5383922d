package wire_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/profferhq/proffer/catalog/wire"
)

// FuzzCursor holds three things for any bytes: reads in any order (chosen by
// ops) stay inside the input, move forward and stop at the first error, without
// allocating; Check and Skip agree; and what Check passes reads as it does with
// the reference library.
func FuzzCursor(f *testing.F) {
	for _, v := range samples() {
		f.Add([]byte{12}, v.encode(nil))
	}
	for _, bomb := range []string{
		"\xdd\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff", "\xc6\xff\xff\xff\xff",
		"\xdd\xdd\xff\x00\x00\x00\x00", nested(40, ""), "\xc9\xff\xff\xff\xff\x01",
	} {
		f.Add([]byte{8, 9, 7, 10}, []byte(bomb))
	}
	f.Fuzz(func(t *testing.T, ops, in []byte) {
		if n := testing.AllocsPerRun(1, func() { drive(t, ops, in) }); n != 0 {
			t.Errorf("reads allocate %v times", n)
		}
		err := wire.Check(in, wire.MaxDepth)
		assertSkip(t, in, err)
		if err == nil {
			assertReads(t, in)
		}
	})
}

func drive(t *testing.T, ops, in []byte) {
	c := wire.NewCursor(in)
	for _, op := range ops {
		before, ok := c.Offset(), c.OK()
		step(&c, op)
		switch {
		case c.Offset() < before || c.Offset() > len(in):
			t.Fatalf("operation %d moved from %d to %d of %d", op, before, c.Offset(), len(in))
		case !ok && (c.OK() || c.Offset() != before):
			t.Fatalf("operation %d went on after an error", op)
		}
	}
}

func step(c *wire.Cursor, op byte) {
	switch op % 13 {
	case 0:
		c.Nil()
	case 1:
		c.Bool()
	case 2:
		c.Int()
	case 3:
		c.Uint()
	case 4:
		c.Float()
	case 5:
		c.Str()
	case 6:
		c.Bin()
	case 7:
		c.Array()
	case 8:
		c.Map()
	case 9:
		c.Skip()
	case 10:
		c.Raw()
	case 11:
		c.Kind()
	case 12:
		c.Done()
	}
}

// assertSkip holds Skip against what Check said of the same bytes.
func assertSkip(t *testing.T, in []byte, err error) {
	c := wire.NewCursor(in)
	c.Skip()
	var good bool
	switch {
	case err == nil:
		good = c.Done()
	case errors.Is(err, wire.FaultTrailing):
		good = c.OK() && c.Offset() < len(in)
	case errors.Is(err, wire.FaultExt): // which Skip passes over
		good = true
	default:
		good = !c.OK()
	}
	if !good {
		t.Fatalf("Check(%x) = %v, but Skip stops at %d of %d, OK %v", in, err, c.Offset(), len(in), c.OK())
	}
}

func assertReads(t *testing.T, in []byte) {
	c := wire.NewCursor(in)
	got := canonical(&c, nil)
	if !c.Done() {
		t.Fatalf("%x passed Check but stops reading at %d", in, c.Offset())
	}
	var want bytes.Buffer
	d := msgpack.NewDecoder(bytes.NewReader(in))
	if err := transcode(d, newEncoder(&want)); err != nil {
		t.Fatalf("the reference refuses %x: %v", in, err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Fatalf("%x reads as %x, the reference reads %x", in, got, want.Bytes())
	}
	if err := wire.Check(got, wire.MaxDepth); err != nil {
		t.Fatalf("what was written, %x, does not pass: %v", got, err)
	}
}
