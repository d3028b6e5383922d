package yaml

import "strings"

const (
	// MaxDepth bounds maps and lists inside each other. A catalog needs 7 and
	// one for each level of its category tree.
	MaxDepth = 64
	// maxErrors ends the reading of a file that is probably something else.
	maxErrors = 200
	// chunk is the number of nodes allocated at a time.
	chunk = 512
)

// Budget is what is left of the nodes, marks and lines that several files may
// have together.
type Budget struct{ Left int }

// Document is one file, read.
type Document struct {
	Source *Source
	Root   *Node // nil if the file holds nothing
	Errors []Error
	marks  map[*Node][]Mark
}

// Marks are the places where a scalar's text stops following the source, in
// ascending order; most texts have none.
func (d *Document) Marks(n *Node) []Mark { return d.marks[n] }

// Parse reads one file. The tree is as complete as the errors allow.
func Parse(text string, b *Budget) *Document {
	d := &Document{Source: NewSource(text)}
	p := &parser{s: d.Source.Text, doc: d, budget: b}
	if off, problem := check(p.s); off >= 0 {
		p.fail(off, NotText, problem, "")
		return d
	}
	if p.spend(d.Source.Lines()) {
		p.document()
	}
	return d
}

type parser struct {
	s      string
	i      int // next byte
	bol    int // start of the line of i
	depth  int
	dead   bool // nothing more is read or reported
	doc    *Document
	budget *Budget
	arena  []Node
}

func (p *parser) document() {
	p.blank()
	for p.i < len(p.s) && p.s[p.i] == '%' {
		p.fail(p.i, Feature, "a catalog cannot use YAML directives", "remove this line")
		p.recover(-1)
	}
	if p.atMarker('-') {
		p.i += 3
		p.doc.Root = p.value(-1)
	} else if k := p.indent(); k >= 0 {
		p.doc.Root = p.block(k, -1)
	}
	p.blank()
	if p.indent() >= 0 {
		p.fail(p.i, Syntax, "this line belongs to no map or list", "check its indentation")
		return
	}
	p.end()
}

// end reads what may follow the one document.
func (p *parser) end() {
	for p.atMarker('.') {
		p.i += 3
		p.blank()
	}
	if p.i < len(p.s) {
		p.fail(p.i, Feature, "a second document starts here, but a file holds one",
			"put it into a file of its own")
	}
}

// fail reports an error.
func (p *parser) fail(off int, code Code, message, hint string) {
	if p.dead {
		return
	}
	p.doc.Errors = append(p.doc.Errors, Error{uint32(off), code, message, hint})
	if len(p.doc.Errors) >= maxErrors || code == TooDeep || code == TooMany {
		p.stop()
	}
}

// stop makes everything that reads see the end of the text.
func (p *parser) stop() {
	p.dead = true
	p.i, p.bol = len(p.s), len(p.s)
}

// bad reports an error and leaves out what belongs to a block of indentation
// deeper than n.
func (p *parser) bad(off, n int, code Code, message, hint string) *Node {
	p.fail(off, code, message, hint)
	p.recover(n)
	return p.node(Bad, off)
}

// spend takes from the budget.
func (p *parser) spend(n int) bool {
	if p.budget.Left -= n; p.budget.Left >= 0 {
		return true
	}
	p.budget.Left = 0
	p.fail(p.i, TooMany, "the catalog has too many values", "")
	return false
}

func (p *parser) node(kind Kind, off int) *Node {
	if len(p.arena) == 0 {
		p.arena = make([]Node, chunk)
	}
	n := &p.arena[0]
	p.arena = p.arena[1:]
	p.spend(1)
	n.Kind, n.Off, n.Start, n.End = kind, uint32(off), uint32(off), uint32(off)
	return n
}

func (p *parser) mark(n *Node, m Mark) {
	if !p.spend(1) {
		return
	}
	if p.doc.marks == nil {
		p.doc.marks = make(map[*Node][]Mark)
	}
	p.doc.marks[n] = append(p.doc.marks[n], m)
}

// enter goes one map or list deeper.
func (p *parser) enter() bool {
	if p.depth++; p.depth <= MaxDepth {
		return true
	}
	p.fail(p.i, TooDeep, "maps and lists are nested too deep", "")
	return false
}

func (p *parser) leave() { p.depth-- }

// blank moves to the next content, past spaces, comments and line ends.
func (p *parser) blank() {
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == ' ' || c == '\t':
			p.i++
		case c == '\n' || c == '\r':
			p.br()
		case p.atComment():
			p.toEOL()
		default:
			return
		}
	}
}

// spaces moves past spaces and tabs.
func (p *parser) spaces() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t') {
		p.i++
	}
}

// br moves past a line end, if one is here.
func (p *parser) br() {
	if p.i < len(p.s) && p.s[p.i] == '\r' {
		p.i++
	}
	if p.i < len(p.s) && p.s[p.i] == '\n' {
		p.i++
		p.bol = p.i
	}
}

// toEOL moves to the line's end.
func (p *parser) toEOL() { p.i = p.eol(p.i) }

// eol is where the line of i ends.
func (p *parser) eol(i int) int {
	n := strings.IndexByte(p.s[i:], '\n')
	if n < 0 {
		return len(p.s)
	}
	if n > 0 && p.s[i+n-1] == '\r' {
		n--
	}
	return i + n
}

// atEOL reports whether the line, or the text, ends at i.
func (p *parser) atEOL(i int) bool {
	return i >= len(p.s) || p.s[i] == '\n' || p.s[i] == '\r'
}

// atGap reports whether white space or the end is at i.
func (p *parser) atGap(i int) bool {
	return p.atEOL(i) || p.s[i] == ' ' || p.s[i] == '\t'
}

// atComment reports whether a comment starts here: a # after white space.
func (p *parser) atComment() bool {
	return p.i < len(p.s) && p.s[p.i] == '#' && (p.i == p.bol || p.s[p.i-1] == ' ' || p.s[p.i-1] == '\t')
}

// atDash reports whether a list entry starts here.
func (p *parser) atDash() bool {
	return p.i < len(p.s) && p.s[p.i] == '-' && p.atGap(p.i+1)
}

// atMarker reports whether the line is a document marker of c, - or dots.
func (p *parser) atMarker(c byte) bool {
	return p.markerAt(p.i, c)
}

func (p *parser) markerAt(i int, c byte) bool {
	return i == p.bol && i+3 <= len(p.s) && p.s[i] == c && p.s[i+1] == c && p.s[i+2] == c && p.atGap(i+3)
}

// indent is the indentation of the content here, -1 at the document's end.
func (p *parser) indent() int {
	if p.i >= len(p.s) || p.atMarker('-') || p.atMarker('.') {
		return -1
	}
	return p.i - p.bol
}

// back returns to an earlier place of the text.
func (p *parser) back(i, bol int) {
	if !p.dead {
		p.i, p.bol = i, bol
	}
}

// recover leaves out the rest of this line and the lines below it that are
// indented deeper than n. A closing bracket at n belongs to what is left out.
func (p *parser) recover(n int) {
	for {
		p.toEOL()
		if p.i >= len(p.s) {
			return
		}
		p.br()
		p.blank()
		k := p.indent()
		if k == n && k >= 0 && (p.s[p.i] == ']' || p.s[p.i] == '}') {
			continue
		}
		if k <= n {
			return
		}
	}
}
