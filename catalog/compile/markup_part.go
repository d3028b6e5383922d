package compile

import (
	"strings"

	"github.com/profferhq/proffer/catalog"
)

// The kinds of {{ }}.
const (
	markupHole byte = iota // {{ name }} or {{ CEL }}
	markupIf               // {{? name }}
	markupEnd              // {{/}}
)

// markupPart is one {{ }} of a source.
type markupPart struct {
	kind     byte
	off, end int          // with the braces
	at       int          // where body starts
	body     catalog.Text // between the braces, trimmed; the name alone in {{? name }}
}

// split finds the placeholders. CEL has braces and strings of its own, so the
// end is looked for with both in mind.
func (m *markup) split() bool {
	for at := 0; ; {
		off := strings.Index(m.src.S[at:], "{{")
		if off < 0 {
			return true
		}
		off += at
		if m.objects && strings.HasPrefix(m.src.S[off:], "{{{") {
			off++ // an object of JSON opens, and begins with a placeholder
		}
		if len(m.parts) == markupMaxParts {
			m.fail(off, "too-many-placeholders", "move parts of it into content fields",
				"has more than %d placeholders", markupMaxParts)
			return false
		}
		end, quote := markupClose(m.src.S, off+2)
		if end < 0 {
			hint := "close it with }}; a literal {{ is written {{ \"{{\" }}"
			if quote >= 0 {
				hint = "a string that starts inside it has no closing quote"
			}
			m.fail(off, "unclosed-placeholder", hint, "has {{ without }}")
			return false
		}
		m.part(off, end)
		at = end
	}
}

// part notes the placeholder in S[off:end].
func (m *markup) part(off, end int) {
	from, to := off+2, end-2
	p := markupPart{off: off, end: end}
	switch {
	case from < to && m.src.S[from] == '?':
		p.kind = markupIf
		from++
	case strings.TrimSpace(m.src.S[from:to]) == "/":
		p.kind = markupEnd
		from = to
	}
	inner := m.src.S[from:to]
	from += len(inner) - len(strings.TrimLeft(inner, " \t\r\n"))
	p.at = from
	p.body = m.src.Slice(from, from+len(strings.TrimSpace(inner)))
	if p.body.S == "" && p.kind != markupEnd {
		m.fail(off, "empty-placeholder", "a literal {{ is written {{ \"{{\" }}", "has a placeholder with nothing in it")
	}
	m.parts = append(m.parts, p)
}

// markupClose gives the place behind the }} that closes a placeholder whose
// inside starts at i, or -1, and then the place of a quote that has no partner,
// or -1.
func markupClose(s string, i int) (end, quote int) {
	depth := 0
	for i < len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\'':
			next := markupString(s, i)
			if next < 0 {
				return -1, i
			}
			i = next
			continue
		case c == '/' && strings.HasPrefix(s[i:], "//"):
			i = markupComment(s, i)
			continue
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == '}' && strings.HasPrefix(s[i:], "}}"):
			return i + 2, -1
		}
		i++
	}
	return -1, -1
}

// markupComment gives the end of a CEL comment: the line's, or the placeholder's.
func markupComment(s string, i int) int {
	for i < len(s) && s[i] != '\n' && !strings.HasPrefix(s[i:], "}}") {
		i++
	}
	return i
}

// markupString gives the place behind the CEL string whose quote is at i, or
// -1: quoted once or three times, and raw behind an r.
func markupString(s string, i int) int {
	quote, raw := s[i:i+1], markupRawString(s[:i])
	long := strings.HasPrefix(s[i:], quote+quote+quote)
	if long {
		quote = s[i : i+3]
	}
	for i += len(quote); i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], quote):
			return i + len(quote)
		case s[i] == '\\' && !raw:
			i++
		case s[i] == '\n' && !long:
			return -1
		}
	}
	return -1
}

// markupRawString reports whether before ends with the prefix of a raw string.
func markupRawString(before string) bool {
	word := before[len(strings.TrimRightFunc(before, markupIsWord)):]
	switch strings.ToLower(word) {
	case "r", "rb", "br":
		return true
	}
	return false
}

func markupIsWord(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// markupIsName reports whether s is a plain identifier.
func markupIsName(s string) bool {
	return s != "" && (s[0] < '0' || s[0] > '9') && strings.TrimFunc(s, markupIsWord) == ""
}
