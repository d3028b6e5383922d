package author

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

// maxColumns is how much of a line is shown: what fits a terminal with room
// for the line's number.
const maxColumns = 100

// Write prints diagnostics for people: place, severity, message and code, the
// line with a mark below what it is about, the hint, and the related place in
// the same way.
func Write(w io.Writer, files []catalog.File, d catalog.Diagnostics) error {
	out := bufio.NewWriter(w)
	q := quoter{w: out, files: files, sources: map[string]*yaml.Source{}}
	for i := range d {
		q.diagnostic(&d[i])
	}
	return out.Flush()
}

// quoter prints lines of source files.
type quoter struct {
	w       *bufio.Writer
	files   []catalog.File
	sources map[string]*yaml.Source // of the files that were quoted
}

// source is the file of a name, nil if there is none.
func (q *quoter) source(name string) *yaml.Source {
	if s, ok := q.sources[name]; ok {
		return s
	}
	i := slices.IndexFunc(q.files, func(f catalog.File) bool { return f.Name == name })
	q.sources[name] = nil
	if i >= 0 {
		q.sources[name] = yaml.NewSource(string(q.files[i].Text))
	}
	return q.sources[name]
}

func (q *quoter) diagnostic(d *catalog.Diagnostic) {
	if place := d.Pos.String(); place != "" {
		fmt.Fprintf(q.w, "%s: ", place)
	}
	fmt.Fprintf(q.w, "%s: %s [%s]\n", d.Severity, d.Message, d.Code)
	q.quote(d.Pos, d.Length)
	if d.Hint != "" {
		fmt.Fprintf(q.w, "   hint: %s\n", d.Hint)
	}
	if d.Related != nil {
		fmt.Fprintf(q.w, "   %s: %s\n", d.Related.Pos, d.Related.Message)
		q.quote(d.Related.Pos, d.Related.Length)
	}
}

// quote prints the line of a place and marks what it is about: so many
// characters, or the word that starts there.
func (q *quoter) quote(p catalog.Pos, length int) {
	source := q.source(p.File)
	if source == nil {
		return
	}
	off, ok := source.Offset(p.Line, p.Column)
	if !ok {
		return
	}
	start, end, _ := source.Line(p.Line)
	before := lastRunes(source.Text[start:off], maxColumns/2)
	after := firstRunes(source.Text[off:end], maxColumns-len(before))
	cutBefore := int(off-start) > len(string(before))
	cutAfter := int(end-off) > len(string(after))
	fmt.Fprintf(q.w, "%5d | %s%s%s\n", p.Line, dots(cutBefore), printable(append(slices.Clone(before), after...)), dots(cutAfter))
	if length == 0 {
		length = word(after)
	}
	fmt.Fprintf(q.w, "      | %s%s^%s\n", strings.Repeat(" ", len(dots(cutBefore))), padding(before),
		strings.Repeat("~", max(1, min(length, len(after)))-1))
}

func lastRunes(s string, n int) []rune {
	i := len(s)
	for ; n > 0 && i > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
	}
	return []rune(s[i:])
}

func firstRunes(s string, n int) []rune {
	i := 0
	for ; n > 0 && i < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return []rune(s[:i])
}

func dots(more bool) string {
	if more {
		return "..."
	}
	return ""
}

// printable replaces what would move the cursor. Tabs stay, and padding keeps
// them, so that the mark stands below its word.
func printable(line []rune) string {
	return strings.TrimRight(strings.Map(func(r rune) rune {
		if r != '\t' && !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, string(line)), " \t")
}

func padding(line []rune) string {
	out := make([]rune, len(line))
	for i, r := range line {
		out[i] = ' '
		if r == '\t' {
			out[i] = r
		}
	}
	return string(out)
}

// word is the number of characters that belong to what starts a line: a
// quoted text, a word, or one character.
func word(line []rune) int {
	if len(line) == 0 {
		return 1
	}
	if line[0] == '"' || line[0] == '\'' {
		for i := 1; i < len(line); i++ {
			if line[i] == line[0] {
				return i + 1
			}
		}
		return len(line)
	}
	n := 0
	for n < len(line) && wordRune(line, n) {
		n++
	}
	return max(1, n)
}

func wordRune(line []rune, i int) bool {
	r := line[i]
	if r == ':' || r == '/' || r == '.' || r == '-' || r == '+' {
		// inside a word: times, paths, zones, names
		return i > 0 && i+1 < len(line) && isWord(line[i+1]) || i == 0 && len(line) > 1 && isWord(line[1])
	}
	return isWord(r)
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
