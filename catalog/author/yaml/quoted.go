package yaml

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// quoted reads a text in quotes, in a block of indentation n. If it reports
// an error, it stays at the opening quote.
func (p *parser) quoted(n int) (*Node, bool) {
	node := p.node(Scalar, p.i)
	node.Start++
	q := p.s[p.i]
	node.Style = SingleQuoted
	if q == '"' {
		node.Style = DoubleQuoted
	}
	if end := p.closing(p.i+1, q); end > 0 {
		node.Text = p.s[p.i+1 : end]
		p.i = end + 1
		node.End = uint32(p.i)
		return node, true
	}
	r := quotedReader{parser: p, node: node, q: q, n: n}
	i, bol := p.i, p.bol
	p.i++
	if !r.read() {
		p.back(i, bol)
		node.Kind = Bad
		return node, false
	}
	node.Text = string(r.text)
	node.End = uint32(p.i)
	return node, true
}

// closing finds the quote that ends a text which starts at i and stands in the
// source as it is: on one line, without escapes. It is 0 where there is none.
func (p *parser) closing(i int, q byte) int {
	for ; i < len(p.s); i++ {
		switch c := p.s[i]; {
		case c == q:
			if q == '\'' && i+1 < len(p.s) && p.s[i+1] == q {
				return 0
			}
			return i
		case c == '\n' || c == '\r' || c == '\\' && q == '"':
			return 0
		}
	}
	return 0
}

// quotedReader reads a quoted text that is not its source as it stands.
type quotedReader struct {
	*parser
	node *Node
	q    byte
	n    int
	text []byte
	kept int // text up to here is not trimmed: an escape made it
}

func (r *quotedReader) read() bool {
	for r.i < len(r.s) {
		switch c := r.s[r.i]; {
		case c == r.q && r.q == '\'' && r.i+1 < len(r.s) && r.s[r.i+1] == r.q:
			r.text = append(r.text, c)
			r.i += 2
			r.follow()
		case c == r.q:
			r.i++
			return true
		case c == '\\' && r.q == '"':
			if !r.escape() {
				return false
			}
		case c == '\n' || c == '\r':
			if !r.lineBreak(false) {
				return false
			}
		default:
			r.text = append(r.text, c)
			r.i++
		}
	}
	return r.unclosed()
}

// follow marks that the text goes on from here.
func (r *quotedReader) follow() {
	r.kept = len(r.text)
	r.mark(r.node, Mark{uint32(len(r.text)), uint32(r.i)})
}

func (r *quotedReader) unclosed() bool {
	hint := ""
	if r.q == '\'' {
		hint = "a single quote inside the text is written twice"
	}
	r.fail(int(r.node.Off), Syntax, "the text that starts here has no closing quote", hint)
	return false
}

// lineBreak folds line ends. One that a backslash ends leaves nothing.
func (r *quotedReader) lineBreak(escaped bool) bool {
	if !escaped {
		end := len(r.text)
		for end > r.kept && (r.text[end-1] == ' ' || r.text[end-1] == '\t') {
			end--
		}
		r.text = r.text[:end]
	}
	n := r.breaks()
	if r.i >= len(r.s) || r.indent() <= r.n {
		return r.unclosed()
	}
	switch {
	case !escaped:
		r.text = append(r.text, fold(n)...)
	case n > 1:
		r.text = append(r.text, fold(n)...)
	}
	r.follow()
	return true
}

var escapes = map[byte]string{
	't': "\t", '\t': "\t", 'n': "\n", 'r': "\r", ' ': " ", '"': "\"", '/': "/", '\\': "\\",
	'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
	'0': "\x00", 'a': "\a", 'b': "\b", 'v': "\v", 'f': "\f", 'e': "\x1b",
}

// escape reads a backslash and what belongs to it.
func (r *quotedReader) escape() bool {
	at := r.i
	r.i++
	if r.i >= len(r.s) {
		return r.unclosed()
	}
	c := r.s[r.i]
	if c == '\n' || c == '\r' {
		return r.lineBreak(true)
	}
	r.i++
	text, ok := escapes[c]
	switch {
	case c == 'x':
		text, ok = r.hex(2)
	case c == 'u':
		text, ok = r.utf16()
	case c == 'U':
		text, ok = r.hex(8)
	}
	if !ok {
		r.fail(at, Syntax, "there is no such escape", "write a backslash as two, or use single quotes")
		return false
	}
	if v, _ := utf8.DecodeRuneInString(text); control(v) {
		r.fail(at, NotText, "a control character stands here", "")
		return false
	}
	r.text = append(r.text, text...)
	r.follow()
	return true
}

// hex reads a character of n hex digits.
func (r *quotedReader) hex(n int) (string, bool) {
	v, ok := r.digits(n)
	return string(v), ok && utf8.ValidRune(v)
}

func (r *quotedReader) digits(n int) (rune, bool) {
	if r.i+n > len(r.s) {
		return 0, false
	}
	v, err := strconv.ParseUint(r.s[r.i:r.i+n], 16, 31)
	r.i += n
	return rune(v), err == nil
}

// utf16 reads \uXXXX, and the second half of a pair as JSON writes it.
func (r *quotedReader) utf16() (string, bool) {
	v, ok := r.digits(4)
	if !ok || !utf16.IsSurrogate(v) {
		return string(v), ok
	}
	if !strings.HasPrefix(r.s[r.i:], "\\u") {
		return "", false
	}
	r.i += 2
	low, ok := r.digits(4)
	v = utf16.DecodeRune(v, low)
	return string(v), ok && v != utf8.RuneError
}
