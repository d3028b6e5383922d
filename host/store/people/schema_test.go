package people_test

import (
	"context"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/host/store/people"
)

func TestSchema(t *testing.T) {
	const text = `catalog: c
consent: assumed
people: [main, other]
environments:
  shop:
    kind: identified
    people: main
    target: {country: string, age: int, spent: double, segments: list(string)}
    spaces: {s: {channel: web}}
  club:
    kind: identified
    people: main
    target: {age: double, member: bool}
    spaces: {s: {channel: web}}
`
	c, d := author.Parse([]catalog.File{{Name: "c.yaml", Text: []byte(text)}})
	b, more := compile.Compile(c)
	if b == nil {
		t.Fatal(d, more)
	}
	v, err := snapshot.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ in, source, says string }{
		"right":       {`{"key":"x","attributes":{"country":"FR","age":41,"spent":2,"segments":["a"],"member":true}}`, "main", ""},
		"unknown":     {`{"key":"x","attributes":{"county":"FR"}}`, "main", "in.jsonl:1:35: attributes.county is no target attribute of an environment with people: main"},
		"wrong type":  {`{"key":"x","attributes":{"country":33}}`, "main", `in.jsonl:1:36: attributes.country is not the string that environment "shop" declares`},
		"no integer":  {`{"key":"x","attributes":{"age":41.5}}`, "main", `attributes.age is not the int that environment "shop" declares`},
		"not a list":  {`{"key":"x","attributes":{"segments":"a"}}`, "main", `is not the list(string) that environment "shop" declares`},
		"not for all": {`{"key":"x","attributes":{"age":"41"}}`, "main", "attributes.age is not the double that environment \"club\" declares"},
		"no source":   {bert, "other", `no environment of the catalog has its people from source "other"; it names main`},
	} {
		t.Run(name, func(t *testing.T) {
			i := importing(t.TempDir(), c.in)
			i.Source = c.source
			i.Schema, err = people.NewSchema(&v, c.source)
			if err == nil {
				_, err = i.Do(context.Background())
			}
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}
