package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/author"
)

// grammar is the format of catalogs, as its JSON Schema has it.
type grammar struct {
	root        *form
	definitions map[string]*form
}

// form is what may stand somewhere: the part of a JSON Schema that it takes to
// tell what a catalog uses. name is what a map with keys is called.
type form struct {
	Ref        string           `json:"$ref"`
	Type       any              `json:"type"`
	Enum       []string         `json:"enum"`
	Pattern    string           `json:"pattern"`
	AnyOf      []*form          `json:"anyOf"`
	Items      *form            `json:"items"`
	Properties map[string]*form `json:"properties"`
	Additional json.RawMessage  `json:"additionalProperties"`

	name   string
	values *form // of a map by names
}

// tally holds the keys, words and forms that were met.
type tally map[string]bool

func readGrammar(t *testing.T) *grammar {
	t.Helper()
	g := &grammar{root: &form{}}
	var rest struct{ Definitions map[string]*form }
	for _, into := range []any{g.root, &rest} {
		if err := json.Unmarshal(author.Schema(), into); err != nil {
			t.Fatal(err)
		}
	}
	g.definitions, g.root.name = rest.Definitions, "catalog"
	for name, f := range g.definitions {
		f.name = name
	}
	return g
}

// UnmarshalJSON reads a form, and with it the values of a map by names.
func (f *form) UnmarshalJSON(b []byte) error {
	type plain form
	if err := json.Unmarshal(b, (*plain)(f)); err != nil {
		return err
	}
	if len(f.Additional) == 0 || string(f.Additional) == "false" {
		return nil
	}
	return json.Unmarshal(f.Additional, &f.values)
}

// all is what a catalog can use.
func (g *grammar) all() tally {
	known := tally{}
	g.root.collect(known)
	for _, f := range g.definitions {
		f.collect(known)
	}
	return known
}

func (f *form) collect(known tally) {
	for _, word := range f.Enum {
		known[f.word(word)] = true
	}
	for i, one := range f.AnyOf {
		known[f.choice(i)] = true
		one.collect(known)
	}
	for key, value := range f.Properties {
		known[f.key(key)] = true
		value.collect(known)
	}
	for _, one := range []*form{f.Items, f.values} {
		if one != nil {
			one.collect(known)
		}
	}
}

// walk notes what a value uses of a form that it fits.
func (g *grammar) walk(f *form, v any, used tally) {
	if f.Ref != "" {
		f = g.refer(f)
	}
	if word, ok := v.(string); ok && len(f.Enum) > 0 {
		used[f.word(word)] = true
	}
	if i := slices.IndexFunc(f.AnyOf, func(one *form) bool { return g.fits(one, v) }); i >= 0 {
		used[f.choice(i)] = true
		g.walk(f.AnyOf[i], v, used)
	}
	switch v := v.(type) {
	case []any:
		for _, entry := range v {
			if f.Items != nil {
				g.walk(f.Items, entry, used)
			}
		}
	case map[string]any:
		for key, value := range v {
			switch {
			case f.Properties[key] != nil:
				used[f.key(key)] = true
				g.walk(f.Properties[key], value, used)
			case f.values != nil:
				g.walk(f.values, value, used)
			}
		}
	}
}

func (g *grammar) refer(f *form) *form {
	return g.definitions[strings.TrimPrefix(f.Ref, "#/definitions/")]
}

// fits reports whether a value may be meant by a form; whether it is right is
// not the question here.
func (g *grammar) fits(f *form, v any) bool {
	if f.Ref != "" {
		f = g.refer(f)
	}
	if len(f.AnyOf) > 0 {
		return slices.ContainsFunc(f.AnyOf, func(one *form) bool { return g.fits(one, v) })
	}
	if len(f.Enum) > 0 {
		word, ok := v.(string)
		return ok && slices.Contains(f.Enum, word)
	}
	types := fmt.Sprint(f.Type)
	switch v.(type) {
	case map[string]any:
		return strings.Contains(types, "object")
	case []any:
		return strings.Contains(types, "array")
	case bool:
		return strings.Contains(types, "boolean")
	case string:
		return strings.Contains(types, "string")
	case nil:
		return strings.Contains(types, "null")
	}
	return strings.Contains(types, "number") || strings.Contains(types, "integer")
}

// What a tally calls what it holds. Forms that are the same in two places are
// one: a filter as a list is to be used once, not once for each filter.

func (f *form) key(name string) string { return "the key " + name + " of " + f.name }

func (f *form) word(word string) string {
	return "the word " + word + " of " + strings.Join(f.Enum, ", ")
}

func (f *form) choice(i int) string {
	var names []string
	for _, one := range f.AnyOf {
		names = append(names, one.title())
	}
	return names[i] + ", of: " + strings.Join(names, "; ")
}

// title says in short what a form is.
func (f *form) title() string {
	switch {
	case f.Ref != "":
		return "a map as " + strings.TrimPrefix(f.Ref, "#/definitions/")
	case len(f.Enum) > 0:
		return "one of " + strings.Join(f.Enum, ", ")
	case len(f.AnyOf) > 0:
		var names []string
		for _, one := range f.AnyOf {
			names = append(names, one.title())
		}
		return strings.Join(names, " or ")
	case f.Items != nil:
		return "a list of " + f.Items.title()
	}
	return fmt.Sprint(f.Type) + f.Pattern
}
