package payload

import (
	"fmt"
	"strings"
)

// Way is a way by which a stranger's text comes into offers: one space, which is
// also the name of its category, and the expression that reads the text.
type Way struct{ Space, Expression string }

// rendering has the text in every place that takes an expression, and each field
// in every place that takes a field of its type.
const rendering = `
<article class="probe {{ X }}" title='{{ X }}' id="probe-{{ X }}" aria-label="{{ title }}" data-x='{{ note }}' lang="{{ X }}">
  <h2>{{ title }}</h2>
  <pre>{{ X }}</pre>
  <p>{{ X }}, {{ note }}{{? note }} <i title="{{ note }}" class='n{{? note }} {{ note }}{{/}}'>{{ note }}</i>{{/}} <b>{{ price }}</b> <b>{{ sale }}</b></p>
  <p><a href="{{ url }}" title="{{ url }}">{{ url }}</a> <a href="/p/{{ X }}?q={{ X }}&amp;r={{ X }}#{{ X }}">2</a> <a href='https://shop.example/{{ X }}'>3</a> <a href="#{{ X }}">4</a></p>
  <p>{{? image }}<img src="{{ image }}" alt="{{ title }}" data-src='{{ image }}'>{{/}}<img src='/i/{{ X }}.png' alt='{{ X }}'></p>
  <div>{{ body }}</div>
  <table><tr><td title="{{ X }}">{{ X }}</td></tr></table>
  <svg viewBox="0 0 9 9" class="{{ X }}"><title>{{ X }}</title><text y="9">{{ title }}</text><use href="#{{ X }}"></use></svg>
  <form method="post" action="/f/{{ X }}"><input type="hidden" name="v" value="{{ X }}"><input placeholder='{{ title }}' value="{{ url }}"><button formaction="{{ url }}" value='{{ X }}'>{{ title }}</button><select><option value="{{ title }}">{{ title }}</option></select></form>
  <offer-card heading="{{ title }}" link="{{ url }}">{{ title }}</offer-card>
</article>`

const fields = `{title: {type: text, required: true}, note: text, url: {type: url, required: true}, image: image, body: html, price: number, sale: bool}`

// content has the text in a field of each type. French says so in front.
const content = `{title: '%[1]s{{ X }}', note: '%[1]sn {{ X }}', url: '/u/%[1]s{{ X }}?q={{ X }}', image: '/i/%[1]s{{ X }}.png', body: '<b title="%[1]s{{ X }}" class=''{{ X }}''>%[1]s{{ X }}</b><a href="/y/%[1]s{{ X }}">y</a>', price: '{{ size(X) }}', sale: '{{ X == "" }}'}`

// Catalog is a catalog in English and French of one anonymous environment,
// visitors, and one identified, people; both have one offer for each way, in the
// space of its name. An expression reads what the environment declares under
// "target" and "attributes", both written as YAML's flow maps.
func Catalog(ways []Way, target, attributes string) string {
	var b strings.Builder
	b.WriteString("catalog: payloads\nconsent: assumed\nlanguage: en\ndefault_weight: 1\nsites: {people.localhost: people, \"*\": visitors}\nenvironments:\n")
	var slots []string
	for _, w := range ways {
		slots = append(slots, w.Space)
	}
	for _, kind := range []string{"anonymous", "identified"} {
		name := map[string]string{"anonymous": "visitors", "identified": "people"}[kind]
		fmt.Fprintf(&b, "  %s:\n    kind: %s\n    target: %s\n    attributes: %s\n    pages: [{match: /**, slots: [%s]}]\n    spaces:\n", name, kind, target, attributes, strings.Join(slots, ", "))
		for _, w := range ways {
			fmt.Fprintf(&b, "      %s:\n        channel: web\n        store: false\n        fields: %s\n        render:\n          html: |%s\n", w.Space, fields, indent(w.read(rendering)))
		}
		b.WriteString("    categories:\n      all:\n        offers:\n")
		for _, w := range ways {
			fmt.Fprintf(&b, "          %s:\n            content: {%[1]s: %[2]s}\n            translations: {fr: {%[1]s: %[3]s}}\n",
				w.Space, quoted(w, ""), quoted(w, "fr "))
		}
	}
	return b.String()
}

// read puts the way's expression where the text stands.
func (w Way) read(s string) string {
	return strings.NewReplacer("{{ X }}", "{{ "+w.Expression+" }}", "size(X)", "size("+w.Expression+")", "X ==", w.Expression+" ==").Replace(s)
}

// quoted is the content of a way, each value in single quotes of YAML's; a text
// in a URL has no space.
func quoted(w Way, prefix string) string {
	s := strings.ReplaceAll(fmt.Sprintf(content, prefix), "/fr ", "/fr-")
	return w.read(s)
}

func indent(s string) string { return strings.ReplaceAll(s, "\n", "\n            ") }
