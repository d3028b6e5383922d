package yaml_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/author/yaml"
)

// marker stands in generated texts: each one's place in the tree must be its
// place in the source.
const marker = '§'

// tree is what a source is generated from.
type tree struct {
	text  string
	list  []*tree
	keys  []string // of a map, whose values are the list
	isMap bool
	leaf  bool
}

func (t *tree) String() string {
	switch {
	case t.leaf:
		return fmt.Sprintf("%q", t.text)
	case !t.isMap:
		parts := make([]string, len(t.list))
		for i, v := range t.list {
			parts[i] = v.String()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	parts := make([]string, len(t.list))
	for i, v := range t.list {
		parts[i] = fmt.Sprintf("%q: %s", t.keys[i], v)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// show is the tree that was read, in the same form.
func show(n *yaml.Node) string {
	if n == nil {
		return "nothing"
	}
	var parts []string
	switch n.Kind {
	case yaml.Bad:
		return "bad"
	case yaml.Scalar:
		return fmt.Sprintf("%q", n.Text)
	case yaml.List:
		for c := n.Child; c != nil; c = c.Next {
			parts = append(parts, show(c))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	for c := n.Child; c != nil; c = c.Next.Next {
		parts = append(parts, fmt.Sprintf("%q: %s", c.Text, show(c.Next)))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func parse(text string) *yaml.Document {
	return yaml.Parse(text, &yaml.Budget{Left: 1 << 20})
}

// drawTree draws maps and lists of texts with everything that needs care.
func drawTree(t *rapid.T, depth int) *tree {
	kind := rapid.IntRange(0, 3).Draw(t, "kind")
	if depth == 0 || kind < 2 {
		return &tree{leaf: true, text: rapid.StringMatching(`[ab §é世:#'"\\{}\[\],\n\t&*!|>%@\-?0-9]{0,12}`).Draw(t, "text")}
	}
	out := &tree{isMap: kind == 3}
	n := rapid.IntRange(0, 4).Draw(t, "entries")
	for i := range n {
		if out.isMap {
			key := rapid.StringMatching(`[ab§é:#' ]{0,4}`).Draw(t, "key")
			out.keys = append(out.keys, key+fmt.Sprint(i))
		}
		out.list = append(out.list, drawTree(t, depth-1))
	}
	return out
}

// writer writes a tree in one of the many ways that mean it.
type writer struct {
	*rapid.T
	b strings.Builder
	// tame leaves out what goccy/go-yaml 1.19.2 reads otherwise than the
	// definition of YAML says.
	tame bool
}

func (w *writer) flip(what string) bool { return rapid.Bool().Draw(w.T, what) }

func (w *writer) pad(n int) { w.b.WriteString(strings.Repeat(" ", n)) }

// newline ends a line, sometimes with a comment or an empty line.
func (w *writer) newline() {
	switch rapid.IntRange(0, 9).Draw(w.T, "end") {
	case 0:
		w.b.WriteString(" # a: [comment\n")
	case 1:
		w.b.WriteString("  \n\n")
	case 2:
		w.b.WriteString("\r\n")
	default:
		w.b.WriteString("\n")
	}
}

// node writes what follows "key:" or "-" in a block of indentation n.
func (w *writer) node(t *tree, n int) {
	switch {
	case t.leaf:
		w.b.WriteString(" ")
		w.leaf(t.text, n)
	case len(t.list) == 0 || w.flip("flow"):
		w.b.WriteString(" ")
		w.flow(t, n)
		w.newline()
	default:
		w.newline()
		w.block(t, n+rapid.IntRange(1, 3).Draw(w.T, "deeper"))
	}
}

// block writes a map or list that is not empty, at indentation n.
func (w *writer) block(t *tree, n int) {
	for i, v := range t.list {
		w.pad(n)
		w.entry(t, i, v, n)
	}
}

func (w *writer) entry(t *tree, i int, v *tree, n int) {
	if t.isMap {
		w.key(t.keys[i])
		w.b.WriteString(":")
		w.node(v, n)
		return
	}
	w.b.WriteString("-")
	if v.leaf || len(v.list) == 0 || w.flip("apart") {
		w.node(v, n)
		return
	}
	w.b.WriteString(" ") // the first entry stands on the line of the dash
	w.entry(v, 0, v.list[0], n+2)
	rest := *v
	rest.list = v.list[1:]
	if v.isMap {
		rest.keys = v.keys[1:]
	}
	w.block(&rest, n+2)
}

func (w *writer) key(s string) {
	if plain(s) && w.flip("plain key") {
		w.b.WriteString(s)
		return
	}
	w.quoted(s, -1)
}

// flow writes a tree in brackets.
func (w *writer) flow(t *tree, n int) {
	if t.leaf {
		if plain(t.text) && w.flip("plain") {
			w.b.WriteString(t.text)
			return
		}
		w.quoted(t.text, n)
		return
	}
	brackets := "[]"
	if t.isMap {
		brackets = "{}"
	}
	w.b.WriteByte(brackets[0])
	for i, v := range t.list {
		if i > 0 {
			w.b.WriteString(",")
		}
		if w.flip("line") {
			w.newline()
			w.pad(n + 1)
		}
		if t.isMap {
			w.key(t.keys[i])
			w.b.WriteString(": ")
		}
		w.flow(v, n)
	}
	if len(t.list) > 0 && w.flip("last comma") {
		w.b.WriteString(" ,")
	}
	w.b.WriteByte(brackets[1])
}

// plain reports whether s may stand without quotes, anywhere, and is no number.
func plain(s string) bool {
	return s != "" && (s[0] < '0' || s[0] > '9') && strings.Trim(s, "ab§é世0123456789 ") == "" && strings.TrimSpace(s) == s
}

// leaf writes a text and ends the line.
func (w *writer) leaf(s string, n int) {
	switch {
	case blockable(s) && !(w.tame && strings.HasSuffix(s, " ")) && w.flip("block text"):
		w.literal(s, n)
		return
	case foldable(s) && w.flip("folded"):
		w.folded(s, n)
		return
	case plain(s) && w.flip("plain"):
		w.b.WriteString(w.fold(s, n))
	default:
		w.quoted(s, n)
	}
	w.newline()
}

// blockable reports whether s can stand after |.
func blockable(s string) bool {
	return strings.Trim(s, "\n") != "" && s[0] != ' ' && s[0] != '\n' && s[0] != '\t'
}

func (w *writer) literal(s string, n int) {
	body := strings.TrimRight(s, "\n")
	switch ends := len(s) - len(body); {
	case ends == 0:
		w.b.WriteString("|-\n")
	case ends == 1 && w.flip("clip"):
		w.b.WriteString("|\n")
	default:
		w.b.WriteString("|+\n")
		body = s[:len(s)-1]
	}
	deeper := max(n, 0) + rapid.IntRange(1, 3).Draw(w.T, "indent")
	for _, line := range strings.Split(body, "\n") {
		if line != "" {
			w.pad(deeper)
		}
		w.b.WriteString(line + "\n")
	}
}

// foldable reports whether s can stand after > with its spaces as line ends.
func foldable(s string) bool { return plain(s) && !strings.Contains(s, "  ") }

func (w *writer) folded(s string, n int) {
	deeper := max(n, 0) + 2
	w.b.WriteString(">-\n")
	for _, line := range strings.Split(s, " ") {
		w.pad(deeper)
		w.b.WriteString(line + "\n")
	}
}

// fold writes some of the single spaces of s as line ends.
func (w *writer) fold(s string, n int) string {
	if n < 0 || strings.Contains(s, "  ") || !w.flip("fold") {
		return s
	}
	return strings.Replace(s, " ", "\n"+strings.Repeat(" ", n+2), 1)
}

// quoted writes s in quotes.
func (w *writer) quoted(s string, n int) {
	if !strings.ContainsAny(s, "\n\t") && w.flip("single") {
		w.b.WriteString("'" + strings.ReplaceAll(w.foldQuoted(s, n), "'", "''") + "'")
		return
	}
	if folded := w.foldQuoted(s, n); folded != s && !strings.ContainsAny(s, "\"\\") {
		w.b.WriteString("\"" + folded + "\"")
		return
	}
	w.b.WriteByte('"')
	for i, r := range s {
		switch {
		case r == '"' || r == '\\':
			w.b.WriteString("\\" + string(r))
		case r == '\t':
			w.b.WriteString("\\t")
		case r == '\n' && n >= 0 && !strings.HasPrefix(s[i+1:], " ") && w.flip("escaped line end"):
			w.b.WriteString("\\n\\\n" + strings.Repeat(" ", n+2) + "\\\n" + strings.Repeat(" ", n+2))
		case r == '\n':
			w.b.WriteString("\\n")
		case r != marker && rapid.IntRange(0, 9).Draw(w.T, "escape") == 0:
			fmt.Fprintf(&w.b, "\\u%04x", r)
		default:
			w.b.WriteRune(r)
		}
	}
	w.b.WriteByte('"')
}

// foldQuoted replaces a single space between letters by a line end.
func (w *writer) foldQuoted(s string, n int) string {
	if n < 0 || !w.flip("fold quoted") {
		return s
	}
	i := strings.Index(s, "a b")
	if i < 0 || strings.ContainsAny(s, "\n\t") {
		return s
	}
	return s[:i+1] + "\n" + strings.Repeat(" ", n+2) + s[i+2:]
}
