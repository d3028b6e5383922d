package author

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// scribble writes YAML of a form as nobody would: any layout, keys in any
// order, comments everywhere.
type scribble struct {
	*rapid.T
	strings.Builder
	said int // comments
}

func (s *scribble) one(n int) bool { return rapid.IntRange(1, n).Draw(s.T, "one of") == 1 }

func (s *scribble) spaces(least int) string {
	return strings.Repeat(" ", least+rapid.IntRange(0, 3).Draw(s.T, "spaces"))
}

func (s *scribble) comment() string {
	s.said++
	return fmt.Sprintf("# %d", s.said)
}

// between writes what may stand between two lines.
func (s *scribble) between() {
	for s.one(4) {
		switch {
		case s.one(2):
			s.WriteString("\n")
		default:
			s.WriteString(s.spaces(rapid.IntRange(0, 10).Draw(s.T, "indent")) + s.comment() + "\n")
		}
	}
}

// end ends a line.
func (s *scribble) end() {
	if s.one(6) {
		s.WriteString(s.spaces(1) + s.comment())
	}
	s.WriteString([]string{"\n", "\n", " \n", "\r\n"}[rapid.IntRange(0, 3).Draw(s.T, "end")])
}

// part is an entry to be written.
type part struct {
	key  string
	form *form
}

// parts draws what a map or list of a form has; false if f is a scalar.
func (s *scribble) parts(f *form, depth int) (list []part, isMap, ok bool) {
	if len(f.either) > 0 {
		return s.parts(&f.either[rapid.IntRange(0, len(f.either)-1).Draw(s.T, "either")], depth)
	}
	n := rapid.IntRange(0, 3).Draw(s.T, "entries")
	if depth > 6 {
		n = 0
	}
	switch {
	case f.shape != "":
		keys := shapeOf(f.shape).keys
		for _, i := range rapid.Permutation(indexes(len(keys))).Draw(s.T, "keys")[:min(len(keys), n+2)] {
			list = append(list, part{keys[i].name, &keys[i].form})
		}
		if s.one(6) {
			list = append(list, part{"unknown", &aText})
		}
		return list, true, true
	case f.kind == single:
		return nil, false, false
	}
	for i := range n {
		key := []string{"a", `"b c"`, "'d'", "e-f"}[i]
		list = append(list, part{key, f.of})
	}
	return list, f.kind == byName, true
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// entries writes a block; without entries, an empty one in brackets.
func (s *scribble) entries(f *form, indent, depth int) {
	list, isMap, _ := s.parts(f, depth)
	for i, p := range list {
		if i > 0 || depth == 0 {
			s.between()
			s.WriteString(strings.Repeat(" ", indent))
		}
		if isMap {
			s.WriteString(p.key + ":")
		} else {
			s.WriteString("-")
		}
		s.value(p.form, indent, depth, isMap)
	}
	if len(list) == 0 {
		s.WriteString([]string{"[]", "{}"}[rapid.IntRange(0, 1).Draw(s.T, "empty")])
		s.end()
	}
}

// value writes what stands behind a colon or dash, and ends the line.
func (s *scribble) value(f *form, indent, depth int, afterKey bool) {
	_, _, many := s.parts(f, depth)
	switch {
	case s.one(12):
		s.end()
	case many && s.one(2):
		s.WriteString(s.spaces(1) + s.flow(f, indent, depth))
		s.end()
	case many && !afterKey:
		gap := s.spaces(1)
		s.WriteString(gap)
		s.entries(f, indent+1+len(gap), depth+1)
	case many:
		s.end()
		s.between()
		deeper := indent + 1 + rapid.IntRange(0, 4).Draw(s.T, "deeper")
		s.WriteString(strings.Repeat(" ", deeper))
		s.entries(f, deeper, depth+1)
	default:
		s.WriteString(s.spaces(1))
		s.text(indent)
	}
}

// flow gives a value in brackets, over one line or several.
func (s *scribble) flow(f *form, indent, depth int) string {
	list, isMap, many := s.parts(f, depth)
	if !many {
		return s.word()
	}
	gap := func() string {
		if !s.one(8) {
			return s.spaces(0)
		}
		out := "\n"
		if s.one(2) {
			out = " " + s.comment() + "\n"
		}
		return out + s.spaces(indent+1)
	}
	var b strings.Builder
	for i, p := range list {
		if i > 0 {
			b.WriteString("," + gap())
		}
		if isMap {
			b.WriteString(p.key + ":" + " " + gap())
		}
		b.WriteString(s.flow(p.form, indent, depth+1) + gap())
	}
	if isMap {
		return "{" + gap() + b.String() + "}"
	}
	return "[" + gap() + b.String() + "]"
}

func (s *scribble) word() string {
	return rapid.SampledFrom([]string{
		"a", "12", "1.50", "true", "web", "string", "2026-06-01", "~", "a#b", "x:y", "''", `""`, "'it''s # no comment'",
		`"\u00e9 \" # no"`, "'2026-07-01T00:00 Europe/Paris'", "anonymous", strings.Repeat("long ", 20) + "text",
	}).Draw(s.T, "word")
}

// text writes a scalar of any style in a block, and ends the line.
func (s *scribble) text(indent int) {
	in := strings.Repeat(" ", indent+1+rapid.IntRange(0, 3).Draw(s.T, "text"))
	switch rapid.IntRange(0, 9).Draw(s.T, "style") {
	case 0:
		s.WriteString("one\n" + in + "two\n\n" + in + "  three")
		s.end()
	case 1:
		s.WriteString("\"one \\\n" + in + "\\ two\n\n" + in + "# three\"")
		s.end()
	case 2:
		s.WriteString("'one\n" + in + "''two  \n   \n" + in + "three'")
		s.end()
	case 3, 4:
		s.block(in, indent)
	default:
		s.WriteString(s.word())
		s.end()
	}
}

func (s *scribble) block(in string, indent int) {
	style := rapid.SampledFrom([]string{"|", ">"}).Draw(s.T, "block")
	chomp := rapid.SampledFrom([]string{"", "-", "+"}).Draw(s.T, "chomp")
	first := "first"
	if s.one(2) {
		chomp += fmt.Sprint(len(in) - indent)
		first = rapid.SampledFrom([]string{"first", " first", "  "}).Draw(s.T, "first line")
	}
	s.WriteString(style + chomp)
	s.end()
	for s.one(3) {
		s.WriteString("\n")
	}
	s.WriteString(in + first + "\n")
	for s.one(2) {
		s.WriteString(rapid.SampledFrom([]string{"\n", in + "# no comment\n", in + "  more\n", in + "\n", in + "more  \n"}).Draw(s.T, "line"))
	}
	if s.one(4) {
		s.WriteString(in + "last")
		s.WriteString("\n")
	}
}
