package yaml

import "strings"

// flow reads a map or list in brackets, in a block of indentation n, and
// checks that the line ends after it.
func (p *parser) flow(n int) *Node {
	i, bol := p.i, p.bol
	node, ok := p.flowNode(n)
	if !ok {
		p.back(i, bol)
		p.recover(n)
		bad := p.node(Bad, i)
		return bad
	}
	return p.lineEnd(node, n, "the closing bracket")
}

// flowNode reads one value inside brackets. It reports errors itself.
func (p *parser) flowNode(n int) (*Node, bool) {
	switch c := p.s[p.i]; c {
	case '{':
		return p.flowMap(n)
	case '[':
		return p.flowList(n)
	case '"', '\'':
		return p.quoted(n)
	case '|', '>':
		p.fail(p.i, Syntax, "a block text cannot stand inside brackets", "put quotes around the text")
		return nil, false
	case '-':
		if p.atDash() || p.flowEnd(p.i+1) {
			p.fail(p.i, Syntax, "a dash cannot start a list entry inside brackets", "separate entries with commas")
			return nil, false
		}
	}
	if message, hint, code := p.refused(p.i); message != "" {
		p.fail(p.i, code, message, hint)
		return nil, false
	}
	return p.flowPlain(), true
}

// flowPlain reads a text without quotes inside brackets, on one line.
func (p *parser) flowPlain() *Node {
	node := p.node(Scalar, p.i)
	from := p.i
	for !p.atEOL(p.i) && !p.atComment() && !p.flowEnd(p.i) && !p.flowColon(p.i) {
		p.i++
	}
	node.Text = strings.TrimRight(p.s[from:p.i], " \t")
	node.End += uint32(len(node.Text))
	return node
}

// flowEnd reports whether the character at i ends a plain text inside brackets.
func (p *parser) flowEnd(i int) bool {
	if i >= len(p.s) {
		return true
	}
	switch p.s[i] {
	case ',', '[', ']', '{', '}':
		return true
	}
	return false
}

// flowColon reports whether a colon at i ends a key inside brackets.
func (p *parser) flowColon(i int) bool {
	return i < len(p.s) && p.s[i] == ':' && (p.atGap(i+1) || p.flowEnd(i+1))
}

// flowBlank moves to the next content inside brackets that were opened at
// open. It fails where they end without being closed.
func (p *parser) flowBlank(n, open int) bool {
	bol := p.bol
	p.blank()
	if p.i < len(p.s) {
		k := p.indent()
		closing := p.s[p.i] == ']' || p.s[p.i] == '}'
		if p.bol == bol || k > n || k >= 0 && k == n && closing || p.tabbed() {
			return true
		}
	}
	p.fail(open, Syntax, "the bracket that opens here is not closed",
		"lines inside brackets are indented deeper than the line that opens them")
	return false
}

// flowMap reads a map in braces.
func (p *parser) flowMap(n int) (*Node, bool) {
	open := p.i
	m := p.node(Map, open)
	if !p.enter() {
		return m, false
	}
	defer p.leave()
	tail := &m.Child
	p.i++
	for {
		if !p.flowBlank(n, open) {
			return m, false
		}
		if p.s[p.i] == '}' {
			p.i++
			m.End = uint32(p.i)
			return m, true
		}
		key, ok := p.flowKey(n, open)
		if !ok {
			return m, false
		}
		*tail = key
		tail = &key.Next.Next
		if !p.flowNext(n, open, '}') {
			return m, false
		}
	}
}

// flowKey reads a key and its value, which becomes the key's Next.
func (p *parser) flowKey(n, open int) (*Node, bool) {
	if p.s[p.i] == '{' || p.s[p.i] == '[' {
		p.fail(p.i, Feature, "a catalog cannot use maps or lists as keys",
			"put quotes around a text that starts with a bracket")
		return nil, false
	}
	key, ok := p.flowNode(n)
	if !ok || !p.flowBlank(n, open) {
		return nil, false
	}
	if key.Style == Plain && key.Text == "<<" {
		p.fail(int(key.Off), Feature, "a catalog cannot use YAML merge keys", "write the entries out")
		return nil, false
	}
	if p.s[p.i] != ':' {
		hint := ""
		if key.Style == Plain && strings.Contains(key.Text, ":") {
			hint = "put a space after the colon"
		}
		p.fail(int(key.Off), Syntax, "a colon and a value are missing after this key", hint)
		return nil, false
	}
	key.Next, ok = p.flowValue(n, open)
	return key, ok
}

// flowValue reads a colon and the value behind it, if there is one.
func (p *parser) flowValue(n, open int) (*Node, bool) {
	p.i++
	at := p.i
	if !p.flowBlank(n, open) {
		return nil, false
	}
	switch p.s[p.i] {
	case ',', '}', ']':
		return p.node(Scalar, at), true
	}
	return p.flowNode(n)
}

// flowNext moves past a comma, or to the bracket that closes.
func (p *parser) flowNext(n, open int, closing byte) bool {
	if !p.flowBlank(n, open) {
		return false
	}
	if p.s[p.i] == ',' {
		p.i++
		return true
	}
	if p.s[p.i] == closing {
		return true
	}
	hint := "put quotes around a text that holds brackets, commas or a colon"
	p.fail(p.i, Syntax, "a comma or "+string(closing)+" is expected here", hint)
	return false
}

// flowList reads a list in brackets.
func (p *parser) flowList(n int) (*Node, bool) {
	open := p.i
	l := p.node(List, open)
	if !p.enter() {
		return l, false
	}
	defer p.leave()
	tail := &l.Child
	p.i++
	for {
		if !p.flowBlank(n, open) {
			return l, false
		}
		if p.s[p.i] == ']' {
			p.i++
			l.End = uint32(p.i)
			return l, true
		}
		item, ok := p.flowItem(n, open)
		if !ok {
			return l, false
		}
		*tail = item
		tail = &item.Next
		if !p.flowNext(n, open, ']') {
			return l, false
		}
	}
}

// flowItem reads a list entry. A key and its value without braces are a map
// of one entry.
func (p *parser) flowItem(n, open int) (*Node, bool) {
	item, ok := p.flowNode(n)
	bol := p.bol
	if !ok || !p.flowBlank(n, open) {
		return nil, false
	}
	if item.Kind != Scalar || p.s[p.i] != ':' || p.bol != bol {
		return item, true
	}
	m := p.node(Map, int(item.Off))
	m.Child = item
	if item.Next, ok = p.flowValue(n, open); ok {
		m.End = item.Next.End
	}
	return m, ok
}
