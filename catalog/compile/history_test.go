package compile_test

import (
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
)

// TestRulesOfAStoredHistory compiles catalogs with the history in the store:
// there propositions have a space, and those of a visitor go with the visitor.
func TestRulesOfAStoredHistory(t *testing.T) {
	const thirty = `the visitors of environment "e" are kept 30d after their last change`
	for _, test := range []struct {
		name, kind, retention, rule string
		code, message, hint         string
	}{
		{name: "the space of a proposition", kind: "anonymous", rule: `{period: 1d, quantity: 1, propositions: 'proposition.space == "hero"'}`},
		{name: "as long as the default", kind: "anonymous", rule: "{period: 30d, quantity: 1}"},
		{name: "longer than the default", kind: "anonymous", rule: "{period: 30d1m, quantity: 1}",
			code: "longer-than-retention", message: `rule "r" looks back 30d1m, and ` + thirty, hint: `write "retention: {visitors: 30d1m}", or a shorter period`},
		{name: "a month has 31 days", kind: "anonymous", rule: "{calendar: month, quantity: 1}",
			code: "longer-than-retention", message: `rule "r" looks back 31d, and ` + thirty, hint: `write "retention: {visitors: 31d}", or a shorter period`},
		{name: "a week has seven", kind: "anonymous", retention: "retention: {visitors: 7d}", rule: "{calendar: week, quantity: 1}"},
		{name: "as long as it says", kind: "anonymous", retention: "retention: {visitors: 60d}", rule: "{period: 60d, quantity: 1}"},
		{name: "people stay", kind: "identified", rule: "{period: 365d, quantity: 1}"},
		{name: "longer than a cookie lives", kind: "identified", retention: "retention: {propositions: 500d}", rule: "{period: 500d, quantity: 1}"},
		{name: "off", kind: "anonymous", rule: "{period: 60d, quantity: 1, active: false}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := test.retention + "\nrules: {r: " + test.rule + "}\nenvironments: {e: {kind: " + test.kind + ", typology: [r]}}\n"
			c, diags := author.Parse([]catalog.File{{Name: "catalog.yaml", Text: []byte(text)}})
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			c.Environments[0].HistoryStore.On = true
			_, diags = compile.Compile(c)
			var got catalog.Diagnostic
			for _, d := range diags {
				if d.Severity == catalog.Error {
					got = d
				}
			}
			if got.Code != test.code || got.Message != test.message || got.Hint != test.hint {
				t.Errorf("got %s: %s (%s)\nwant %s: %s (%s)", got.Code, got.Message, got.Hint, test.code, test.message, test.hint)
			}
		})
	}
}
