package inject

// class says, as a set of flags, what the HTML standard lets an element of one
// name do to the text around it.
type class uint64

const (
	void       class = 1 << iota // has no content and no end tag
	optional                     // its end tag may be left out
	block                        // its end tag closes whatever is open inside it
	formatting                   // reopened by the parser when closed out of order
	boundary                     // an end tag inside it closes nothing outside it
	rawText                      // its content is text up to its end tag
	script                       // rawText with escape states
	plaintext                    // the rest of the body is text
	root                         // svg, math
	template                     // content is no part of the page
	selection                    // select: two generations of parsers differ inside
	frameset                     // replaces the body
	column                       // col
	document                     // html, head, body
	heading                      // h1 to h6
	single                       // does not nest in itself
	closesP                      // its start tag closes an open p
	paragraph                    // p
	br                           // br
	breakout                     // its start tag ends foreign content
	htmlPoint                    // in svg: its content is HTML
	textPoint                    // in math: its content is HTML
	glyph                        // in math: stays foreign in a textPoint
	murky                        // in foreign content: depends on attributes
	leaf                         // a shape of svg, never an HTML element
	list                         // holds item
	item                         // li
	terms                        // holds term
	term                         // dt, dd
	menuBox                      // select, datalist
	optgroup                     // optgroup
	option                       // option
	table                        // table
	part                         // caption, colgroup
	section                      // tbody, thead, tfoot
	row                          // tr
	cell                         // td, th
	ruby                         // ruby, rtc
	rubyPart                     // rt, rp, rb
)

// notSlot marks the elements whose content is no HTML of the page or whose end
// is not where their end tag stands.
const notSlot = void | rawText | script | plaintext | root | template | frameset | document

// classOf returns the class of an element name in lower case. Names that it
// does not list have class 0: ordinary elements such as span or a custom one.
func classOf(name []byte) class {
	switch len(name) {
	case 1:
		return classOf1(name[0])
	case 2:
		return classOf2(name)
	case 3, 4:
		return classOf4(name)
	case 5, 6:
		return classOf6(name)
	}
	return classOfLong(name)
}

func classOf1(c byte) class {
	switch c {
	case 'a':
		return formatting | single
	case 'b', 'i', 's', 'u':
		return formatting | breakout
	case 'p':
		return optional | closesP | paragraph | breakout
	case 'g':
		return leaf
	}
	return 0
}

func classOf2(name []byte) class {
	switch string(name) {
	case "br":
		return void | breakout
	case "hr":
		return void | breakout | closesP
	case "em", "tt":
		return formatting | breakout
	case "dl":
		return block | breakout | closesP | terms
	case "ol", "ul":
		return block | breakout | closesP | list
	case "li":
		return optional | breakout | closesP | item
	case "dt", "dd":
		return optional | breakout | closesP | term
	case "td", "th":
		return optional | boundary | cell
	case "tr":
		return optional | row
	case "rt", "rp", "rb":
		return optional | rubyPart
	case "h1", "h2", "h3", "h4", "h5", "h6":
		return heading | formatting | breakout | closesP
	case "mi", "mo", "mn", "ms":
		return textPoint
	}
	return 0
}

func classOf4(name []byte) class {
	switch string(name) {
	case "div", "pre":
		return block | breakout | closesP
	case "menu":
		return block | breakout | closesP | list
	case "dir":
		return block | closesP | list
	case "nav", "main":
		return block | closesP
	case "big", "code":
		return formatting | breakout
	case "font":
		return formatting | murky
	case "nobr":
		return formatting | single | breakout
	case "sub", "sup", "var", "span":
		return breakout
	case "ruby":
		return breakout | ruby
	case "rtc":
		return optional | ruby | rubyPart
	case "img", "meta":
		return void | breakout
	case "wbr", "base", "area", "link":
		return void
	case "col":
		return void | column
	case "xmp":
		return rawText | closesP
	case "svg", "math":
		return root
	case "html":
		return document
	case "head", "body":
		return document | breakout
	case "form":
		return single | closesP
	case "desc":
		return htmlPoint
	case "path", "rect", "line", "stop", "use":
		return leaf
	}
	return 0
}

func classOf6(name []byte) class {
	switch string(name) {
	case "aside", "dialog", "figure", "footer", "header", "hgroup", "search":
		return block | closesP
	case "center":
		return block | breakout | closesP
	case "button":
		return block | single
	case "table":
		return boundary | breakout | closesP | table
	case "tbody", "thead", "tfoot":
		return optional | section
	case "small":
		return formatting | breakout
	case "strike", "strong":
		return formatting | breakout
	case "input", "param", "track", "frame", "image", "keygen", "source":
		return void
	case "embed":
		return void | breakout
	case "style", "iframe":
		return rawText
	case "title":
		return rawText | htmlPoint
	case "script":
		return rawText | script
	case "select":
		return selection | boundary | single | menuBox
	case "option":
		return optional | single | option
	case "applet", "object":
		return boundary
	case "mtext":
		return textPoint
	case "mglyph":
		return glyph
	case "circle":
		return leaf
	}
	return 0
}

func classOfLong(name []byte) class {
	switch string(name) {
	case "address", "article", "details", "figcaption", "section", "summary", "fieldset":
		return block | closesP
	case "blockquote", "listing":
		return block | breakout | closesP
	case "caption":
		return optional | boundary | part
	case "colgroup":
		return optional | part
	case "datalist":
		return menuBox
	case "optgroup":
		return optional | single | optgroup
	case "marquee":
		return boundary
	case "textarea", "noscript", "noembed", "noframes":
		return rawText
	case "plaintext":
		return plaintext
	case "template":
		return template | boundary
	case "frameset":
		return frameset
	case "bgsound", "basefont":
		return void
	case "foreignobject":
		return htmlPoint
	case "annotation-xml":
		return murky
	case "malignmark":
		return glyph
	case "ellipse", "polygon", "polyline":
		return leaf
	}
	return 0
}
