package call

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog/wire"
)

// Writer writes answers as JSON, behind what it has. Its methods are not inlined,
// for the module's size: an append takes 200 bytes of it wherever it stands.
type Writer struct {
	Bytes   []byte
	Trusted bool // the caller is, and sees everything
}

//go:noinline
func (w *Writer) byte(c byte) { w.Bytes = append(w.Bytes, c) }

//go:noinline
func (w *Writer) text(s string) { w.Bytes = append(w.Bytes, s...) }

//go:noinline
func (w *Writer) raw(b []byte) { w.Bytes = append(w.Bytes, b...) }

// rune writes a character as UTF-8. That of unicode/utf8 takes three times as much of
// the module.
//
//go:noinline
func (w *Writer) rune(r rune) {
	switch {
	case r < 0x80:
		w.byte(byte(r))
		return
	case r < 0x800:
		w.byte(byte(0xc0 | r>>6))
	case r < 0x10000:
		w.byte(byte(0xe0 | r>>12))
		w.byte(byte(0x80 | r>>6&0x3f))
	default:
		w.byte(byte(0xf0 | r>>18))
		w.byte(byte(0x80 | r>>12&0x3f))
		w.byte(byte(0x80 | r>>6&0x3f))
	}
	w.byte(byte(0x80 | r&0x3f))
}

// from is what was written behind a place.
//
//go:noinline
func (w *Writer) from(start int) []byte { return w.Bytes[start:len(w.Bytes):len(w.Bytes)] }

// comma separates the entry at i from the one before.
//
//go:noinline
func (w *Writer) comma(i int) {
	if i > 0 {
		w.byte(',')
	}
}

// member writes what stands before a value, and a string, or null for nil.
//
//go:noinline
func (w *Writer) member(before string, value []byte) {
	w.text(before)
	if value == nil {
		w.text("null")
		return
	}
	w.string(value)
}

// word writes what stands before a value, and a string that has nothing to escape.
//
//go:noinline
func (w *Writer) word(before, value string) {
	w.text(before)
	w.byte('"')
	w.text(value)
	w.byte('"')
}

// hex writes what stands before a value, and bytes as digits, or null for nil.
//
//go:noinline
func (w *Writer) hex(before string, b []byte) {
	w.text(before)
	if b == nil {
		w.text("null")
		return
	}
	w.byte('"')
	w.Bytes = wire.AppendHex(w.Bytes, b)
	w.byte('"')
}

//go:noinline
func (w *Writer) int(before string, n int64) {
	w.text(before)
	w.Bytes = strconv.AppendInt(w.Bytes, n, 10)
}

//go:noinline
func (w *Writer) bool(before string, b bool) {
	w.text(before)
	if b {
		w.text("true")
	} else {
		w.text("false")
	}
}

// float writes a number as encoding/json does; null if it is infinite or none.
//
//go:noinline
func (w *Writer) float(before string, f float64) {
	w.text(before)
	size := math.Abs(f)
	if !(size <= math.MaxFloat64) {
		w.text("null")
		return
	}
	form := byte('f')
	if size != 0 && (size < 1e-6 || size >= 1e21) {
		form = 'e'
	}
	b := strconv.AppendFloat(w.Bytes, f, form, -1, 64)
	if n := len(b); form == 'e' && string(b[n-4:n-1]) == "e-0" {
		b[n-2] = b[n-1] // 1e-09 becomes 1e-9
		b = b[:n-1]
	}
	w.Bytes = b
}

// string writes a string as encoding/json does without its escapes for HTML: each
// byte that is not UTF-8 becomes U+FFFD.
//
//go:noinline
func (w *Writer) string(s []byte) {
	w.byte('"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		r, n := utf8.DecodeRune(s[i:])
		if n == 1 || r|1 == '\u2029' {
			w.raw(s[from:i])
			w.escape(r)
			from = i + n
		}
		i += n
	}
	w.raw(s[from:])
	w.byte('"')
}

// short are the characters whose escapes are a letter, and the letters.
const short = "\"\\\b\f\n\r\t" + `"\bfnrt`

func (w *Writer) escape(r rune) {
	w.byte('\\')
	for i := range len(short) / 2 {
		if rune(short[i]) == r {
			w.byte(short[len(short)/2+i])
			return
		}
	}
	w.byte('u')
	for shift := 12; shift >= 0; shift -= 4 {
		w.byte("0123456789abcdef"[r>>shift&15])
	}
}

// value writes what stands before a value, and one of msgpack, maps in their
// order; nothing for nil.
//
//go:noinline
func (w *Writer) value(before string, b []byte) {
	if b != nil {
		w.text(before)
		c := wire.NewCursor(b)
		w.next(&c)
	}
}

// next writes the next value. The nesting is what the module makes: a map of maps.
func (w *Writer) next(c *wire.Cursor) {
	switch c.Kind() {
	case wire.Map:
		w.byte('{')
		for i, n := 0, c.Map(); i < n && c.OK(); i++ {
			w.comma(i)
			w.string(c.Str())
			w.byte(':')
			w.next(c)
		}
		w.byte('}')
	case wire.Array:
		w.byte('[')
		for i, n := 0, c.Array(); i < n && c.OK(); i++ {
			w.comma(i)
			w.next(c)
		}
		w.byte(']')
	case wire.Bool:
		w.bool("", c.Bool())
	case wire.Int:
		w.int("", c.Int())
	case wire.Float:
		w.float("", c.Float())
	case wire.Str:
		w.string(c.Str())
	default:
		c.Skip()
		w.text("null")
	}
}
