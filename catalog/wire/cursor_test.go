package wire_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/profferhq/proffer/catalog/wire"
)

// read is the outcome of one read, in a form that can be compared.
type read struct {
	value any
	ok    bool
	at    int
}

func TestCursorReads(t *testing.T) {
	reads := map[string]func(*wire.Cursor) any{
		"nil":   func(c *wire.Cursor) any { return c.Nil() },
		"bool":  func(c *wire.Cursor) any { return c.Bool() },
		"int":   func(c *wire.Cursor) any { return c.Int() },
		"uint":  func(c *wire.Cursor) any { return c.Uint() },
		"float": func(c *wire.Cursor) any { return c.Float() },
		"str":   func(c *wire.Cursor) any { return string(c.Str()) },
		"bin":   func(c *wire.Cursor) any { return string(c.Bin()) },
		"array": func(c *wire.Cursor) any { return c.Array() },
		"map":   func(c *wire.Cursor) any { return c.Map() },
	}
	tests := []struct {
		name, read, in string
		want           read
	}{
		{"nil", "nil", "\xc0", read{true, true, 1}},
		{"nil is not next", "nil", "\x01", read{false, true, 0}},
		{"nil at the end", "nil", "", read{false, true, 0}},
		{"false", "bool", "\xc2", read{false, true, 1}},
		{"true", "bool", "\xc3", read{true, true, 1}},
		{"bool from nil", "bool", "\xc0", read{false, false, 0}},
		{"bool from the next code", "bool", "\xc4\x00", read{false, false, 0}},
		{"bool at the end", "bool", "", read{false, false, 0}},

		{"fixint", "uint", "\x7f", read{uint64(127), true, 1}},
		{"uint8", "uint", "\xcc\xff", read{uint64(255), true, 2}},
		{"uint16", "uint", "\xcd\x01\x02", read{uint64(0x102), true, 3}},
		{"uint32", "uint", "\xce\x01\x02\x03\x04", read{uint64(0x1020304), true, 5}},
		{"uint64", "uint", "\xcf\xff\xff\xff\xff\xff\xff\xff\xff", read{uint64(math.MaxUint64), true, 9}},
		{"uint from int8", "uint", "\xd0\x05", read{uint64(5), true, 2}},
		{"uint from int64", "uint", "\xd3\x00\x00\x00\x00\x00\x00\x00\x07", read{uint64(7), true, 9}},
		{"uint from fixint below zero", "uint", "\xff", read{uint64(0), false, 0}},
		{"uint from int16 below zero", "uint", "\xd1\xff\xfe", read{uint64(0), false, 0}},
		{"uint from a string", "uint", "\xa11", read{uint64(0), false, 0}},
		{"uint cut", "uint", "\xcf\x00\x00\x00\x00\x00\x00\x00", read{uint64(0), false, 0}},
		{"uint at the end", "uint", "", read{uint64(0), false, 0}},

		{"int from fixint", "int", "\x05", read{int64(5), true, 1}},
		{"int from fixint below zero", "int", "\xe0", read{int64(-32), true, 1}},
		{"int8", "int", "\xd0\x80", read{int64(-128), true, 2}},
		{"int16", "int", "\xd1\x80\x00", read{int64(-32768), true, 3}},
		{"int32", "int", "\xd2\xff\xff\xff\xff", read{int64(-1), true, 5}},
		{"int64", "int", "\xd3\x80\x00\x00\x00\x00\x00\x00\x00", read{int64(math.MinInt64), true, 9}},
		{"int from uint8", "int", "\xcc\xff", read{int64(255), true, 2}},
		{"int from the largest uint64 that fits", "int", "\xcf\x7f\xff\xff\xff\xff\xff\xff\xff", read{int64(math.MaxInt64), true, 9}},
		{"int from the first uint64 that does not", "int", "\xcf\x80\x00\x00\x00\x00\x00\x00\x00", read{int64(0), false, 0}},
		{"int from a float", "int", "\xca\x3f\x80\x00\x00", read{int64(0), false, 0}},
		{"int cut", "int", "\xd2\xff\xff\xff", read{int64(0), false, 0}},

		{"float64", "float", "\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00", read{1.5, true, 9}},
		{"float32", "float", "\xca\x3f\xc0\x00\x00", read{1.5, true, 5}},
		{"float from int", "float", "\xff", read{-1.0, true, 1}},
		{"float from uint64", "float", "\xcf\xff\xff\xff\xff\xff\xff\xff\xff", read{18446744073709551616.0, true, 9}},
		{"float cut", "float", "\xcb\x3f\xf8", read{0.0, false, 0}},
		{"float from nil", "float", "\xc0", read{0.0, false, 0}},

		{"fixstr", "str", "\xa3abc", read{"abc", true, 4}},
		{"empty str", "str", "\xa0", read{"", true, 1}},
		{"str8 of few bytes", "str", "\xd9\x01a", read{"a", true, 3}},
		{"str16", "str", "\xda\x00\x02ab", read{"ab", true, 5}},
		{"str32", "str", "\xdb\x00\x00\x00\x02ab", read{"ab", true, 7}},
		{"str cut", "str", "\xa3ab", read{"", false, 0}},
		{"str without length", "str", "\xda\x00", read{"", false, 0}},
		{"str of 4 GiB", "str", "\xdb\xff\xff\xff\xff", read{"", false, 0}},
		{"str from bin", "str", "\xc4\x01a", read{"", false, 0}},

		{"bin8", "bin", "\xc4\x01a", read{"a", true, 3}},
		{"bin16", "bin", "\xc5\x00\x01a", read{"a", true, 4}},
		{"bin32", "bin", "\xc6\x00\x00\x00\x01a", read{"a", true, 6}},
		{"bin of 4 GiB", "bin", "\xc6\xff\xff\xff\xff", read{"", false, 0}},
		{"bin from str", "bin", "\xa1a", read{"", false, 0}},
		{"bin at the end", "bin", "", read{"", false, 0}},

		{"fixarray", "array", "\x92\x01\x02", read{2, true, 1}},
		{"array16", "array", "\xdc\x00\x01\x01", read{1, true, 3}},
		{"array32", "array", "\xdd\x00\x00\x00\x01\x01", read{1, true, 5}},
		{"array of more than is left", "array", "\x93\x01\x02", read{0, false, 0}},
		{"array of 4 Gi", "array", "\xdd\xff\xff\xff\xff", read{0, false, 0}},
		{"array from map", "array", "\x80", read{0, false, 0}},

		{"fixmap", "map", "\x81\x01\x02", read{1, true, 1}},
		{"map16", "map", "\xde\x00\x01\x01\x02", read{1, true, 3}},
		{"map32", "map", "\xdf\x00\x00\x00\x01\x01\x02", read{1, true, 5}},
		{"map of more than half of what is left", "map", "\x82\x01\x02\x03", read{0, false, 0}},
		{"map of 4 Gi", "map", "\xdf\xff\xff\xff\xff", read{0, false, 0}},
		{"map from array", "map", "\x90", read{0, false, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := wire.NewCursor([]byte(tt.in))
			value := reads[tt.read](&c)
			if got := (read{value, c.OK(), c.Offset()}); got != tt.want {
				t.Errorf("%s of %q = %v, want %v", tt.read, tt.in, got, tt.want)
			}
		})
	}
}

func TestCursorErrorSticks(t *testing.T) {
	c := wire.NewCursor([]byte("\x01\xa1a\x02\x03"))
	if c.Uint() != 1 || c.Bool() {
		t.Fatal("first reads went wrong")
	}
	if c.OK() || c.Offset() != 1 {
		t.Fatalf("after a wrong read: OK %v, offset %d, want false, 1", c.OK(), c.Offset())
	}
	if s, k := c.Str(), c.Kind(); s != nil || k != wire.None {
		t.Errorf("after an error: Str %q, Kind %d, want none", s, k)
	}
	if c.Uint() != 0 || c.Int() != 0 || c.Float() != 0 || c.Array() != 0 || c.Map() != 0 ||
		c.Nil() || c.Bin() != nil || c.Raw() != nil || c.Done() {
		t.Error("a read after an error gave a value")
	}
	if c.Offset() != 1 {
		t.Errorf("offset moved to %d after the error", c.Offset())
	}
}

func TestCursorFail(t *testing.T) {
	c := wire.NewCursor([]byte("\x01\x02"))
	c.Uint()
	c.Fail()
	if c.OK() || c.Done() || c.Uint() != 0 {
		t.Error("the cursor goes on after Fail")
	}
	end := wire.NewCursor([]byte("\x01"))
	end.Uint()
	end.Fail()
	if end.Done() {
		t.Error("Done after Fail at the end")
	}
}

func TestCursorZero(t *testing.T) {
	var c wire.Cursor
	if !c.OK() || !c.Done() || c.Kind() != wire.None {
		t.Error("the zero cursor is not an empty one")
	}
}

func TestCursorResultsCannotGrowIntoTheInput(t *testing.T) {
	in := []byte("\xa1a\xc4\x01b\x01\x02")
	c := wire.NewCursor(in)
	_ = append(c.Str(), 'X')
	_ = append(c.Bin(), 'X')
	_ = append(c.Raw(), 'X')
	if !bytes.Equal(in, []byte("\xa1a\xc4\x01b\x01\x02")) {
		t.Errorf("append to a result wrote into the input: %q", in)
	}
}

func TestKind(t *testing.T) {
	want := func(code int) wire.Kind {
		switch {
		case code <= 0x7f || code >= 0xe0:
			return wire.Int
		case code <= 0x8f:
			return wire.Map
		case code <= 0x9f:
			return wire.Array
		case code <= 0xbf:
			return wire.Str
		}
		switch code {
		case 0xc0:
			return wire.Nil
		case 0xc2, 0xc3:
			return wire.Bool
		case 0xc4, 0xc5, 0xc6:
			return wire.Bin
		case 0xca, 0xcb:
			return wire.Float
		case 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3:
			return wire.Int
		case 0xd9, 0xda, 0xdb:
			return wire.Str
		case 0xdc, 0xdd:
			return wire.Array
		case 0xde, 0xdf:
			return wire.Map
		case 0xc1:
			return wire.None
		}
		return wire.Ext
	}
	for code := range 256 {
		c := wire.NewCursor([]byte{byte(code)})
		if got := c.Kind(); got != want(code) || c.Offset() != 0 || !c.OK() {
			t.Errorf("Kind of %#x = %d at %d, want %d at 0", code, got, c.Offset(), want(code))
		}
	}
}

func TestSkipAndRaw(t *testing.T) {
	tests := []struct {
		name, in string
		size     int // -1 refused
	}{
		{"scalar", "\x01\x02", 1},
		{"nested", "\x92\x81\xa1a\x93\x01\x02\x03\xc0\xff", 9},
		{"fixext 1", "\xd4\x01\xaa", 3},
		{"fixext 16", "\xd8\x01" + string(make([]byte, 16)), 18},
		{"ext8", "\xc7\x02\x05ab", 5},
		{"ext16", "\xc8\x00\x01\x05a", 5},
		{"ext32", "\xc9\x00\x00\x00\x01\x05a", 7},
		{"ext cut", "\xc7\x02\x05a", -1},
		{"never used", "\xc1", -1},
		{"nothing", "", -1},
		{"cut inside", "\x92\x01\xa3ab", -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := wire.NewCursor([]byte(tt.in))
			raw := c.Raw()
			if tt.size < 0 {
				if c.OK() || raw != nil || c.Offset() != 0 {
					t.Errorf("Raw(%q) = %q, OK %v, want an error", tt.in, raw, c.OK())
				}
				return
			}
			if !c.OK() || string(raw) != tt.in[:tt.size] || c.Offset() != tt.size {
				t.Errorf("Raw(%q) = %q, OK %v, want %d bytes", tt.in, raw, c.OK(), tt.size)
			}
		})
	}
}
