package yaml

import "strings"

// block reads the node at indentation k, inside a block of indentation n < k.
// It may start in the middle of a line, after "- ".
func (p *parser) block(k, n int) *Node {
	if p.tabbed() {
		return p.bad(p.bol+strings.IndexByte(p.s[p.bol:p.i], '\t'), n, Syntax,
			"a tab cannot be used for indentation", "use spaces")
	}
	switch {
	case p.atDash():
		return p.list(k)
	case p.atKey():
		return p.mapping(k)
	}
	return p.inline(n)
}

// value reads what follows a key's colon or a document marker: on this line,
// or below it and indented deeper than n. A list may stand at n itself.
func (p *parser) value(n int) *Node {
	at := p.i
	p.spaces()
	if !p.atEOL(p.i) && !p.atComment() {
		return p.inline(n)
	}
	p.blank()
	if k := p.indent(); k > n || k == n && k >= 0 && p.atDash() {
		return p.block(k, n)
	}
	return p.node(Scalar, at)
}

// inline reads a node that cannot be a block map or a block list.
func (p *parser) inline(n int) *Node {
	switch p.s[p.i] {
	case '|', '>':
		return p.literal(n)
	case '{', '[':
		return p.flow(n)
	case '"', '\'':
		q, ok := p.quoted(n)
		if !ok {
			p.recover(n)
			return q
		}
		return p.lineEnd(q, n, "the closing quote")
	case '-':
		if p.atDash() {
			return p.bad(p.i, n, Syntax, "a list entry cannot stand here", "start the list on a line of its own")
		}
	}
	if message, hint, code := p.refused(p.i); message != "" {
		return p.bad(p.i, n, code, message, hint)
	}
	return p.plain(n)
}

// refused says why no node may start with the character at i.
func (p *parser) refused(i int) (message, hint string, code Code) {
	const quote = "put quotes around the text if it is meant to start like this"
	switch c := p.s[i]; c {
	case '&':
		return "a catalog cannot use YAML anchors", quote, Feature
	case '*':
		return "a catalog cannot use YAML aliases", quote, Feature
	case '!':
		return "a catalog cannot use YAML tags", quote, Feature
	case '%', '@', '`', '#':
		return "a text without quotes cannot start with " + string(c), quote, Syntax
	case ']', '}', ',':
		return "there is nothing that this " + string(c) + " could belong to", quote, Syntax
	case ':':
		if p.atGap(i + 1) {
			return "a key is missing before the colon", "", Syntax
		}
	case '?':
		if p.atGap(i + 1) {
			return "a catalog cannot use maps or lists as keys", quote, Feature
		}
	}
	return "", "", Syntax
}

// lineEnd checks that the line ends after a node.
func (p *parser) lineEnd(node *Node, n int, after string) *Node {
	p.spaces()
	if p.atEOL(p.i) || p.atComment() {
		return node
	}
	message, hint := "unexpected text after "+after, "put the whole value in single quotes"
	if p.s[p.i] == ':' {
		message, hint = "a key cannot stand here", "start the map on a line of its own"
		if node.Kind != Scalar {
			return p.bad(int(node.Off), n, Feature, "a catalog cannot use maps or lists as keys",
				"put quotes around a text that starts with a bracket")
		}
	}
	if p.s[p.i] == '#' {
		hint = "a comment needs a space before the #"
	}
	return p.bad(p.i, n, Syntax, message, hint)
}

// mapping reads a block map whose keys stand at indentation k.
func (p *parser) mapping(k int) *Node {
	m := p.node(Map, p.i)
	if !p.enter() {
		return m
	}
	defer p.leave()
	tail := &m.Child
	for {
		tail = p.entry(m, tail, k)
		p.next(m)
		for p.indent() > k || p.indent() == k && (p.atDash() || !p.atKey()) {
			p.misplaced(k)
			m.Partial = true
			p.next(m)
		}
		if p.indent() < k {
			return m
		}
	}
}

// next moves to the next line with content. Lines that tabs indent are
// reported, the first of them, and left out: where they belong is unknown.
func (p *parser) next(in *Node) {
	p.blank()
	if p.i < len(p.s) && p.tabbed() {
		in.Partial = true
		p.fail(p.bol+strings.IndexByte(p.s[p.bol:p.i], '\t'), Syntax, "a tab cannot be used for indentation", "use spaces")
	}
	for p.i < len(p.s) && p.tabbed() {
		p.toEOL()
		p.blank()
	}
}

// tabbed reports whether a tab stands before the content here.
func (p *parser) tabbed() bool { return strings.IndexByte(p.s[p.bol:p.i], '\t') >= 0 }

// misplaced reports a line that does not go on with the map or list at
// indentation k.
func (p *parser) misplaced(k int) {
	switch {
	case p.indent() > k:
		p.fail(p.i, Syntax, "this line is indented deeper than the ones it follows",
			"align it with them, or end the line above with a colon")
	case p.atDash():
		p.fail(p.i, Syntax, "a list entry stands where a key is expected", "indent the list below its key")
	default:
		message, hint, code := p.refused(p.i)
		if message == "" {
			message, hint = "a key and a colon are expected here", p.colonHint()
		}
		p.fail(p.i, code, message, hint)
	}
	p.recover(k)
}

// colonHint guesses why a line has no key.
func (p *parser) colonHint() string {
	line := p.s[p.i:p.eol(p.i)]
	if c := strings.IndexByte(line, ':'); c > 0 {
		return "put a space after the colon"
	}
	return ""
}

// entry reads a key and its value. It returns where the next child goes.
func (p *parser) entry(m *Node, tail **Node, k int) **Node {
	key, ok := p.key()
	if !ok {
		m.Partial = true
		p.recover(k)
		return tail
	}
	p.i++ // the colon
	key.Next = p.value(k)
	*tail = key
	return &key.Next.Next
}

// key reads an implicit key of a block map, up to its colon.
func (p *parser) key() (*Node, bool) {
	c := p.s[p.i]
	if c == '"' || c == '\'' {
		q, ok := p.quoted(-1)
		p.spaces()
		if ok && !p.atGap(p.i+1) {
			p.fail(p.i, Syntax, "a space is missing after the colon", "")
			return q, false
		}
		return q, ok
	}
	if message, hint, code := p.refused(p.i); message != "" {
		p.fail(p.i, code, message, hint)
		return nil, false
	}
	key := p.node(Scalar, p.i)
	end := p.colon(p.i)
	key.Text = strings.TrimRight(p.s[p.i:end], " \t")
	key.End += uint32(len(key.Text))
	if key.Text == "<<" {
		p.fail(p.i, Feature, "a catalog cannot use YAML merge keys", "write the entries out")
		return key, false
	}
	p.i = end
	return key, true
}

// atKey reports whether a key and its colon start here, on one line.
func (p *parser) atKey() bool {
	if p.i >= len(p.s) {
		return false
	}
	switch p.s[p.i] {
	case '"', '\'':
		return p.quotedKey()
	case '{', '[', '|', '>', '%', '@', '`', ']', '}', ',', '#', '*', '&', '!':
		return false
	}
	return p.colon(p.i) >= 0
}

// colon finds the colon that ends a plain key which starts at i, -1 if there
// is none on the line.
func (p *parser) colon(i int) int {
	for ; !p.atEOL(i); i++ {
		switch p.s[i] {
		case ':':
			if p.atGap(i + 1) {
				return i
			}
		case '#':
			if i > 0 && (p.s[i-1] == ' ' || p.s[i-1] == '\t') {
				return -1
			}
		}
	}
	return -1
}

// quotedKey reports whether a quoted text and a colon stand here.
func (p *parser) quotedKey() bool {
	q := p.s[p.i]
	for i := p.i + 1; !p.atEOL(i); i++ {
		switch {
		case p.s[i] == '\\' && q == '"':
			i++
		case p.s[i] == q && q == '\'' && i+1 < len(p.s) && p.s[i+1] == q:
			i++
		case p.s[i] == q:
			for i++; i < len(p.s) && (p.s[i] == ' ' || p.s[i] == '\t'); i++ {
			}
			return i < len(p.s) && p.s[i] == ':'
		}
	}
	return false
}

// list reads a block list whose dashes stand at indentation k.
func (p *parser) list(k int) *Node {
	l := p.node(List, p.i)
	if !p.enter() {
		return l
	}
	defer p.leave()
	tail := &l.Child
	for {
		*tail = p.item(k)
		tail = &(*tail).Next
		p.next(l)
		for p.indent() > k {
			p.misplaced(k)
			l.Partial = true
			p.next(l)
		}
		if p.indent() < k || !p.atDash() {
			return l
		}
	}
}

// item reads a list entry from its dash on.
func (p *parser) item(k int) *Node {
	p.i++
	at := p.i
	p.spaces()
	if !p.atEOL(p.i) && !p.atComment() {
		return p.block(p.i-p.bol, k)
	}
	p.blank()
	if d := p.indent(); d > k {
		return p.block(d, k)
	}
	return p.node(Scalar, at)
}
