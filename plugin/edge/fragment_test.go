package edge_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/edge"
	"github.com/profferhq/proffer/plugin/seal"
)

// TestFragment: a fragment that needs a record is answered as pages are, by what
// the request itself holds.
func TestFragment(t *testing.T) {
	const text = `catalog: club
consent: assumed
people: [main]
environments:
  members:
    kind: identified
    people: main
    pages: [{match: /, slots: [hero, hero_2]}]
    spaces: {hero: {channel: web, fields: {t: text}, render: {html: '<b>{{ t }}</b>'}, identification: {fallback: visitors/hero}}}
    categories: {all: {offers: {gold: {weights: 1, content: {hero: {t: gold}}}}}}
  visitors:
    kind: anonymous
    spaces: {hero: {channel: web, fields: {t: text}, render: {html: '<b>{{ t }}</b>'}}}
    categories: {all: {offers: {one: {weights: 1, content: {hero: {t: one}}}}}}
`
	c, diags := author.Parse([]catalog.File{{Name: "catalog.yaml", Text: []byte(text)}})
	b, more := compile.Compile(c)
	if diags = append(diags, more...); diags.HasErrors() {
		t.Fatal(diags)
	}
	config := abi.DefaultConfig()
	for _, use := range []string{abi.UseCookie, abi.UseIdentity} {
		config.Keys = append(config.Keys, abi.Key{Use: use, Primary: true, Secret: abi.TestSecret()})
	}
	e, err := edge.New(fmt.Appendf(nil, `{"snapshot":%q,"settings":%q,"events":"log"}`,
		base64.StdEncoding.EncodeToString(b), base64.StdEncoding.EncodeToString(abi.AppendConfig(nil, config))), nil)
	if err != nil {
		t.Fatal(err)
	}
	x := exchange()
	token, err := seal.AppendToken(nil, seal.TestKeyring(), "main", "anna", x.Now/1e9+3600, nil)
	if err != nil {
		t.Fatal(err)
	}
	x.Headers = []abi.Header{{Name: []byte("cookie"), Value: append([]byte("proffer_identity="), token...)}}
	for uri, want := range map[string]struct {
		code   int
		body   string
		events int
	}{
		"/.proffer/fragment?page=/&slot=hero":   {200, "<b>one</b>", 1},
		"/.proffer/fragment?page=/&slot=hero_2": {204, "", 0},
		"/.proffer/fragment?page=/x&slot=hero":  {404, "not found", 0},
	} {
		x.Method, x.URI = []byte("GET"), []byte(uri)
		r, ok := e.Reply(x, nil, false)
		if !e.Owns(x) || !ok || r.Code != want.code || !strings.HasPrefix(string(r.Body), want.body) || len(r.Events) != want.events || len(r.Cookies) != 0 {
			t.Errorf("%s: %v, %+v", uri, ok, r)
		}
	}
}
