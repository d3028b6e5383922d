package yaml

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// stride is the distance of the checkpoints that make a column in a long line
// cheap: 256 bytes are counted in well under a microsecond, and cost 4 bytes
// of table for 256 of source.
const stride = 256

// Source is a text and the tables that turn a byte offset into a place.
type Source struct {
	Text  string
	lines []uint32 // offset of each line
	runes []uint32 // characters before each multiple of stride
}

// NewSource indexes a text, without its byte order mark if it has one.
func NewSource(text string) *Source {
	text = strings.TrimPrefix(text, "\uFEFF")
	s := &Source{Text: text}
	s.lines = make([]uint32, 1, 1+strings.Count(text, "\n"))
	s.runes = make([]uint32, 0, 1+len(text)/stride)
	count := uint32(0)
	for i := 0; i < len(text); i++ {
		if i%stride == 0 {
			s.runes = append(s.runes, count)
		}
		if utf8.RuneStart(text[i]) {
			count++
		}
		if text[i] == '\n' {
			s.lines = append(s.lines, uint32(i+1))
		}
	}
	return s
}

// Lines is the number of lines.
func (s *Source) Lines() int { return len(s.lines) }

// Position is the line and the column, in characters, both from 1, of the
// byte at off.
func (s *Source) Position(off uint32) (line, column int) {
	if int(off) > len(s.Text) {
		off = uint32(len(s.Text))
	}
	n := sort.Search(len(s.lines), func(i int) bool { return s.lines[i] > off })
	start := s.lines[n-1]
	if off-start > stride {
		return n, int(s.before(off)-s.before(start)) + 1
	}
	column = 1
	for _, c := range []byte(s.Text[start:off]) {
		if utf8.RuneStart(c) {
			column++
		}
	}
	return n, column
}

// Line is the bytes of a line, from 1, without its end.
func (s *Source) Line(line int) (start, end uint32, ok bool) {
	if line < 1 || line > len(s.lines) {
		return 0, 0, false
	}
	start, end = s.lines[line-1], uint32(len(s.Text))
	if line < len(s.lines) {
		end = s.lines[line] - 1
	}
	if end > start && s.Text[end-1] == '\r' {
		end--
	}
	return start, end, true
}

// Offset is the byte at a line and column, the inverse of Position; a column
// behind the line is its end.
func (s *Source) Offset(line, column int) (off uint32, ok bool) {
	start, end, ok := s.Line(line)
	if !ok {
		return 0, false
	}
	want := s.before(start) + uint32(max(column, 1)-1)
	k := sort.Search(len(s.runes), func(i int) bool { return s.runes[i] > want }) - 1
	off = max(start, uint32(max(k, 0)*stride))
	for n := s.before(off); off < end && (n < want || !utf8.RuneStart(s.Text[off])); off++ {
		if utf8.RuneStart(s.Text[off]) {
			n++
		}
	}
	return min(off, end), true
}

// before counts the characters before off.
func (s *Source) before(off uint32) uint32 {
	k := int(off) / stride
	if k >= len(s.runes) {
		k = len(s.runes) - 1
	}
	if k < 0 {
		return 0
	}
	n := s.runes[k]
	for i := k * stride; i < int(off); i++ {
		if utf8.RuneStart(s.Text[i]) {
			n++
		}
	}
	return n
}

// check finds the first byte that is no text: broken UTF-8, a control
// character, or a carriage return without its newline.
func check(text string) (off int, problem string) {
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && n == 1 {
				return i, "this is not UTF-8 text"
			}
			i += n
			continue
		case c == '\r' && (i+1 == len(text) || text[i+1] != '\n'):
			return i, "a carriage return stands here without a newline"
		case control(rune(c)):
			return i, "a control character stands here"
		}
		i++
	}
	return -1, ""
}

// control reports whether r may not stand in any text.
func control(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f
}
