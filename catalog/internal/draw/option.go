package draw

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
)

// options draws what an environment says about records.
func (d drawer) options(c *catalog.Catalog, e *catalog.Environment) {
	e.HistoryStore.On = d.coin("history in a store")
	e.MergeHistory.On = d.coin("merge history")
	shared := slices.ContainsFunc(c.Environments, func(o *catalog.Environment) bool {
		return o != e && o.Kind == catalog.Anonymous && o.VisitorFolder.S == e.VisitorFolder.S
	})
	e.ShareFolder.On = e.Kind == catalog.Anonymous && shared || d.coin("share folder")
}

// consent draws a source of consent.
func (d drawer) consent() catalog.Consent {
	c := catalog.Consent{Source: catalog.ConsentSource(rapid.IntRange(1, 4).Draw(d.T, "source"))}
	switch c.Source {
	case catalog.ConsentCookie, catalog.ConsentHeader:
		c.Name, c.Value = text(d.oneOf("consent", "hero")), text(d.oneOf("yes", "1"))
	case catalog.ConsentTCF:
		c.Name, c.Purposes = text("euconsent-v2"), []int{1, 4, 24}[:rapid.IntRange(1, 3).Draw(d.T, "purposes")]
	}
	if d.coin("GPC") {
		c.GPC = &catalog.Flag{On: d.coin("refuses")}
	}
	return c
}

// jsonSlots draws places in JSON answers of which none lies in another.
func (d drawer) jsonSlots(c *catalog.Catalog) {
	for _, page := range d.some([]string{"/", "/a", "/a/*", "/a/**", "/api/**"}, 0) {
		for _, path := range d.some([]string{"a", "0", "b.0", "b.1", "b.c"}, 1) {
			e := rapid.SampledFrom(c.Environments).Draw(d.T, "environment of the slot")
			s := rapid.SampledFrom(e.Spaces).Draw(d.T, "slot in JSON")
			c.JSON = append(c.JSON, catalog.JSONSlot{
				Page: text(page), Path: text(path), Slot: catalog.PageSlot{Space: s.Name.S, N: d.ordinal()},
			})
		}
	}
}
