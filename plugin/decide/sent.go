package decide

import (
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/expr"
)

// Bounds of what is read of a request for expressions. Web servers take request
// lines of about 8 KiB, and a page with more than a hundred parameters is not
// known to us: with 64 names the pairs of the longest query take 8,192
// comparisons, some 0.1 ms in Wasm.
const (
	maxQuery = 8 << 10
	maxPairs = 128
	maxSent  = 4 << 10 // bytes of a value
)

// Sent finds the catalog's parameters in a query and in headers: into values,
// one for each, the first of its name. A value of more than 4 KiB or that is not
// UTF-8 is missing, as is everything in a query of more than 8 KiB. scratch takes
// what has to be decoded; with room for 8 KiB nothing is allocated.
func Sent(view *snapshot.View, query []byte, headers []abi.Header, values []expr.Value, scratch []byte) {
	clear(values)
	s := sent{view, values}
	for i := range headers {
		s.put(snapshot.ParameterHeader, headers[i].Name, headers[i].Value)
	}
	if len(query) > maxQuery {
		return
	}
	for n := 0; n < maxPairs && len(query) > 0; n++ {
		var pair, name, value []byte
		pair, query = cutAt(query, '&')
		name, value = cutAt(pair, '=')
		name, scratch = Unescape(name, scratch)
		value, scratch = Unescape(value, scratch)
		s.put(snapshot.ParameterQuery, name, value)
	}
}

type sent struct {
	view   *snapshot.View
	values []expr.Value
}

// put gives a value to the parameter of that name that has none. One that cannot
// be used leaves a mark, so that no later one takes its place.
func (s *sent) put(kind uint8, name, value []byte) {
	for i := range s.values {
		v, p := &s.values[i], s.view.Parameter(uint32(i))
		if v.Kind != expr.Missing || v.Bits != 0 || p.Kind() != kind || string(s.view.Name(p.Name())) != string(name) {
			continue
		}
		if len(value) > maxSent || !utf8.Valid(value) {
			v.Bits = 1
		} else {
			setText(v, value)
		}
	}
}

// cutAt cuts a text at the first of a separator.
func cutAt(s []byte, separator byte) (before, after []byte) {
	for i, c := range s {
		if c == separator {
			return s[:i], s[i+1:]
		}
	}
	return s, s[len(s):]
}

// Unescape decodes a text as browsers decode a form's: + is a space, and a
// percent sign without two digits behind it stands for itself. A text without
// either stays where it is; rest is the scratch with what is used of it.
func Unescape(s, scratch []byte) (text, rest []byte) {
	start, plain := len(scratch), true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '+' || c == '%' {
			plain = false
		}
		if c == '+' {
			c = ' '
		}
		if c == '%' && i+2 < len(s) {
			if high, low := digit(s[i+1]), digit(s[i+2]); high|low < 16 {
				c = high<<4 | low
				i += 2
			}
		}
		scratch = append(scratch, c)
	}
	if plain {
		return s, scratch[:start]
	}
	return scratch[start:], scratch
}

// digit is the value of a hexadecimal digit, 255 of anything else.
func digit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}
