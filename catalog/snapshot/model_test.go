package snapshot_test

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"html"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// lines describe a catalog, whether it is a model or a snapshot.
type lines []string

func (l *lines) add(format string, args ...any) { *l = append(*l, fmt.Sprintf(format, args...)) }

// modelLines describes a catalog by what its author wrote, with the order, the
// inheritance and the expressions that a snapshot has.
// sent has the query parameters and headers that the expressions read, whose
// places are those in programs.
func modelLines(t testing.TB, c *catalog.Catalog, sent *rule.Parameters) lines {
	var l lines
	l.add("catalog %q zone %q language %q sites %v assumed %v", c.Name.S, c.Zone.S, c.Language.S, c.Sites != nil, c.Consent.Source == catalog.ConsentAssumed)
	if c.Consent.Source != catalog.ConsentUnset {
		l.consent(&c.Consent)
	}
	for _, s := range sitesInOrder(c.Sites) {
		l.add("site %s -> %s", s.Host.S, s.Environment.S)
		if s.Consent != nil {
			l.consent(s.Consent)
		}
	}
	l.experiments(c)
	for _, e := range byName(c.Environments, func(e *catalog.Environment) string { return e.Name.S }) {
		m := modelEnvironment{lines: &l, t: t, catalog: c, Environment: e, sent: sent}
		m.describe()
	}
	for _, s := range jsonSlotsInOrder(c.JSON) {
		before, _, _ := strings.Cut(s.Page.S, "*")
		l.add("json %s %d %s %s_%d", s.Page.S, len(before), s.Path.S, s.Slot.Space, s.Slot.N)
	}
	for _, p := range sent.All() {
		l.add("reads %d %s", p.Kind, p.Name)
	}
	return l
}

func (l *lines) consent(c *catalog.Consent) {
	l.add("  consent %d %q %q %v ignores GPC %v", c.Source, c.Name.S, c.Value.S, c.Purposes, c.GPC != nil && !c.GPC.On)
}

func jsonSlotsInOrder(list []catalog.JSONSlot) []catalog.JSONSlot {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b catalog.JSONSlot) int {
		return cmp.Or(cmp.Compare(literal(b.Page.S), literal(a.Page.S)), strings.Compare(a.Page.S, b.Page.S), strings.Compare(a.Path.S, b.Path.S))
	})
	return out
}

// literal is how many bytes of a pattern stand before its wildcard, more than
// any for a path.
func literal(pattern string) int {
	before, _, wild := strings.Cut(pattern, "*")
	if !wild {
		return math.MaxInt
	}
	return len(before)
}

func sitesInOrder(list []catalog.Site) []catalog.Site {
	kind := func(s catalog.Site) int {
		if s.Host.S == "*" {
			return 2
		}
		return strings.Count(s.Host.S, "*")
	}
	out := slices.Clone(list)
	for i := range out {
		out[i].Host.S = strings.ToLower(out[i].Host.S)
	}
	slices.SortFunc(out, func(a, b catalog.Site) int {
		if kind(a) != 1 || kind(b) != 1 {
			return cmp.Or(cmp.Compare(kind(a), kind(b)), strings.Compare(a.Host.S, b.Host.S))
		}
		return cmp.Or(cmp.Compare(len(b.Host.S), len(a.Host.S)), strings.Compare(a.Host.S, b.Host.S))
	})
	return out
}

func byName[T any](list []T, name func(T) string) []T {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b T) int { return strings.Compare(name(a), name(b)) })
	return out
}

type modelEnvironment struct {
	*catalog.Environment
	*lines
	t       testing.TB
	catalog *catalog.Catalog
	rules   *rule.Env
	sent    *rule.Parameters
	offers  []modelOffer
}

// modelOffer is an offer with what it inherits.
type modelOffer struct {
	*catalog.Offer
	path     []string
	from, to int64
	live     bool
	bound    float64
}

func (m *modelEnvironment) describe() {
	section := m.Name.S
	if m.Kind == catalog.Anonymous {
		section = m.VisitorFolder.S
	}
	m.add("environment %s %s ties %d folder %q people %q section %x", m.Name.S, m.Kind, m.Ties, m.VisitorFolder.S, m.People.S, snapshot.Hash32([]byte(section)))
	anonymous := m.Kind == catalog.Anonymous
	m.add(" stored %v shares %v merges %v", m.HistoryStore.On, m.ShareFolder.On && anonymous, m.MergeHistory.On && !anonymous)
	attributeName := func(a catalog.Attribute) string { return a.Name.S }
	var schema [3][]rule.Attribute
	groups := [3][]catalog.Attribute{m.Target, m.Attributes, m.OfferAttributes}
	for g := range groups {
		groups[g] = byName(groups[g], attributeName)
		for _, a := range groups[g] {
			m.add(" attribute %d %s %s = %s hash %x", g, a.Name.S, a.Type, constant(a.Default), snapshot.Hash32([]byte(a.Name.S)))
			schema[g] = append(schema[g], rule.Attribute{Name: a.Name.S, Type: rule.Type(a.Type)})
		}
	}
	var err error
	if m.rules, err = rule.NewEnv(rule.Schema{Target: schema[0], Interaction: schema[1], Offer: schema[2],
		Filters: namedFilters(m.Filters), StoredHistory: m.HistoryStore.On, Parameters: m.sent}); err != nil {
		m.t.Fatal(err)
	}
	m.Target, m.Attributes, m.OfferAttributes = groups[0], groups[1], groups[2]
	m.add(" filter %s", m.filter(m.Filter, rule.RoleEnvironment))
	for _, p := range pagesInOrder(m.Pages) {
		m.add(" page %s %v", p.Match.S, slots(p.Slots))
	}
	m.inherit(m.Categories, modelOffer{from: snapshot.Never, to: snapshot.Forever, live: true, bound: 1})
	slices.SortFunc(m.offers, func(a, b modelOffer) int {
		return cmp.Or(cmp.Compare(b.bound, a.bound), strings.Compare(a.Code.S, b.Code.S))
	})
	for _, s := range byName(m.Spaces, func(s *catalog.Space) string { return s.Name.S }) {
		m.space(s)
	}
	m.tree(m.Categories, nil, nil)
	for rank, o := range m.offers {
		m.offer(rank, o)
	}
	m.typology()
}

func slots(list []catalog.PageSlot) (out []string) {
	for _, s := range list {
		out = append(out, fmt.Sprintf("%s_%d", s.Space, s.N))
	}
	return out
}

func pagesInOrder(list []catalog.Page) []catalog.Page {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b catalog.Page) int {
		return cmp.Or(cmp.Compare(literal(b.Match.S), literal(a.Match.S)), strings.Compare(a.Match.S, b.Match.S))
	})
	return out
}

// inherit lists the offers of a tree.
func (m *modelEnvironment) inherit(list []*catalog.Category, above modelOffer) {
	for _, c := range list {
		at := above
		at.path = append(slices.Clone(above.path), c.Name.S)
		at.from, at.to = max(at.from, start(c.From)), min(at.to, end(c.To))
		at.live = at.live && c.Enabled
		factor := c.Multiplier.Value
		if factor == 0 || factor < 1 && (c.Multiplier.From.Set || c.Multiplier.To.Set) {
			factor = 1
		}
		at.bound *= factor
		for _, o := range c.Offers {
			own := at
			own.Offer = o
			own.from, own.to = max(at.from, start(o.From)), min(at.to, end(o.To))
			own.live = at.live && o.Enabled && o.Approved
			if top := m.greatest(o); math.IsInf(top, 1) {
				own.bound = top // also where multipliers are too small for a number
			} else {
				own.bound *= top
			}
			m.offers = append(m.offers, own)
		}
		m.inherit(c.Categories, at)
	}
}

func (m *modelEnvironment) greatest(o *catalog.Offer) float64 {
	if o.Weights == nil && m.catalog.DefaultWeight != nil {
		return max(0, m.catalog.DefaultWeight.F)
	}
	top := 0.0
	for _, w := range o.Weights {
		if w.Expr.S != "" {
			return math.Inf(1)
		}
		top = max(top, w.Value)
	}
	return top
}

func start(i catalog.Instant) int64 {
	if !i.Set {
		return snapshot.Never
	}
	return i.MS
}

func end(i catalog.Instant) int64 {
	if !i.Set {
		return snapshot.Forever
	}
	return i.MS
}

func (m *modelEnvironment) space(s *catalog.Space) {
	st := s.Store
	m.add(" space %s channel %s implicit %v duplicates %v store %v %s %s linked %q", s.Name.S, s.Channel.S,
		s.Identification.Implicit, s.AllowDuplicates, st.Propositions, st.OnProposed, st.OnAccepted, s.Identification.Fallback.S)
	for _, f := range s.Fields {
		m.add("  field %s %s required %v", f.Name.S, f.Type, f.Required)
	}
	m.add("  viewable %v track %v", s.Viewable.On, s.Track == nil && st.Propositions || s.Track != nil && s.Track.On)
	m.add("  html %s", m.rendering(s))
	m.add("  json %s", m.json(s))
	m.add("  text %s", m.plain(s))
	m.add("  defaults %v %v fallback %q", names(s.Categories), names(s.Themes), s.FallbackOffer.S)
	for i, list := range [2][]catalog.Write{st.Visitor, st.OnAcceptance} {
		for _, w := range byName(list, func(w catalog.Write) string { return w.Attribute.S }) {
			at := slices.IndexFunc(m.Target, func(a catalog.Attribute) bool { return a.Name.S == w.Attribute.S })
			m.add("  write %d %s %s", i, w.Attribute.S, m.program(w.Expr.S, rule.Type(m.Target[at].Type), rule.RoleVisitor))
		}
	}
	var live []string
	for _, o := range m.offers {
		shown := slices.ContainsFunc(o.Content, func(c catalog.Content) bool { return c.Space.S == s.Name.S })
		if o.live && shown {
			live = append(live, o.Code.S)
		}
	}
	m.add("  live %v", live)
}

// names are the texts of a set.
func names(list []catalog.Text) []string {
	out := []string{}
	for _, t := range list {
		out = append(out, t.S)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (m *modelEnvironment) tree(list []*catalog.Category, path, themes []string) {
	for _, c := range byName(list, func(c *catalog.Category) string { return c.Name.S }) {
		path := append(slices.Clone(path), c.Name.S)
		themes := append(slices.Clone(themes), names(c.Themes)...)
		slices.Sort(themes)
		themes = slices.Compact(themes)
		m.add(" category %v themes %v always %v", path, themes, c.AlwaysInclude)
		factor := cmp.Or(c.Multiplier.Value, 1)
		m.add("  multiplier %v %d %d filter %s", factor, start(c.Multiplier.From), end(c.Multiplier.To), m.filter(c.Filter, rule.RoleCategory))
		m.tree(c.Categories, path, themes)
		m.add(" end %s", c.Name.S)
	}
}

func (m *modelEnvironment) offer(rank int, o modelOffer) {
	m.add(" offer %d %s in %v live %v label %q", rank, o.Code.S, o.path, o.live, o.Label.S)
	m.add("  from %d to %d bound %v filter %s", o.from, o.to, o.bound, m.filter(o.Filter, rule.RoleOffer))
	weights := o.Weights
	if weights == nil && m.catalog.DefaultWeight != nil {
		weights = []catalog.Weight{{Value: m.catalog.DefaultWeight.F}}
	}
	var all []string
	for _, w := range weights {
		expr := "none"
		if w.Expr.S != "" {
			expr = m.program(w.Expr.S, rule.Number, rule.RoleWeight)
		}
		all = append(all, fmt.Sprintf("  weight %v %s from %d to %d space %q filter %s", w.Value, expr, start(w.From), end(w.To), w.Space.S, m.filter(w.Filter, rule.RoleWeight)))
	}
	slices.Sort(all)
	*m.lines = append(*m.lines, all...)
	for _, a := range m.OfferAttributes {
		value := a.Default
		for i := range o.Attributes {
			if o.Attributes[i].Name.S == a.Name.S {
				value = &o.Attributes[i].Value
			}
		}
		m.add("  attribute %s %s", a.Name.S, constant(value))
	}
	for _, c := range byName(o.Content, func(c catalog.Content) string { return c.Space.S }) {
		m.content(c, "")
		m.translations(o.Translations, c)
	}
}

// translations describes the translations of a content.
func (m *modelEnvironment) translations(list []catalog.Translation, c catalog.Content) {
	tag := func(t catalog.Translation) string { return strings.ToLower(t.Language.S) }
	done := map[string]catalog.Content{}
	for _, t := range byName(list, tag) { // a language stands before its kinds
		base := c
		for parent := tag(t); parent != ""; {
			parent = parent[:max(0, strings.LastIndexByte(parent, '-'))]
			if translated, ok := done[parent]; ok {
				base = translated
				break
			}
		}
		for _, own := range t.Content {
			if own.Space.S == c.Space.S {
				done[tag(t)] = translated(base, own)
				m.content(done[tag(t)], tag(t))
			}
		}
	}
}

// translated is a content with the fields that a translation has, and the
// base's for the rest.
func translated(base, own catalog.Content) catalog.Content {
	out := own
	for _, f := range base.Fields {
		if !slices.ContainsFunc(own.Fields, func(o catalog.ContentField) bool { return o.Name.S == f.Name.S }) {
			out.Fields = append(slices.Clone(out.Fields), f)
		}
	}
	return out
}

func (m *modelEnvironment) content(c catalog.Content, language string) {
	m.add("  content %s %q", c.Space.S, language)
	at := slices.IndexFunc(m.Spaces, func(s *catalog.Space) bool { return s.Name.S == c.Space.S })
	for _, f := range m.Spaces[at].Fields {
		i := slices.IndexFunc(c.Fields, func(v catalog.ContentField) bool { return v.Name.S == f.Name.S })
		if i < 0 {
			m.add("   %s absent", f.Name.S)
			continue
		}
		raw, escaped := m.field(c.Fields[i].Value.S, f.Type)
		m.add("   %s raw %s", f.Name.S, raw)
		m.add("   %s html %s", f.Name.S, escaped)
	}
}

// constant is the text form of a value.
func constant(v *catalog.Value) string {
	if v == nil {
		return "none"
	}
	return fmt.Sprint([]any{nil, v.Bool, v.Int, v.Double, v.String, v.Strings, v.Ints, v.Doubles}[v.Type])
}

func (m *modelEnvironment) filter(f catalog.Filter, role rule.Role) string {
	if len(f) == 0 {
		return "none"
	}
	var list []rule.Condition
	for _, c := range f {
		list = append(list, rule.Condition{When: c.When.S, Expr: c.Expr.S})
	}
	p, issues := m.rules.CompileFilter(list, role)
	if issues != nil {
		m.t.Fatal(issues)
	}
	return hex.EncodeToString(p.Code)
}

func (m *modelEnvironment) program(src string, want rule.Type, role rule.Role) string {
	p, issues := m.rules.Compile(src, want, role)
	if issues != nil {
		m.t.Fatal(src, issues)
	}
	return hex.EncodeToString(p.Code)
}

var hole = regexp.MustCompile(`\{\{([^{].*?)\}\}`)

// parts describes a source: literals and placeholders as the functions say.
func parts(src string, literal, placeholder func(string) string) string {
	var b strings.Builder
	at := 0
	for _, m := range hole.FindAllStringSubmatchIndex(src, -1) {
		b.WriteString(literal(src[at:m[0]]) + placeholder(strings.TrimSpace(src[m[2]:m[3]])))
		at = m[1]
	}
	return b.String() + literal(src[at:])
}

func (m *modelEnvironment) rendering(s *catalog.Space) string {
	if s.HTML.S == "" {
		return "none"
	}
	link := false // what stands in front is the start of one
	note := func(literal string) string {
		link = strings.HasSuffix(literal, `<a href="`)
		return literal
	}
	tracked := s.Track == nil && s.Store.Propositions || s.Track != nil && s.Track.On
	return parts(s.HTML.S, note, func(p string) string {
		if link && tracked {
			return m.part(s, p, "click", snapshot.EscapeHTML)
		}
		return m.part(s, p, "html", snapshot.EscapeHTML)
	})
}

// json describes a rendering as draw writes them: a placeholder behind the text
// \" stands in a string.
func (m *modelEnvironment) json(s *catalog.Space) string {
	if s.JSON.S == "" {
		return "none"
	}
	form, escape := "value", snapshot.EscapeValue
	note := func(literal string) string {
		form, escape = "value", snapshot.EscapeValue
		if strings.HasSuffix(literal, `\"`) {
			form, escape = "json", snapshot.EscapeJSON
		}
		return literal
	}
	return parts(s.JSON.S, note, func(p string) string { return m.part(s, p, form, escape) })
}

func (m *modelEnvironment) plain(s *catalog.Space) string {
	if s.Text.S == "" {
		return "none"
	}
	return parts(s.Text.S, same, func(p string) string { return m.part(s, p, "raw", snapshot.EscapeNone) })
}

// part describes a placeholder or an end of a conditional part.
func (m *modelEnvironment) part(s *catalog.Space, p, form string, escape byte) string {
	name, conditional := strings.CutPrefix(p, "? ")
	switch {
	case conditional:
		return "(?" + name + " "
	case p == "/":
		return ")"
	case slices.ContainsFunc(s.Fields, func(f catalog.Field) bool { return f.Name.S == p }), slices.Contains(snapshot.PropositionNames[:], p):
		return "[" + form + " " + p + "]"
	}
	return m.hole(p, rule.Scalar, escape)
}

func same(s string) string { return s }

func (m *modelEnvironment) hole(src string, want rule.Type, escape byte) string {
	return fmt.Sprintf("[%d %s]", escape, m.program(src, want, rule.RoleContent))
}

// field describes both forms of a content field.
func (m *modelEnvironment) field(src string, typ catalog.FieldType) (raw, escaped string) {
	want, plain, marked := rule.Scalar, snapshot.EscapeNone, snapshot.EscapeHTML
	literal := html.EscapeString
	switch typ {
	case catalog.FieldURL, catalog.FieldImage:
		plain, marked = snapshot.EscapeURL, snapshot.EscapeURL
	case catalog.FieldHTML:
		plain, literal = snapshot.EscapeHTML, same
	case catalog.FieldNumber:
		want = rule.Number
	case catalog.FieldBool:
		want = rule.Bool
	}
	raw = parts(src, same, func(p string) string { return m.hole(p, want, plain) })
	return raw, parts(src, literal, func(p string) string { return m.hole(p, want, marked) })
}
