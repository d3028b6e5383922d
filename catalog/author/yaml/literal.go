package yaml

// literal reads a block text, | or >, in a block of indentation n.
func (p *parser) literal(n int) *Node {
	node := p.node(Scalar, p.i)
	node.Style = Literal
	if p.s[p.i] == '>' {
		node.Style = Folded
	}
	explicit, chomp, ok := p.literalHeader()
	if !ok {
		return p.bad(p.i, n, Syntax, "after | or > only a digit from 1 to 9, + or - may stand on the line",
			"put quotes around the text if it is meant to start like this")
	}
	r := literalReader{parser: p, node: node, n: n, chomp: chomp}
	if explicit > 0 {
		r.indent = max(n, 0) + explicit
	} else if !r.detect() {
		return p.bad(p.i, n, Syntax, "this empty line is indented deeper than the text below it", "remove its spaces")
	}
	node.Start = uint32(p.i)
	r.read()
	node.Text = string(r.text)
	node.End = uint32(p.i)
	return node
}

// literalHeader reads the indicators after | or >, and the rest of the line.
func (p *parser) literalHeader() (explicit int, chomp byte, ok bool) {
	for p.i++; p.i < len(p.s); p.i++ {
		c := p.s[p.i]
		switch {
		case (c == '+' || c == '-') && chomp == 0:
			chomp = c
		case c >= '1' && c <= '9' && explicit == 0:
			explicit = int(c - '0')
		default:
			p.spaces()
			if !p.atEOL(p.i) && !p.atComment() {
				return 0, 0, false
			}
			p.toEOL()
			p.br()
			return explicit, chomp, true
		}
	}
	return explicit, chomp, true
}

// literalReader reads the lines of a block text.
type literalReader struct {
	*parser
	node   *Node
	n      int // indentation of the parent
	indent int // indentation of the text
	chomp  byte
	text   []byte
	ends   int  // line ends since the last line with content
	some   bool // a line with content has been read
	more   bool // that line starts with white space
}

// detect finds the indentation: that of the first line with content. It
// fails where an empty line before has more spaces.
func (r *literalReader) detect() bool {
	i, bol := r.i, r.bol
	deepest, at := 0, 0
	for r.i < len(r.s) {
		k := r.spacesBefore()
		r.i = r.bol + k
		if !r.atEOL(r.i) {
			r.indent = k
			break
		}
		if k > deepest {
			deepest, at = k, r.i
		}
		if r.i >= len(r.s) {
			break
		}
		r.br()
	}
	if r.indent <= r.n || r.i >= len(r.s) {
		r.indent = max(r.n+1, deepest)
	} else if deepest > r.indent {
		r.i = at
		return false
	}
	r.back(i, bol)
	return true
}

// read takes lines until one is indented less and not empty.
func (r *literalReader) read() {
	for r.i < len(r.s) {
		k := r.spacesBefore()
		switch {
		case k >= r.indent && !r.atEOL(r.bol+r.indent):
			if r.indent == 0 && (r.markerAt(r.bol, '-') || r.markerAt(r.bol, '.')) {
				r.finish()
				return
			}
			r.i = r.bol + r.indent
			r.line()
		case r.atEOL(r.bol + k):
			r.i = r.bol + k
			r.empty()
		default:
			r.finish()
			return
		}
	}
	r.finish()
}

// line takes a line with content.
func (r *literalReader) line() {
	more := r.s[r.i] == ' ' || r.s[r.i] == '\t'
	end := r.eol(r.i)
	switch {
	case !r.some || r.node.Style == Literal || more || r.more:
		r.newlines(r.ends)
	case r.ends == 1:
		r.text = append(r.text, ' ')
	default:
		r.newlines(r.ends - 1)
	}
	if !r.some {
		r.node.Start = uint32(r.i)
	}
	r.mark(r.node, Mark{uint32(len(r.text)), uint32(r.i)})
	r.some, r.more, r.ends = true, more, 0
	r.text = append(r.text, r.s[r.i:end]...)
	r.i = end
	r.lineDone()
}

// empty takes a line of at most the indentation in spaces. It is a line of a
// literal text, if one with content follows.
func (r *literalReader) empty() {
	if r.node.Style == Literal {
		r.mark(r.node, Mark{uint32(len(r.text) + r.ends), uint32(r.i)})
	}
	r.lineDone()
}

// lineDone moves past the line end.
func (r *literalReader) lineDone() {
	if r.i < len(r.s) {
		r.ends++
		r.br()
	}
}

func (r *literalReader) newlines(n int) {
	for ; n > 0; n-- {
		r.text = append(r.text, '\n')
	}
}

// finish ends the text as the header says.
func (r *literalReader) finish() {
	switch {
	case r.chomp == '+':
		r.newlines(r.ends)
	case r.chomp == 0 && r.some && r.ends > 0:
		r.newlines(1)
	}
}
