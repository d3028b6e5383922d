package payload

import (
	"slices"
	"strings"
)

// Run is what every payload runs that can run anything.
const Run = "alert(__xss=1)"

// Payload is one hostile text.
type Payload struct {
	Class string // what it is an instance of
	Text  string
}

// All are the payloads, each text once, in an order that stays.
func All() []Payload {
	var all []Payload
	for _, c := range []struct {
		class string
		texts []string
	}{
		{"element", lines(elements)},
		{"handler", handlers()},
		{"foreign content", lines(foreign)},
		{"mutation", lines(mutations)},
		{"style", lines(styles)},
		{"document", lines(documents)},
		{"frame", lines(frames)},
		{"form", lines(forms)},
		{"comment", lines(comments)},
		{"clobbering", lines(clobbers)},
		{"server include", lines(includes)},
		{"template", lines(templates)},
		{"JSON and script text", lines(scriptTexts)},
		{"way out", waysOut()},
		{"scheme", schemes()},
		{"address", addresses()},
		{"address in an element", lines(addressElements)},
		{"entity", lines(entities)},
		{"encoding", encodings()},
		{"slot", lines(slots)},
		{"polyglot", lines(polyglots)},
	} {
		for _, text := range c.texts {
			all = append(all, Payload{c.class, strings.ReplaceAll(text, "RUN", Run)})
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(p Payload) bool {
		twice := seen[p.Text]
		seen[p.Text] = true
		return twice
	})
}

// lines are the lines of a raw literal that begins and ends with a line break.
func lines(s string) []string { return strings.Split(strings.Trim(s, "\n"), "\n") }
