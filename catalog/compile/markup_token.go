package compile

import "strings"

// The kinds of HTML tokens.
const (
	markupText     byte = iota // literal text
	markupInText               // a placeholder in text
	markupStartTag             //
	markupEndTag
)

// markupToken is one token of HTML source. Comments give none: they are left
// out of what is sent.
type markupToken struct {
	kind     byte
	off, end int
	part     int    // of markupInText
	name     string // of a tag, in lower case
	attrs    []markupAttr
	closed   bool // the start tag ends with "/>"
}

// markupAttr is one attribute of a start tag.
type markupAttr struct {
	name        string // in lower case
	off         int
	value, end  int // the value without quotes; equal if there is none
	first, last int // the placeholders in the value: parts[first:last]
}

// markupScanner splits source into tokens. It reads a strict subset of HTML, in
// which no two parsers can disagree on where a tag, an attribute or a comment
// ends, and refuses everything else with its place. What it finds is compared
// with a browser-grade parser afterwards.
type markupScanner struct {
	m      *markup
	s      string
	at     int
	part   int // the first placeholder not behind at
	svg    int // open svg elements
	tokens []markupToken
	broken bool // something could not be read
}

// Elements whose content a browser reads as raw text, up to their end tag.
var markupRawText = map[string]bool{
	"script": true, "style": true, "textarea": true, "title": true, "xmp": true, "iframe": true,
	"noembed": true, "noframes": true, "noscript": true, "plaintext": true,
}

func (z *markupScanner) scan() {
	for z.at < len(z.s) {
		switch {
		case z.inPart():
			p := &z.m.parts[z.part]
			z.tokens = append(z.tokens, markupToken{kind: markupInText, off: p.off, end: p.end, part: z.part})
			z.skipPart()
		case z.s[z.at] == '<':
			z.markup()
		default:
			z.text()
		}
	}
}

// inPart reports whether a placeholder starts here.
func (z *markupScanner) inPart() bool {
	return z.part < len(z.m.parts) && z.m.parts[z.part].off == z.at
}

func (z *markupScanner) skipPart() {
	z.at = z.m.parts[z.part].end
	z.part++
}

// stop is where the next placeholder starts, or the end.
func (z *markupScanner) stop() int {
	if z.part < len(z.m.parts) {
		return z.m.parts[z.part].off
	}
	return len(z.s)
}

func (z *markupScanner) text() {
	end := z.stop()
	if i := strings.IndexByte(z.s[z.at:end], '<'); i >= 0 {
		end = z.at + i
	}
	z.tokens = append(z.tokens, markupToken{kind: markupText, off: z.at, end: end})
	z.at = end
}

// markup reads what starts with "<".
func (z *markupScanner) markup() {
	rest := z.s[z.at:]
	switch {
	case strings.HasPrefix(rest, "<!--"):
		z.comment()
	case strings.HasPrefix(rest, "<!"), strings.HasPrefix(rest, "<?"):
		z.refuse(z.at, "forbidden-markup", "leave it out: this is a part of a page, not a document",
			"has a doctype, CDATA section or processing instruction")
	case strings.HasPrefix(rest, "</"):
		z.endTag()
	case len(rest) > 1 && markupIsLetter(rest[1]):
		z.startTag()
	case z.stop() == z.at+1:
		z.refuse(z.stop(), "placeholder-in-tag-name", "write the name of the element", "has a placeholder for the name of an element")
	default:
		z.broken = true
		z.m.fail(z.at, "stray-less-than", "a < that starts no element is written &lt;", "has a < that starts no element")
		z.at++
	}
}

// refuse reports and goes on behind the next ">", or at the end.
func (z *markupScanner) refuse(off int, code, hint, format string, args ...any) {
	z.broken = true
	z.m.fail(off, code, hint, format, args...)
	for z.at < len(z.s) {
		if z.inPart() {
			z.skipPart()
			continue
		}
		z.at++
		if z.s[z.at-1] == '>' {
			return
		}
	}
}

// comment skips a comment. Those that browsers end elsewhere than at the first
// "-->" are refused.
func (z *markupScanner) comment() {
	from := z.at
	n := strings.Index(z.s[from+4:], "-->")
	if n < 0 {
		z.refuse(from, "malformed-comment", "end it with -->", "has a comment without an end")
		return
	}
	body := z.s[from+4 : from+4+n]
	if strings.HasPrefix(body, ">") || strings.HasPrefix(body, "->") || strings.Contains(body, "--!>") ||
		strings.Contains(body, "<!--") || strings.HasSuffix(body, "<!-") {
		z.refuse(from, "malformed-comment", "leave <, > and -- out of comments", "has a comment that browsers read in different ways")
		return
	}
	z.at = from + 4 + n + 3
	z.placeholders(z.at, "placeholder-in-comment", "comments are not sent: leave it out", "has a placeholder in a comment")
}

// placeholders reports and skips those before end.
func (z *markupScanner) placeholders(end int, code, hint, message string) {
	for z.part < len(z.m.parts) && z.m.parts[z.part].off < end {
		z.m.fail(z.m.parts[z.part].off, code, hint, "%s", message)
		z.part++
	}
}

func (z *markupScanner) endTag() {
	from := z.at
	z.at += 2
	name := z.name(false)
	if z.inPart() {
		z.refuse(z.at, "placeholder-in-tag-name", "write the whole name of the element", "has a placeholder in the name of an element")
		return
	}
	z.space()
	if name == "" || !markupIsLetter(name[0]) || z.at == len(z.s) || z.inPart() || z.s[z.at] != '>' {
		z.refuse(from, "malformed-tag", "write </name>", "has an end tag that cannot be read")
		return
	}
	z.at++
	if name == "svg" && z.svg > 0 {
		z.svg--
	}
	z.tokens = append(z.tokens, markupToken{kind: markupEndTag, off: from, end: z.at, name: name})
}

func (z *markupScanner) startTag() {
	t := markupToken{kind: markupStartTag, off: z.at}
	z.at++
	t.name = z.name(false)
	if z.inPart() {
		z.refuse(z.at, "placeholder-in-tag-name", "write the whole name of the element", "has a placeholder in the name of an element")
		return
	}
	if !z.attributes(&t) {
		return
	}
	t.end = z.at
	z.tokens = append(z.tokens, t)
	if t.name == "svg" && !t.closed {
		z.svg++
	}
	if z.svg == 0 && markupRawText[t.name] {
		z.rawText(t.name)
	}
}

// rawText skips what a browser reads as no markup, up to the element's end tag.
// All of these elements are refused later, so only placeholders matter here.
func (z *markupScanner) rawText(name string) {
	end := len(z.s)
	for i := z.at; i < len(z.s); i++ {
		if n := i + 2 + len(name); strings.HasPrefix(z.s[i:], "</") && n <= len(z.s) && strings.EqualFold(z.s[i+2:n], name) {
			end = i
			break
		}
	}
	z.placeholders(end, "placeholder-in-raw-text", "put it into an attribute of another element",
		"has a placeholder in <"+name+">, which is read by other rules than HTML")
	z.at = end
}

// name reads the name of an element or attribute, in lower case.
func (z *markupScanner) name(attribute bool) string {
	from := z.at
	for z.at < len(z.s) {
		c := z.s[z.at]
		if !markupIsWord(rune(c)) && c != '-' && (!attribute || c != ':' && c != '.') {
			break
		}
		z.at++
	}
	return strings.ToLower(z.s[from:z.at])
}

// space skips white space and reports whether there was any.
func (z *markupScanner) space() bool {
	from := z.at
	for z.at < len(z.s) && markupIsSpace(z.s[z.at]) {
		z.at++
	}
	return z.at > from
}

func markupIsSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func markupIsLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
