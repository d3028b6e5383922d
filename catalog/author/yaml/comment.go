package yaml

import "strings"

// comment is one comment of a document.
type comment struct {
	off  uint32 // of its #
	col  int    // in bytes, from 0
	own  bool   // nothing but dashes and markers stands before it on its line
	dash bool   // the last before it that is no comment is a dash
	text string // with its #, without white space at its end
}

// comments are those of a document without errors, in their order. Between
// scalars there is nothing that a # could belong to.
func (d *Document) comments() []comment {
	c := comments{text: d.Source.Text}
	if d.Root != nil {
		c.scalars(d.Root)
	}
	c.gap(uint32(len(c.text)))
	return c.all
}

type comments struct {
	text string
	at   uint32 // behind the last scalar or comment
	dash bool   // the last that was seen is a dash
	all  []comment
}

// scalars looks before and between the scalars of a node.
func (c *comments) scalars(n *Node) {
	for child := n.Child; child != nil; child = child.Next {
		c.scalars(child)
	}
	if n.Kind != Scalar {
		return
	}
	c.gap(n.Off)
	c.at, c.dash = n.End, false
	if n.Style == Literal || n.Style == Folded {
		c.at = n.Off
		c.gap(n.Off + uint32(len(lineOf(c.text[n.Off:]))))
		c.at, c.dash = n.End, false // |- has a dash that is none
	}
}

// gap looks for comments up to a place.
func (c *comments) gap(to uint32) {
	for c.at < to {
		i := strings.IndexByte(c.text[c.at:to], '#')
		if i < 0 {
			break
		}
		from := c.at
		off := from + uint32(i)
		text := lineOf(c.text[off:])
		c.at = off + uint32(len(text))
		bol := uint32(strings.LastIndexByte(c.text[:off], '\n') + 1)
		if before := strings.TrimRight(c.text[from:off], " \t\r\n"); before != "" {
			c.dash = strings.HasSuffix(before, "-")
		}
		c.all = append(c.all, comment{
			off: off, col: int(off - bol), text: strings.TrimRight(text, " \t"), dash: c.dash,
			own: bol >= from && strings.Trim(c.text[bol:off], " \t-.") == "",
		})
	}
	c.at = max(c.at, to)
}

// lineOf is the first line of a text.
func lineOf(s string) string {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	return strings.TrimSuffix(s, "\r")
}

// Comments are the texts of a document's comments, in their order, each with
// its #. A document with errors may lack some.
func (d *Document) Comments() []string {
	var out []string
	for _, c := range d.comments() {
		out = append(out, c.text)
	}
	return out
}
