package payload

import (
	"fmt"
	"strings"
)

// Places are those of a catalog in which an author may write a text: a
// field of each type, and a rendering.
var Places = []string{"text", "url", "image", "html", "number", "bool", "render"}

// Shown is what a space shows of its field, in every place that takes its type.
var Shown = map[string]string{
	"text":   `<div title="{{ f }}" class='a {{ f }}' data-f="{{ f }}"><b>{{ f }}</b><pre>{{ f }}</pre><input type="hidden" value='{{ f }}'></div>`,
	"url":    `<div><a href="{{ f }}" title='{{ f }}'>{{ f }}</a><form action='{{ f }}'><button formaction="{{ f }}">x</button></form></div>`,
	"image":  `<div><img src="{{ f }}" alt=""><a href='{{ f }}'>{{ f }}</a></div>`,
	"html":   `<div><div>{{ f }}</div><ul><li>{{ f }}</li></ul></div>`,
	"number": `<div title="{{ f }}">{{ f }}</div>`,
	"bool":   `<div title="{{ f }}">{{ f }}</div>`,
}

// Quote writes a text as YAML and JSON do, with bytes that are no UTF-8 as they
// are.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"', c == '\\':
			b.WriteString(`\` + string(c))
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Rendered is a rendering that has a text in it.
func Rendered(text string) string { return "<div>" + text + "</div>" }
