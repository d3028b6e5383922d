package decide_test

import (
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/decide"
)

// TestAcceptanceKnowsTheMode: what is written on an acceptance sees how the
// person was identified, also where an earlier slot of the same environment had
// nobody.
func TestAcceptanceKnowsTheMode(t *testing.T) {
	space := func(name string, implicit bool) *catalog.Space {
		return &catalog.Space{
			Name: catalog.Text{S: name}, Channel: catalog.Text{S: "web"}, Identification: catalog.Identification{Implicit: implicit},
			Store: catalog.Store{OnAcceptance: []catalog.Write{{Attribute: catalog.Text{S: "country"}, Expr: catalog.Text{S: `interaction.mode`}}}},
		}
	}
	e := decide.New(open(t, &catalog.Catalog{Environments: []*catalog.Environment{{
		Name: catalog.Text{S: "known"}, Kind: catalog.Identified, Target: targetSchema,
		Spaces:     []*catalog.Space{space("closed", false), space("open", true)},
		Categories: []*catalog.Category{{Name: catalog.Text{S: "all"}, Enabled: true}},
	}}}))
	q := &call{linked: true, asks: []ask{{space: "closed", n: 1}, {space: "open", n: 1}}, accepted: [2]string{"known", "closed"}}
	a := q.run(e)
	if got := a.stored["known"]["country"]; got != "implicit" {
		t.Errorf("the mode that an acceptance writes is %v, want implicit: %+v", got, a.slots)
	}
	e.Resolve(q.engineCall())
	e.Accept(e.Reached()[0], snapshot.Hash32([]byte("nowhere")))
	for _, v := range e.Target(e.Reached()[0]) {
		if v.Bytes != nil {
			t.Errorf("a space that is not there writes %q", v.Bytes)
		}
	}
}
