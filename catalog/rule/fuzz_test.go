package rule_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// FuzzCompile compiles any text: there is a checked program or there are issues,
// each at a place within the text.
func FuzzCompile(f *testing.F) {
	for _, src := range []string{
		`target.country == "FR" && target.visits in [1, 2.0, 3u] || !target.member`,
		`target.member ? -target.score * 1.5 : size(target.segments) > 0 ? 1.0 : 0.1`,
		"history.count('a') > 1 &&\n has(request.query.x)", `a.b{c: [1u, 'é', b"x", null]}[0].d`, `"\u00e9" in [target.contry]`,
		`1 / 0 == -9223372036854775808 % -1`, `.target`, "\xff", `((((`, `"\`, "target.country // x", `r'\d' + '''"'''`,
	} {
		f.Add(src, uint8(rule.Bool), uint8(rule.RoleOffer))
	}
	f.Add(`!returning && proposition.status in ["accepted"] || proposition.age > 1`, uint8(rule.Bool), uint8(rule.RolePropositions))
	f.Add(`size(offer.rates) == 2 && .returning`, uint8(rule.Bool), uint8(rule.RoleApplies))
	env := newEnv(f)
	f.Fuzz(func(t *testing.T, src string, want, role uint8) {
		p, issues := env.Compile(src, rule.Type(want), rule.Role(role))
		if (issues == nil) != (p.Code != nil) {
			t.Fatalf("program %x and issues %v", p.Code, issues)
		}
		if issues == nil {
			if err := snapshot.CheckProgram(p.Code); err != nil {
				t.Fatal(err)
			}
			return
		}
		for _, issue := range issues {
			before := src[:issue.Offset]
			column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
			if issue.Line != strings.Count(before, "\n")+1 || issue.Column != column || issue.Message == "" {
				t.Fatalf("%q at byte %d: %v", src, issue.Offset, issue)
			}
		}
	})
}
