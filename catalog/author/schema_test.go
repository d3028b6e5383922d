package author_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/profferhq/proffer/catalog/author"
)

// compiledSchema is Schema as a validator of its own reads it.
func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(author.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("catalog.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("catalog.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance is a YAML text as an editor's YAML library sees it.
func instance(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return v
}

// around puts what a fragment of FORMAT.md is into a catalog.
var around = map[string][]string{
	"yaml": nil, "yaml catalog": nil, "yaml environment": {"environments", "e"},
	"yaml space": {"environments", "e", "spaces"}, "yaml category": {"environments", "e", "categories"},
	"yaml offer": {"environments", "e", "categories", "c", "offers"},
}

func TestSchemaTakesEveryExample(t *testing.T) {
	page, err := os.ReadFile("../FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	s, count := compiledSchema(t), 0
	for i, block := range strings.Split(string(page), "```") {
		kind, fragment, _ := strings.Cut(block, "\n")
		path, ok := around[kind]
		if i%2 == 0 || !ok {
			continue
		}
		count++
		v := instance(t, fragment)
		for i := len(path) - 1; i >= 0; i-- {
			v = map[string]any{path[i]: v}
		}
		if err := s.Validate(v); err != nil {
			t.Errorf("%s\n%v", fragment, err)
		}
	}
	if count < len(around) {
		t.Errorf("only %d examples found", count)
	}
}

func TestSchemaTakesTheShop(t *testing.T) {
	files, err := filepath.Glob("../../examples/shop/*/*.yaml")
	if err != nil || len(files) < 8 {
		t.Fatalf("%v, %v", files, err)
	}
	s := compiledSchema(t)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(instance(t, string(text))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaTakesShortForms holds what is allowed and easily forbidden.
func TestSchemaTakesShortForms(t *testing.T) {
	s := compiledSchema(t)
	for name, text := range map[string]string{
		"empty maps":      "environments: {e: {kind: anonymous, spaces: , categories: {c: {offers: }, d: }}}",
		"part of a whole": "environments: {e: {categories: {c: {offers: {a: {weights: 1}}}}}}",
		"numbers as text": "environments: {e: {categories: {c: {offers: {a: {code: 7, label: 12.50, content: {hero: {price: 3, sale: true}}}}}}}}",
		"store":           "environments: {e: {spaces: {s: {channel: web, store: false}}}}",
		"filters":         "environments: {e: {filter: ['a', {when: b, expr: c}, true]}}",
	} {
		if err := s.Validate(instance(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	s := compiledSchema(t)
	for name, text := range map[string]string{
		"unknown key":                "catlog: a",
		"unknown key of environment": "environments: {e: {kind: anonymous, spacs: {}}}",
		"unknown key of offer":       "environments: {e: {categories: {c: {offers: {a: {wieghts: 1}}}}}}",
		"unknown key of weight":      "environments: {e: {categories: {c: {offers: {a: {weights: [{value: 1, form: 2026-01-01}]}}}}}}",
		"unknown kind":               "environments: {e: {kind: identifed}}",
		"unknown type":               "environments: {e: {target: {a: text}}}",
		"unknown field type":         "environments: {e: {spaces: {s: {channel: web, fields: {a: string}}}}}",
		"unknown status":             "environments: {e: {spaces: {s: {channel: web, store: {on_proposition: shown}}}}}",
		"map for a list":             "environments: {e: {pages: {match: /, slots: [s]}}}",
		"text for a bool":            "environments: {e: {categories: {c: {enabled: 'no'}}}}",
		"text for a number":          "default_weight: '1'",
		"number for a date":          "environments: {e: {categories: {c: {from: 2026}}}}",
		"no date":                    "environments: {e: {categories: {c: {from: tomorrow}}}}",
		"multiplier of 0":            "environments: {e: {categories: {c: {multiplier: 0}}}}",
		"space without channel":      "environments: {e: {spaces: {s: {}}}}",
		"empty space":                "environments: {e: {spaces: {s: }}}",
		"page without slots":         "environments: {e: {pages: [{match: /}]}}",
		"page without slash":         "environments: {e: {pages: [{match: travel, slots: [s]}]}}",
		"weight without value":       "environments: {e: {categories: {c: {offers: {a: {weights: [{space: s}]}}}}}}",
		"condition without expr":     "environments: {e: {filter: [{when: a}]}}",
		"site without environment":   "sites: {a.example: {}}",
		"name with a space":          "environments: {e: {spaces: {a b: {channel: web}}}}",
		"fallback without space":     "environments: {e: {spaces: {s: {channel: web, identification: {fallback: visitors}}}}}",
		"rule without quantity":      "rules: {r: {period: 1d}}",
		"period without a unit":      "rules: {r: {quantity: 1, period: 15}}",
		"units in another order":     "rules: {r: {quantity: 1, period: 2h1d}}",
		"quantity of 0":              "rules: {r: {quantity: 0, period: 1d}}",
		"arm of a half":              "experiments: {e: {arms: {a: 0.5}}}",
		"more than all":              "holdout: {name: all, percent: 101}",
		"filter as a list":           "environments: {e: {filters: {f: [a]}}}",
		"list for a catalog":         "[catalog]",
	} {
		if s.Validate(instance(t, text)) == nil {
			t.Errorf("%s is taken: %s", name, text)
		}
	}
}

// TestSchemaHasEveryKey holds that each key is in the schema, and described
// unless it explains itself.
func TestSchemaHasEveryKey(t *testing.T) {
	var s struct {
		Properties, Definitions map[string]any
	}
	if err := json.Unmarshal(author.Schema(), &s); err != nil {
		t.Fatal(err)
	}
	for shape, keys := range author.Keys() {
		properties := s.Properties
		if shape != "catalog" {
			definition, _ := s.Definitions[shape].(map[string]any)
			properties, _ = definition["properties"].(map[string]any)
		}
		for _, key := range keys {
			p, ok := properties[key].(map[string]any)
			if !ok || p["description"] == nil && key != "type" {
				t.Errorf("%s: %s is missing or not described", shape, key)
			}
		}
		if len(properties) != len(keys) {
			t.Errorf("%s has %d keys, the schema %d", shape, len(keys), len(properties))
		}
	}
}

// TestSchemaRefersToShapes holds that no reference leads nowhere.
func TestSchemaRefersToShapes(t *testing.T) {
	shapes := author.Keys()
	for _, part := range strings.Split(string(author.Schema()), `"#/definitions/`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		if shapes[name] == nil {
			t.Errorf("there is no shape %q", name)
		}
	}
}
