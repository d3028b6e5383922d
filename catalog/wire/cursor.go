package wire

import "math"

// Cursor reads MessagePack values one after the other from a byte slice. The
// first error sticks: from then on every read gives the zero value and Kind
// gives None, so a caller reads a whole message and asks OK once at the end.
// It never allocates and never panics. The zero Cursor reads no bytes.
//
// A Cursor may be copied to look ahead; the copies move independently.
type Cursor struct {
	// b ends at the error once there is one, so that the bounds check which
	// every read makes anyway also stops reads after an error.
	b   []byte
	at  int
	bad bool
}

// NewCursor returns a cursor at the start of b. The bytes are not copied: what
// Str, Bin and Raw return aliases b.
func NewCursor(b []byte) Cursor { return Cursor{b: b} }

// OK reports that no read has failed and that Fail was not called.
func (c *Cursor) OK() bool { return !c.bad }

// Done reports that no read has failed and that no byte is left.
func (c *Cursor) Done() bool { return !c.bad && c.at == len(c.b) }

// Offset gives the number of bytes consumed; after an error, the offset of the
// value that could not be read.
func (c *Cursor) Offset() int { return c.at }

// Forward consumes n bytes, which hold whole values as the caller knows.
func (c *Cursor) Forward(n int) { c.at = min(c.at+n, len(c.b)) }

// Fail makes the cursor bad, for a caller that finds a well-formed value which
// it cannot accept.
func (c *Cursor) Fail() {
	c.bad = true
	c.b = c.b[:c.at]
}

// Nil consumes a nil if that is the next value, and reports whether it was.
// Anything else stays where it is and is no error.
func (c *Cursor) Nil() bool {
	if c.at < len(c.b) && c.b[c.at] == codeNil {
		c.at++
		return true
	}
	return false
}

// Bool reads true or false.
func (c *Cursor) Bool() bool {
	if c.at < len(c.b) {
		if v := c.b[c.at] - codeFalse; v <= 1 {
			c.at++
			return v == 1
		}
	}
	c.Fail()
	return false
}

// Uint reads an integer of any encoding that is not negative.
//
//go:noinline
func (c *Cursor) Uint() uint64 {
	if c.at < len(c.b) && c.b[c.at] < 0x80 {
		v := c.b[c.at]
		c.at++
		return uint64(v)
	}
	v, size, negative := integer(c.b, c.at)
	if size == 0 || negative {
		c.Fail()
		return 0
	}
	c.at += size
	return v
}

// Int reads an integer of any encoding that fits into 64 bits with a sign.
//
//go:noinline
func (c *Cursor) Int() int64 {
	if c.at < len(c.b) && c.b[c.at] < 0x80 {
		v := c.b[c.at]
		c.at++
		return int64(v)
	}
	v, size, negative := integer(c.b, c.at)
	if size == 0 || !negative && v > math.MaxInt64 {
		c.Fail()
		return 0
	}
	c.at += size
	return int64(v)
}

// integer decodes the integer at b[at]: its 64 bits, its size in bytes (0 when
// there is none) and whether it is below zero.
func integer(b []byte, at int) (v uint64, size int, negative bool) {
	if at >= len(b) {
		return 0, 0, false
	}
	code, r := b[at], b[at+1:]
	switch {
	case code < 0x80:
		return uint64(code), 1, false
	case code >= 0xe0:
		return uint64(int64(int8(code))), 1, true
	case code == codeUint8 && len(r) >= 1:
		return uint64(r[0]), 2, false
	case code == codeUint16 && len(r) >= 2:
		return uint64(be16(r)), 3, false
	case code == codeUint32 && len(r) >= 4:
		return uint64(be32(r)), 5, false
	case code == codeUint64 && len(r) >= 8:
		return be64(r), 9, false
	case code == codeInt8 && len(r) >= 1:
		return signed(int64(int8(r[0])), 2)
	case code == codeInt16 && len(r) >= 2:
		return signed(int64(int16(be16(r))), 3)
	case code == codeInt32 && len(r) >= 4:
		return signed(int64(int32(be32(r))), 5)
	case code == codeInt64 && len(r) >= 8:
		return signed(int64(be64(r)), 9)
	}
	return 0, 0, false
}

func signed(v int64, size int) (uint64, int, bool) { return uint64(v), size, v < 0 }

// Float reads a float of 32 or 64 bits, or an integer, which is rounded to the
// nearest float64 when it needs more than 53 bits. NaN and the infinities pass.
//
//go:noinline
func (c *Cursor) Float() float64 {
	b, at := c.b, c.at
	if at < len(b) {
		r := b[at+1:]
		switch {
		case b[at] == codeFloat64 && len(r) >= 8:
			c.at = at + 9
			return math.Float64frombits(be64(r))
		case b[at] == codeFloat32 && len(r) >= 4:
			c.at = at + 5
			return float64(math.Float32frombits(be32(r)))
		}
	}
	v, size, negative := integer(b, at)
	if size == 0 {
		c.Fail()
		return 0
	}
	c.at = at + size
	if negative {
		return float64(int64(v))
	}
	return float64(v)
}
