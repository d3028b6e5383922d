package proxy

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	tokens "golang.org/x/net/html"
)

// inLine writes markup as one line of printable ASCII, without a space at either
// end, that a browser reads as it would read the markup: what a header's value
// may be. What is no such character becomes a reference, and between attributes,
// where none is read, a space.
//
// Not everything can be told so: there is no line for a line break or an "é" in a
// script, a style or the like, where references are not read, nor for one in a
// name, beside a section of CDATA, or beside a NUL. As in all of HTML, U+0080 to
// U+009F and what is no UTF-8 become U+FFFD. In a comment, which nobody reads,
// they become something that does not end it.
func inLine(markup []byte) (line []byte, ok bool) {
	if isLine(markup) {
		return markup, true
	}
	if bytes.IndexByte(markup, 0) >= 0 || bytes.Contains(markup, []byte("<![CDATA[")) {
		return nil, false
	}
	out := make([]byte, 0, len(markup)+64)
	z := tokens.NewTokenizer(bytes.NewReader(markup))
	for element := ""; ; {
		token := z.Next()
		text := z.Raw()
		switch token {
		case tokens.ErrorToken:
			ok = errors.Is(z.Err(), io.EOF) && len(text) == 0 && len(out) > 0 && (!ends(out) || reads(element, out))
			return bounded(out), ok
		case tokens.TextToken:
			if !printable(text) && !reads(element, text) {
				return nil, false
			}
			out = appendText(out, text)
			continue
		case tokens.StartTagToken, tokens.SelfClosingTagToken, tokens.EndTagToken:
			if out, ok = appendTag(out, text); !ok {
				return nil, false
			}
			name, _ := z.TagName()
			if element = string(name); token == tokens.EndTagToken {
				element = ""
			}
			continue
		}
		if !printable(text) && !bytes.HasPrefix(text, []byte("<!--")) {
			return nil, false
		}
		out, element = appendComment(out, text), ""
	}
}

// reads reports whether references are read in the text behind an element's start
// tag. What looks like a tag in a title is one in a title of SVG.
func reads(element string, text []byte) bool {
	switch element {
	case "iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "xmp":
		return false
	case "textarea", "title":
		return bytes.IndexByte(text, '<') < 0
	}
	return true
}

// isLine reports whether markup is such a line already.
func isLine(markup []byte) bool {
	return len(markup) > 0 && markup[0] != ' ' && !ends(markup) && printable(markup)
}

func ends(b []byte) bool { return len(b) > 0 && b[len(b)-1] == ' ' }

func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// bounded keeps the spaces at both ends of a line, which are no part of a header's
// value. Only text can begin or end with one.
func bounded(line []byte) []byte {
	const space = "&#32;"
	if ends(line) {
		line = append(line[:len(line)-1], space...)
	}
	if len(line) > 0 && line[0] == ' ' {
		line = append([]byte(space), line[1:]...)
	}
	return line
}

// appendText writes text in which references are read, such as an attribute's
// value.
func appendText(dst, text []byte) []byte {
	for len(text) > 0 {
		if c := text[0]; c >= ' ' && c <= '~' {
			dst, text = append(dst, c), text[1:]
			continue
		}
		r, n := utf8.DecodeRune(text)
		switch {
		case r == '\r': // a browser reads it, and with what follows, as a line break
			if r = '\n'; len(text) > 1 && text[1] == '\n' {
				n = 2
			}
		case r >= utf8.RuneSelf && r <= lastC1:
			r = utf8.RuneError
		}
		text = text[n:]
		dst = append(strconv.AppendInt(append(dst, "&#"...), int64(r), 10), ';')
	}
	return dst
}

// appendComment writes a comment.
func appendComment(dst, comment []byte) []byte {
	for _, c := range comment {
		if c < ' ' {
			c = ' '
		} else if c > '~' {
			c = '?'
		}
		dst = append(dst, c)
	}
	return dst
}

// place is where in a tag a byte stands
// (https://html.spec.whatwg.org/multipage/parsing.html#before-attribute-name-state).
type place uint8

const (
	inTagName place = iota
	beforeName
	inName
	afterName
	beforeValue
	inDouble
	inSingle
	inUnquoted
)

// appendTag writes a tag, unless one of its names is not printable.
func appendTag(dst, tag []byte) (out []byte, ok bool) {
	at, from := inTagName, 0 // where a value began
	for i, c := range tag {
		was := at
		at = at.next(c)
		switch {
		case was < inDouble && at >= inDouble:
			if from = i; c == '"' || c == '\'' {
				dst, from = append(dst, c), i+1
				continue
			}
		case was >= inDouble && at < inDouble:
			dst = appendText(dst, tag[from:i])
		}
		switch {
		case at >= inDouble:
		case blank(c):
			dst = append(dst, ' ')
		case c < ' ' || c > '~':
			return nil, false
		default:
			dst = append(dst, c)
		}
	}
	return dst, at < inDouble
}

// next is where the byte behind c stands.
func (p place) next(c byte) place {
	switch p {
	case inDouble, inSingle:
		if c == '"' && p == inDouble || c == '\'' && p == inSingle {
			return beforeName
		}
		return p
	case inUnquoted:
		if blank(c) || c == '>' {
			return beforeName
		}
		return p
	case beforeValue:
		switch {
		case blank(c):
			return p
		case c == '"':
			return inDouble
		case c == '\'':
			return inSingle
		case c == '>':
			return beforeName
		}
		return inUnquoted
	case inTagName:
		if blank(c) || c == '/' {
			return beforeName
		}
		return p
	}
	return p.nextOfName(c)
}

// nextOfName is next around a name.
func (p place) nextOfName(c byte) place {
	switch {
	case c == '/':
		return beforeName
	case c == '=' && p != beforeName:
		return beforeValue
	case blank(c) && p == beforeName:
		return beforeName
	case blank(c):
		return afterName
	}
	return inName
}

func blank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' && c != '\v' }
