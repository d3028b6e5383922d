package yaml

import "strings"

// plain reads a text without quotes in a block of indentation n. It goes on
// over lines that are indented deeper: a line end becomes a space, an empty
// line a newline.
func (p *parser) plain(n int) *Node {
	node := p.node(Scalar, p.i)
	if c := p.colon(p.i); c >= 0 {
		return p.bad(c, n, Syntax, "a colon and a space cannot stand in a text without quotes",
			"put quotes around the text")
	}
	node.Text = p.plainLine()
	node.End += uint32(len(node.Text))
	var text []byte
	for p.atEOL(p.i) {
		i, bol := p.i, p.bol
		breaks := p.breaks()
		if p.atComment() || p.spacesBefore() <= n || p.indent() < 0 {
			p.back(i, bol)
			break
		}
		if p.atDash() || p.colon(p.i) >= 0 {
			p.fail(p.i, Syntax, "this line is indented deeper than the key above it, which has its value",
				"align it with that key, or put quotes around a text of several lines")
			p.recover(n)
			break
		}
		if text == nil {
			text = []byte(node.Text)
		}
		text = append(text, fold(breaks)...)
		p.mark(node, Mark{uint32(len(text)), uint32(p.i)})
		at := p.i
		line := p.plainLine()
		node.End = uint32(at + len(line))
		text = append(text, line...)
	}
	if text != nil {
		node.Text = string(text)
	}
	return node
}

// plainLine reads what the line holds of a plain text and stops at its end
// or comment.
func (p *parser) plainLine() string {
	from := p.i
	for p.i = from; !p.atEOL(p.i) && !p.atComment(); p.i++ {
	}
	return strings.TrimRight(p.s[from:p.i], " \t")
}

// breaks moves past the end of this line and empty ones, to the content of
// the next. It returns the number of line ends.
func (p *parser) breaks() int {
	n := 0
	for p.i < len(p.s) && p.atEOL(p.i) {
		p.br()
		p.spaces()
		n++
	}
	return n
}

// spacesBefore counts the spaces that the line starts with.
func (p *parser) spacesBefore() int {
	i := p.bol
	for i < len(p.s) && p.s[i] == ' ' {
		i++
	}
	return i - p.bol
}

// fold is what n line ends inside a text become.
func fold(n int) string {
	if n == 1 {
		return " "
	}
	return strings.Repeat("\n", n-1)
}
