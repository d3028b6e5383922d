package yaml

import (
	"slices"
	"strings"
)

// Layout is a document with its comments, each with the entry that it is
// about, for printing it in another order.
type Layout struct {
	Root   *Entry
	source string
	header []string // comments that stay at the top
}

// Entry is a key with its value, or an entry of a list. The root is one
// without key.
type Entry struct {
	Key     *Node // nil in a list
	Value   *Node
	Entries []*Entry // of the value, in the order in which they are printed

	owner *Entry // whose Entries it is one of
	start uint32
	col   int      // of its key or dash; -1 for the root, 0 in brackets
	flow  bool     // its entries stand in brackets
	blank bool     // an empty line stands before it and its comments
	head  []string // comments above; "" = an empty line
	trail string   // comment on its line
	deep  []string // comments below it, indented deeper
	foot  []string // comments below the last of its entries, in line with them
}

// NewLayout finds for each comment of a document without errors what it is
// about: of the same line the last entry that begins there; else what follows,
// unless that is indented less.
func NewLayout(d *Document) *Layout {
	l := &Layout{source: d.Source.Text, Root: &Entry{Value: d.Root, col: -1}}
	if d.Root == nil {
		l.Root.Value = &Node{}
	}
	p := placing{Layout: l}
	p.add(l.Root, false)
	for _, c := range d.comments() {
		p.place(c)
	}
	p.spaces()
	l.takeHeader()
	return l
}

// takeHeader keeps at the top what does not belong to the first entry: what an
// empty line separates from it, and the line by which editors find a schema.
func (l *Layout) takeHeader() {
	if len(l.Root.Entries) == 0 {
		return
	}
	first, n := l.Root.Entries[0], 0
	for i, line := range first.head {
		if line == "" || i == n && strings.Contains(line, "yaml-language-server:") {
			n = i + 1
		}
	}
	l.header, first.head = first.head[:n], first.head[n:]
}

// placing puts comments to entries.
type placing struct {
	*Layout
	all    []*Entry // in the order of the source, owners before what they own
	next   int      // of all, the first behind the comment at hand
	blocks []int    // where block texts end
}

// add makes the entries of e's value.
func (p *placing) add(e *Entry, flow bool) {
	v := e.Value
	if v.Kind != Map && v.Kind != List {
		return
	}
	e.flow = flow || p.source[v.Off] == '{' || p.source[v.Off] == '['
	col := 0
	if !e.flow { // a line in brackets may be as long as the file
		col = int(v.Off) - p.bol(int(v.Off))
	}
	for n := v.Child; n != nil; n = n.Next {
		child := &Entry{Value: n, owner: e, start: n.Off, col: col}
		if v.Kind == Map {
			child.Key, child.Value = n, n.Next
			n = n.Next
		}
		e.Entries = append(e.Entries, child)
		p.all = append(p.all, child)
		if child.isBlockText() {
			p.blocks = append(p.blocks, blockEnd(child.Value, p.source))
		}
		p.add(child, e.flow)
	}
}

// bol is the start of the line of off.
func (p *placing) bol(off int) int { return strings.LastIndexByte(p.source[:off], '\n') + 1 }

func (p *placing) place(c comment) {
	for p.next < len(p.all) && p.all[p.next].start < c.off {
		p.next++
	}
	last, next := p.Root, (*Entry)(nil)
	if p.next > 0 {
		last = p.all[p.next-1]
	}
	if p.next < len(p.all) {
		next = p.all[p.next]
	}
	for last != p.Root && last.owner.flow && last.owner.Value.End <= c.off {
		last = last.owner
	}
	switch {
	case c.own:
		p.line(c, last, next)
	case last == p.Root:
		p.head(c, next)
	case last.trail == "":
		last.trail = c.text
	default:
		p.head(c, last)
	}
}

// line places a comment with a line of its own, which stands behind last and
// before next.
func (p *placing) line(c comment, last, next *Entry) {
	if in := bracket(last, c.off); in != nil {
		switch {
		case next != nil && next.start < in.Value.End:
			p.head(c, next)
		case len(in.Entries) > 0:
			in.foot = p.below(in.foot, c)
		default:
			p.head(c, in)
		}
		return
	}
	end := -1
	if next != nil {
		end = next.col
	}
	if c.col <= end || c.dash || last == p.Root {
		p.head(c, next)
		return
	}
	for last.owner != p.Root && (last.owner.flow || last.col > c.col) {
		last = last.owner
	}
	switch {
	case last.col < c.col && !last.isBlockText():
		last.deep = p.below(last.deep, c)
	case last.col > end:
		last.owner.foot = p.below(last.owner.foot, c)
	default:
		p.head(c, next)
	}
}

// bracket is the innermost entry around last whose brackets hold off, or nil.
func bracket(last *Entry, off uint32) *Entry {
	for e := last; e != nil; e = e.owner {
		if e.flow && e.Value.Off < off && off < e.Value.End {
			return e
		}
	}
	return nil
}

// isBlockText reports whether what stands below e, indented deeper, would
// belong to its text.
func (e *Entry) isBlockText() bool { return e.Value.Style == Literal || e.Value.Style == Folded }

// head puts a comment above an entry; without one, below everything.
func (p *placing) head(c comment, e *Entry) {
	if e == nil || e == p.Root {
		p.Root.foot = p.below(p.Root.foot, c)
		return
	}
	empty := p.emptyAbove(c.off)
	if len(e.head) == 0 {
		e.blank = empty
	} else if empty {
		e.head = append(e.head, "")
	}
	e.head = append(e.head, c.text)
}

func (p *placing) below(list []string, c comment) []string {
	if p.emptyAbove(c.off) {
		list = append(list, "")
	}
	return append(list, c.text)
}

// spaces notes the empty lines above entries.
func (p *placing) spaces() {
	for _, e := range p.all {
		switch empty := p.emptyAbove(e.start); {
		case len(e.head) == 0:
			e.blank = empty
		case empty:
			e.head = append(e.head, "")
		}
	}
}

// emptyAbove reports whether off begins its line and the line above is empty,
// and not the last of a block text, which spaces can be.
func (p *placing) emptyAbove(off uint32) bool {
	bol := len(strings.TrimRight(p.source[:off], " \t-"))
	if bol == 0 || p.source[bol-1] != '\n' {
		return false
	}
	if _, found := slices.BinarySearch(p.blocks, bol); found {
		return false
	}
	return strings.TrimSpace(p.source[p.bol(bol-1):bol-1]) == ""
}
