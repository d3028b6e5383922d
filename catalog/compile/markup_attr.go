package compile

import "strings"

// attributes reads the rest of a start tag behind its name.
func (z *markupScanner) attributes(t *markupToken) bool {
	for {
		apart := z.space()
		switch {
		case z.inPart():
			z.refuse(z.at, "placeholder-in-attribute-name", `write it as the value of an attribute, in quotes: name="{{ … }}"`,
				"has a placeholder in <%s> outside an attribute's value", t.name)
			return false
		case z.at == len(z.s):
			z.refuse(t.off, "malformed-tag", "end it with >", "has a tag <%s without its end", t.name)
			return false
		case z.s[z.at] == '>':
			z.at++
			return true
		case strings.HasPrefix(z.s[z.at:], "/>"):
			z.at += 2
			t.closed = true
			return true
		case !apart:
			z.refuse(z.at, "malformed-tag", "separate name and attributes by spaces", "has no space before an attribute of <%s>", t.name)
			return false
		case !z.attribute(t):
			return false
		}
	}
}

// attribute reads one attribute.
func (z *markupScanner) attribute(t *markupToken) bool {
	a := markupAttr{off: z.at}
	if c := z.s[z.at]; markupIsLetter(c) || c == '_' {
		a.name = z.name(true)
	}
	if z.inPart() {
		z.refuse(z.at, "placeholder-in-attribute-name", "write the whole name of the attribute",
			"has a placeholder in the name of an attribute of <%s>", t.name)
		return false
	}
	if a.name == "" {
		z.refuse(z.at, "malformed-tag", "an attribute's name has letters, digits, - _ . and :", "has an attribute of <%s> whose name cannot be read", t.name)
		return false
	}
	for i := range t.attrs {
		if t.attrs[i].name == a.name {
			z.m.fail(a.off, "duplicate-attribute", "browsers keep the first: leave one out", "has %s twice in <%s>", a.name, t.name)
		}
	}
	behind := z.at
	z.space()
	if z.at == len(z.s) || z.inPart() || z.s[z.at] != '=' {
		z.at = behind
		a.value, a.end = behind, behind
		a.first, a.last = z.part, z.part
		t.attrs = append(t.attrs, a)
		return true
	}
	z.at++
	z.space()
	if !z.value(t, &a) {
		return false
	}
	t.attrs = append(t.attrs, a)
	return true
}

// value reads an attribute's value, in quotes or without.
func (z *markupScanner) value(t *markupToken, a *markupAttr) bool {
	a.value, a.first = z.at, z.part
	switch {
	case z.at == len(z.s):
		z.refuse(t.off, "malformed-tag", "end it with >", "has a tag <%s without its end", t.name)
		return false
	case !z.inPart() && (z.s[z.at] == '"' || z.s[z.at] == '\''):
		return z.quoted(t, a)
	}
	for z.at < len(z.s) && !z.inPart() && markupIsUnquoted(z.s[z.at]) {
		z.at++
	}
	if z.inPart() {
		hint := `put the value into quotes: ` + a.name + `="{{ … }}"`
		if markupAttrKind(t.name, a.name) == markupAttrEvent {
			hint = "leave it out: offers run no scripts"
		}
		z.refuse(z.at, "placeholder-unquoted", hint, "has a placeholder in %s of <%s> without quotes", a.name, t.name)
		return false
	}
	a.end, a.last = z.at, z.part
	if a.end == a.value || z.at < len(z.s) && z.s[z.at] != '>' && !markupIsSpace(z.s[z.at]) {
		z.refuse(z.at, "malformed-tag", "put the value into quotes", "has a value of %s in <%s> that cannot be read", a.name, t.name)
		return false
	}
	return true
}

func (z *markupScanner) quoted(t *markupToken, a *markupAttr) bool {
	from, quote := z.at, z.s[z.at]
	z.at++
	a.value = z.at
	for z.at < len(z.s) {
		switch {
		case z.inPart():
			z.skipPart()
			continue
		case z.s[z.at] == '<':
			z.refuse(z.at, "malformed-tag", "a < in a value is written &lt;; or a quote is missing before it",
				"has a < in %s of <%s>", a.name, t.name)
			return false
		case z.s[z.at] == quote:
			a.end, a.last = z.at, z.part
			z.at++
			return true
		}
		z.at++
	}
	z.refuse(from, "malformed-tag", "close the quote", "has a value of %s in <%s> without its closing quote", a.name, t.name)
	return false
}

// markupIsUnquoted reports whether c may stand in a value without quotes.
// Browsers allow more, which nobody should have to know.
func markupIsUnquoted(c byte) bool {
	return markupIsWord(rune(c)) || strings.IndexByte("-.:#%+,;", c) >= 0
}
