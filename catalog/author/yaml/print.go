package yaml

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// step is how much deeper each level is indented.
	step = 2
	// maxWidth is how wide a line in brackets may be before its entries get
	// lines of their own, in characters, without its comment.
	maxWidth = 120
)

// Print writes the document in its layout: two spaces for each level, one
// space behind colons and commas, one empty line where there were some. What
// stands in brackets stays there if it fits into a line of 120 characters and
// has no comments inside. Texts stand as they were quoted, with their lines.
// The Layout cannot be used again.
func (l *Layout) Print() string {
	p := printer{source: l.source}
	p.comments(l.header, 0)
	if text, ok := p.short(l.Root, 0); ok {
		p.line(0, text)
	} else {
		p.entries(l.Root, 0)
	}
	p.comments(l.Root.foot, 0)
	return p.out.String()
}

type printer struct {
	source  string
	out     strings.Builder
	pending string // what the next line starts with instead of spaces: dashes
	emptied bool   // the last line is empty
	keeps   bool   // an empty line here would belong to the text above
}

func (p *printer) line(indent int, text string) {
	p.out.WriteString(strings.TrimRight(p.start(indent)+text, " ") + "\n")
	p.emptied, p.keeps = false, false
}

// empty writes an empty line, unless one is there.
func (p *printer) empty() {
	if !p.emptied && !p.keeps && p.out.Len() > 0 {
		p.out.WriteString("\n")
		p.emptied = true
	}
}

func (p *printer) comments(list []string, indent int) {
	for _, c := range list {
		if c == "" {
			p.empty()
			continue
		}
		p.line(indent, c)
	}
}

func (p *printer) entries(e *Entry, indent int) {
	for i, child := range e.Entries {
		p.entry(child, indent, i == 0)
	}
}

func (p *printer) entry(e *Entry, indent int, first bool) {
	if e.blank && !first {
		p.empty()
	}
	if e.Key != nil {
		p.comments(e.head, indent)
		p.value(e, indent, p.source[e.Key.Off:e.Key.End]+":")
	} else {
		p.comments(p.lift(e, indent), indent)
		if p.pending == "" {
			p.pending = strings.Repeat(" ", indent)
		}
		p.pending += "- "
		p.value(e, indent, "")
	}
	p.comments(e.deep, indent+step)
}

// lift takes the comments of a list entry that have to stand above its dash,
// among them those of what stands on the dash's line.
func (p *printer) lift(e *Entry, indent int) []string {
	list := e.head
	e.head = nil
	if _, ok := p.short(e, indent+step); ok || e.Value.Kind == Scalar {
		return list
	}
	if e.trail != "" {
		list = append(slices.Clip(list), e.trail)
		e.trail = ""
	}
	first := e.Entries[0]
	if first.Key == nil {
		return append(slices.Clip(list), p.lift(first, indent+step)...)
	}
	list = append(slices.Clip(list), first.head...)
	first.head = nil
	return list
}

// value writes a value behind its key and colon, or behind a dash.
func (p *printer) value(e *Entry, indent int, key string) {
	if e.isBlockText() {
		p.block(e, indent, key)
		return
	}
	if e.Value.Kind == Scalar {
		p.scalar(e, indent, key)
		return
	}
	before := indent + utf8.RuneCountInString(key) + 1
	if key == "" {
		before = indent + step
	}
	if text, ok := p.short(e, before); ok {
		p.line(indent, join(key, text, e.trail))
		return
	}
	if key != "" {
		p.line(indent, join(key, e.trail))
	}
	p.entries(e, indent+step)
	p.comments(e.foot, indent+step)
}

// scalar writes a text as it was written; its further lines begin deeper than
// the first.
func (p *printer) scalar(e *Entry, indent int, key string) {
	lines := strings.Split(p.source[e.Value.Off:e.Value.End], "\n")
	for i, line := range lines {
		line = strings.TrimSuffix(line, "\r")
		if i > 0 {
			line = strings.TrimLeft(line, " \t")
		} else {
			line = join(key, line)
		}
		if i == len(lines)-1 {
			p.line(indent, join(line, e.trail))
			return
		}
		if i == 0 {
			// not by line, which cuts spaces: one may be escaped
			p.out.WriteString(p.start(indent))
			indent += step
		} else if line != "" {
			p.out.WriteString(strings.Repeat(" ", indent))
		}
		p.out.WriteString(line + "\n")
	}
}

// start is what a line begins with.
func (p *printer) start(indent int) string {
	s := p.pending
	if s == "" {
		s = strings.Repeat(" ", indent)
	}
	p.pending = ""
	return s
}

// join puts one space between what is not empty.
func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

// short gives an entry's map or list in brackets, if it has none or few
// entries, no comments, and fits into a line behind some characters.
func (p *printer) short(e *Entry, before int) (string, bool) {
	var b strings.Builder
	if (!e.flow && len(e.Entries) > 0) || !p.brackets(&b, e) {
		return "", false
	}
	return b.String(), before+utf8.RuneCountInString(b.String()) <= maxWidth
}

func (p *printer) brackets(b *strings.Builder, e *Entry) bool {
	open, end := "[", "]"
	switch {
	case e.Value.Kind == Map:
		open, end = "{", "}"
	case e.Value.Kind != List:
		text := p.source[e.Value.Off:e.Value.End]
		b.WriteString(text)
		return !strings.Contains(text, "\n")
	}
	b.WriteString(open)
	for i, child := range e.Entries {
		if len(child.head)+len(child.deep) > 0 || child.trail != "" {
			return false
		}
		if i > 0 {
			b.WriteString(", ")
		}
		if child.Key != nil {
			b.WriteString(p.source[child.Key.Off:child.Key.End] + ": ")
		}
		if !p.brackets(b, child) {
			return false
		}
	}
	b.WriteString(end)
	return len(e.foot) == 0 || len(e.Entries) == 0
}
