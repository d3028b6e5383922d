package inspect

import (
	"slices"
	"strconv"
	"strings"

	"github.com/profferhq/proffer/catalog"
)

// Source is what the model of a catalog says, in the author's words. Snapshot
// and Bytes are left out. It is a copy.
func Source(c *catalog.Catalog) *Catalog {
	out := &Catalog{Name: c.Name.S, Zone: c.Zone.S, Language: c.Language.S, Consent: consent(&c.Consent), People: texts(c.People)}
	if out.Zone == "" {
		out.Zone = "UTC"
	}
	if c.DefaultWeight != nil {
		weight := c.DefaultWeight.F
		out.DefaultWeight = &weight
	}
	for _, s := range c.Sites {
		out.Sites = append(out.Sites, Site{Host: strings.ToLower(s.Host.S), Environment: s.Environment.S, Consent: consent(s.Consent)})
	}
	for _, s := range c.JSON {
		out.JSON = append(out.JSON, JSONSlot{Page: s.Page.S, Path: s.Path.S, Slot: slot(s.Slot.Space, s.Slot.N)})
	}
	if c.Retention != (catalog.Retention{}) {
		out.Retention = &Retention{Visitors: duration(c.Retention.Visitors.MS), Propositions: duration(c.Retention.Propositions.MS)}
	}
	if h := c.Holdout; h != nil {
		out.Holdout = &Holdout{Name: h.Name.S, Version: h.Version, Percent: h.Percent}
	}
	for _, x := range c.Experiments {
		one := Experiment{Name: x.Name.S, Version: x.Version, Arms: map[string]any{}}
		for _, a := range x.Arms {
			one.Arms[a.Name.S] = a.Weight
		}
		out.Experiments = append(out.Experiments, one)
	}
	for _, r := range c.Rules {
		out.Rules = append(out.Rules, rule(r))
	}
	for _, e := range c.Environments {
		out.Environments = append(out.Environments, environment(e))
	}
	return out
}

// consentSources are the words of sources, by their numbers.
var consentSources = [...]string{
	catalog.ConsentUnset: "", catalog.ConsentAssumed: "assumed", catalog.ConsentCookie: "cookie", catalog.ConsentHeader: "header",
	catalog.ConsentTCF: "tcf",
}

func consent(c *catalog.Consent) *Consent {
	if c == nil || c.Source == catalog.ConsentUnset {
		return nil
	}
	out := &Consent{Source: consentSources[c.Source], Name: c.Name.S, Value: c.Value.S, Purposes: slices.Clone(c.Purposes)}
	if c.GPC != nil && !c.GPC.On {
		out.GPC = "ignore"
	}
	return out
}

var ties = [...]string{catalog.TiesView: "view", catalog.TiesVisit: "visit", catalog.TiesDay: "day"}

func environment(e *catalog.Environment) Environment {
	out := Environment{
		Name: e.Name.S, Kind: e.Kind.String(), VisitorFolder: e.VisitorFolder.S, People: e.People.S, History: history(e.HistoryStore.On),
		// Each of the two means something in one kind of environment.
		ShareFolder: e.ShareFolder.On && e.Kind == catalog.Anonymous, MergeHistory: e.MergeHistory.On && e.Kind == catalog.Identified,
		Ties: ties[e.Ties], Filter: filter(e.Filter), Filters: map[string]string{}, Typology: texts(e.Typology),
		Target: attributes(e.Target), Attributes: attributes(e.Attributes), OfferAttributes: attributes(e.OfferAttributes),
	}
	for _, f := range e.Filters {
		out.Filters[f.Name.S] = f.Expr.S
	}
	for _, p := range e.Pages {
		page := Page{Match: p.Match.S}
		for _, s := range p.Slots {
			page.Slots = append(page.Slots, slot(s.Space, s.N))
		}
		out.Pages = append(out.Pages, page)
	}
	for _, s := range e.Spaces {
		out.Spaces = append(out.Spaces, space(s))
	}
	out.tree(e.Categories, "")
	return out
}

func history(store bool) string {
	if store {
		return "store"
	}
	return "cookie"
}

// slot is the name of the n-th best offer of a space.
func slot(space string, n int) string {
	if n == 1 {
		return space
	}
	return space + "_" + strconv.Itoa(n)
}

func attributes(list []catalog.Attribute) (out []Attribute) {
	for _, a := range list {
		one := Attribute{Name: a.Name.S, Type: a.Type.String()}
		if a.Default != nil {
			one.Default = constant(a.Default)
		}
		out = append(out, one)
	}
	return out
}

func constant(v *catalog.Value) any {
	switch v.Type {
	case catalog.TypeBool:
		return v.Bool
	case catalog.TypeInt:
		return v.Int
	case catalog.TypeDouble:
		return v.Double
	case catalog.TypeStringList:
		return slices.Clone(v.Strings)
	case catalog.TypeIntList:
		return slices.Clone(v.Ints)
	case catalog.TypeDoubleList:
		return slices.Clone(v.Doubles)
	}
	return v.String
}

func filter(f catalog.Filter) (out Filter) {
	for _, c := range f {
		text := c.Expr.S
		if c.When.S != "" {
			text += " when " + c.When.S
		}
		out = append(out, text)
	}
	return out
}

func space(s *catalog.Space) Space {
	out := Space{
		Name: s.Name.S, Channel: s.Channel.S,
		Identification: Identification{Implicit: s.Identification.Implicit, Fallback: s.Identification.Fallback.S},
		Categories:     texts(s.Categories), Themes: texts(s.Themes),
		AllowDuplicates: s.AllowDuplicates, FallbackOffer: s.FallbackOffer.S,
		Viewable: s.Viewable.On, Render: Render{HTML: s.HTML.S, JSON: s.JSON.S, Text: s.Text.S},
		Store: Store{
			Propositions: truth(s.Store.Propositions), OnProposition: s.Store.OnProposed.String(), OnAcceptance: s.Store.OnAccepted.String(),
			Visitor: writes(s.Store.Visitor), VisitorOnAcceptance: writes(s.Store.OnAcceptance),
		},
	}
	if s.Track != nil {
		out.Track = truth(s.Track.On)
	}
	for _, f := range s.Fields {
		out.Fields = append(out.Fields, Field{Name: f.Name.S, Type: f.Type.String(), Required: f.Required})
	}
	return out
}

func writes(list []catalog.Write) map[string]string {
	out := map[string]string{}
	for _, w := range list {
		out[w.Attribute.S] = w.Expr.S
	}
	return out
}

// tree adds the categories below one, and their offers.
func (e *Environment) tree(list []*catalog.Category, below string) {
	for _, c := range list {
		one := Category{
			Name: c.Name.S, Below: below, Enabled: truth(c.Enabled), From: instant(c.From), To: instant(c.To),
			Themes: texts(c.Themes), Filter: filter(c.Filter), AlwaysInclude: c.AlwaysInclude,
		}
		if m := c.Multiplier; m.Value != 0 {
			one.Multiplier = &Multiplier{Value: m.Value, From: instant(m.From), To: instant(m.To)}
		}
		e.Categories = append(e.Categories, one)
		for _, o := range c.Offers {
			e.Offers = append(e.Offers, offer(o, c.Name.S))
		}
		e.tree(c.Categories, c.Name.S)
	}
}

func offer(o *catalog.Offer, category string) Offer {
	out := Offer{
		Code: o.Code.S, Label: o.Label.S, Category: category, Status: "approved", Enabled: truth(o.Enabled),
		From: instant(o.From), To: instant(o.To), Filter: filter(o.Filter), Attributes: map[string]any{},
	}
	if !o.Approved {
		out.Status = "draft"
	}
	for _, w := range o.Weights {
		one := Weight{Value: w.Value, From: instant(w.From), To: instant(w.To), Space: w.Space.S, Filter: filter(w.Filter)}
		if w.Expr.S != "" {
			one.Value = w.Expr.S
		}
		out.Weights = append(out.Weights, one)
	}
	for _, a := range o.Attributes {
		out.Attributes[a.Name.S] = constant(&a.Value)
	}
	out.Content = contents(o.Content)
	for _, t := range o.Translations {
		out.Translations = append(out.Translations, Translation{Language: strings.ToLower(t.Language.S), Content: contents(t.Content)})
	}
	return out
}

func contents(list []catalog.Content) (out []Content) {
	for _, c := range list {
		one := Content{Space: c.Space.S, Fields: map[string]string{}}
		for _, f := range c.Fields {
			one.Fields[f.Name.S] = f.Value.S
		}
		out = append(out, one)
	}
	return out
}

func instant(t catalog.Instant) *Instant {
	if !t.Set {
		return nil
	}
	ms := Instant(t.MS)
	return &ms
}

func texts(list []catalog.Text) (out []string) {
	for _, t := range list {
		out = append(out, t.S)
	}
	return out
}

func truth(b bool) *bool { return &b }
