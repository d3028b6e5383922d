package live_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/live"
)

// someCatalog is one without a word on consent.
const someCatalog = `catalog: some
environments:
  visitors:
    kind: anonymous
    spaces: {hero: {channel: web, fields: {title: text}, render: {html: '<b>{{ title }}</b>'}}}
    categories: {all: {offers: {one: {weights: 1, content: {hero: {title: Hello}}}}}}
`

// catalogFile writes a catalog.
func catalogFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "catalog.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestServable: a catalog stands in front of visitors only where something says
// whether they agree: the catalog, or each of its sites.
func TestServable(t *testing.T) {
	const site = `environment: visitors, consent: {header: X-Consent, value: "1"}`
	for consent, want := range map[string]string{
		"": "the catalog does not say where consent comes from",
		"sites: {a.example: {" + site + "}, b.example: visitors}":                     `its site "b.example"`,
		"sites: {a.example: {" + site + "}, \"*.b.example\": visitors}":               `its site "*.b.example"`,
		"sites: {a.example: {" + site + "}, \"*\": visitors}":                         `its site "*"`,
		"sites: {a.example: {" + site + "}, \"*\": {" + site + "}}":                   "",
		"consent: assumed\nsites: {a.example: {" + site + "}, b.example: visitors}":   "",
		`consent: {cookie: consent, value: "yes"}`:                                    "",
		`consent: {header: X-Consent, value: "yes", gpc: ignore}`:                     "",
		`consent: {tcf: euconsent-v2, purposes: [1, 4]}`:                              "",
		"consent: {tcf: euconsent-v2, purposes: [1]}\nsites: {\"*\": {" + site + "}}": "",
	} {
		b, _, found, err := live.Read(catalogFile(t, consent+"\n"+someCatalog))
		if err != nil || found.HasErrors() {
			t.Fatalf("%s: %v, %v", consent, found, err)
		}
		if err := live.Servable(b); (err != nil) != (want != "") || err != nil && (!strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `"consent: assumed"`)) {
			t.Errorf("%s: %v, want %q", consent, err, want)
		}
	}
}
