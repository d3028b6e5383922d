package compile

import (
	"maps"
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// Where an element may be written.
const (
	markupInField  byte = 1 << iota // in html fields and renderings
	markupInRender                  // in renderings only
	markupVoid                      // has no content and no end tag
)

// markupElements are the elements of HTML that an offer may use. It is a list
// of what is known to be harmless, so that an element invented tomorrow is
// refused until somebody has looked at it.
var markupElements = markupTable(map[byte]string{
	markupInField: `a abbr address article aside audio b bdi bdo blockquote caption center cite code colgroup data dd del
		details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header i ins kbd li map mark menu meter
		nav ol p picture pre progress q rp rt ruby s samp section small span strike strong sub summary sup svg table
		tbody td tfoot th thead time tr tt u ul var video`,
	markupInField | markupVoid: `area br col hr img source track wbr`,
	// A form in a field would be dropped by the parser inside a form of the page,
	// and its end tag would close that one; its controls would be sent with it.
	markupInRender:              `button datalist fieldset form label legend optgroup option output select`,
	markupInRender | markupVoid: `input`,
})

// markupSVG are the elements of SVG that draw. Those that animate are left out,
// because they can set any attribute, and so is foreignObject.
var markupSVG = markupTable(map[byte]string{
	markupInField: `svg g path circle ellipse line polyline polygon rect text tspan defs use symbol clippath mask
		lineargradient radialgradient stop pattern title desc`,
})

func markupTable(lists map[byte]string) map[string]byte {
	table := map[string]byte{}
	for flags, names := range lists {
		for _, name := range strings.Fields(names) {
			table[name] = flags
		}
	}
	return table
}

// markupRefused says why an element that is often tried is refused.
var markupRefused = map[string]string{
	"script":        "offers run no scripts, so that they work under any content security policy",
	"style":         "a style element restyles the whole page; use classes of the page",
	"link":          "style sheets belong to the page",
	"meta":          "it changes the whole page",
	"base":          "it changes every link of the page",
	"iframe":        "framed documents run their own scripts",
	"frame":         "framed documents run their own scripts",
	"frameset":      "framed documents run their own scripts",
	"object":        "plug-in content runs scripts",
	"embed":         "plug-in content runs scripts",
	"applet":        "plug-in content runs scripts",
	"portal":        "framed documents run their own scripts",
	"noscript":      "its content is read in two ways",
	"template":      "its content is not shown",
	"image":         "write <img src=\"…\" alt=\"\">",
	"slot":          "it belongs to a component of the page",
	"title":         "the title belongs to the page, except within svg",
	"textarea":      "its content is not HTML; use input",
	"math":          "its content is read by other rules than HTML",
	"foreignobject": "its content is read by other rules than the SVG around it",
	"animate":       "it can set any attribute; animate by a class of the page",
	"set":           "it can set any attribute; animate by a class of the page",
	"html":          "write the content alone, not a whole page",
	"head":          "write the content alone, not a whole page",
	"body":          "write the content alone, not a whole page",
	"main":          "a page has one, and it is not the offer",
}

// markupRefusedVoid are refused elements without an end tag, so that one
// mistake gives one message.
var markupRefusedVoid = map[string]bool{"base": true, "embed": true, "frame": true, "image": true, "link": true, "meta": true, "param": true}

// The kinds of attributes.
const (
	markupAttrLiteral byte = iota // may be written, but takes no placeholder
	markupAttrText                // takes text
	markupAttrName                // takes text behind a fixed start
	markupAttrURL                 // a URL
	markupAttrURLLike             // a URL if it has a placeholder: scripts of the page may use it as one
	markupAttrSet                 // a list of URLs
	markupAttrEvent               // runs script
	markupAttrRefused
)

// markupAttrs are the attributes with a meaning. Others may be written and
// take no placeholder; what they do with a stranger's text is not known.
var markupAttrs = markupTable(map[byte]string{
	markupAttrText: `abbr accesskey alt class cols colspan color content datetime dir download headers height high
		hreflang label lang low max maxlength media min minlength optimum placeholder role rows rowspan scope size
		sizes span start step summary tabindex title value width`,
	markupAttrName: `id name for form list`,
	markupAttrURL: `href src action formaction poster cite data ping background xlink:href manifest longdesc usemap
		attributionsrc dynsrc lowsrc`,
	markupAttrSet:     `srcset imagesrcset`,
	markupAttrRefused: `srcdoc xml:base http-equiv data-offer-space`,
})

// markupAttrKind is the kind of an attribute of an element.
func markupAttrKind(element, name string) byte {
	if strings.HasPrefix(name, "on") {
		return markupAttrEvent
	}
	if kind, ok := markupAttrs[name]; ok {
		return kind
	}
	custom := strings.Contains(element, "-")
	data, isData := strings.CutPrefix(name, "data-")
	switch {
	case name == "style":
		return markupAttrLiteral
	case strings.HasPrefix(name, "aria-"):
		return markupAttrText
	case !isData && !custom:
		return markupAttrLiteral
	case strings.HasPrefix(data, "on"), strings.ContainsAny(data, ":."), data == "style", data == "srcdoc":
		return markupAttrLiteral
	}
	for _, part := range []string{"href", "src", "url", "uri", "link", "action"} {
		if strings.Contains(data, part) {
			return markupAttrURLLike
		}
	}
	return markupAttrText
}

// element reports an element that may not stand here.
func (w *markupWalk) element(t *markupToken) {
	name := "<" + t.name + ">"
	flags, known := markupElements[t.name]
	if w.inSVG() {
		flags, known = markupSVG[t.name]
	}
	switch why := markupRefused[t.name]; {
	case known && flags&markupInRender != 0 && w.fields == nil:
		w.fail(t.off, "forbidden-element", "form controls belong into the space's rendering", "has %s", name)
	case known:
	case strings.Contains(t.name, "-") && w.fields != nil && !w.inSVG():
	case strings.Contains(t.name, "-") && w.fields == nil:
		w.fail(t.off, "forbidden-element", "custom elements belong into the space's rendering", "has %s", name)
	case why != "":
		w.fail(t.off, "forbidden-element", why, "has %s", name)
	case w.inSVG():
		w.fail(t.off, "unknown-element", "inside svg only elements that draw are known", "has %s inside <svg>", name)
	default:
		hint := didYouMean(t.name, slices.Sorted(maps.Keys(markupElements)))
		if hint == "" {
			hint = "use a known one, such as div or span"
		}
		w.fail(t.off, "unknown-element", hint, "has %s, which is not a known element", name)
	}
}

// resolve finds what a placeholder stands for: a field, or else a program.
func (m *markup) resolve(p *markupPart) (*markupField, uint32, bool) {
	if field := m.fieldNamed(p.body.S); field != nil {
		return field, 0, true
	}
	if word := p.body.S; m.fields != nil && (markupIsOwnName(word) || markupIsName(word) && !slices.Contains(m.words, word)) {
		m.errors++
		m.unknownField(p)
		return nil, 0, false
	}
	program, ok := m.program(p, catalog.FieldText)
	return nil, program, ok
}

// fieldNamed finds a field of the space, or of the proposition.
func (m *markup) fieldNamed(name string) *markupField {
	for _, list := range [...][]markupField{m.fields, m.own} {
		for i := range list {
			if list[i].name == name {
				return &list[i]
			}
		}
	}
	return nil
}

// unknownField reports a name that is no field of the space.
func (m *markup) unknownField(p *markupPart) {
	names := make([]string, 0, len(m.fields)+len(m.own))
	for _, list := range [...][]markupField{m.fields, m.own} {
		for i := range list {
			names = append(names, list[i].name)
		}
	}
	hint := didYouMean(p.body.S, names)
	switch {
	case hint != "":
	case markupIsOwnName(p.body.S):
		hint = "write one of " + strings.Join(snapshot.PropositionNames[:], ", ")
	default:
		hint = "declare it among the space's fields, or write an expression such as target.country"
	}
	if markupIsOwnName(p.body.S) {
		m.fail(p.at, "bad-expression", hint, "has the unknown name %s", markupQuote(p.body.S))
		return
	}
	m.fail(p.at, "unknown-field", hint, "names the field %q, which the space does not have", markupQuote(p.body.S))
}
