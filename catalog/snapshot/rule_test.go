package snapshot_test

import (
	"cmp"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/expr"
)

// experiments describes what divides the ids, and how long records are kept.
func (l *lines) experiments(c *catalog.Catalog) {
	for _, x := range byName(c.Experiments, func(x catalog.Experiment) string { return x.Name.S }) {
		l.add("experiment %s %d", x.Name.S, x.Version)
		for _, a := range byName(x.Arms, func(a catalog.Arm) string { return a.Name.S }) {
			l.add(" arm %s %d", a.Name.S, a.Weight)
		}
	}
	if c.Holdout != nil {
		l.add("holdout %s %d %v", c.Holdout.Name.S, c.Holdout.Version, c.Holdout.Percent)
	}
	const day = 24 * 60 * 60 * 1000
	l.add("retention %d %d", cmp.Or(c.Retention.Visitors.MS, 30*day), cmp.Or(c.Retention.Propositions.MS, 365*day))
}

func (l viewer) experiments() {
	for i := range l.Count(snapshot.SecExperiments) {
		x := l.Experiment(i)
		l.add("experiment %s %d", l.Name(x.Name()), x.Version())
		for j := x.Arms().Start; j < x.Arms().End(); j++ {
			l.add(" arm %s %d", l.Name(l.Arm(j).Name()), l.Arm(j).Weight())
		}
	}
	if h := l.Holdout(); h != nil {
		l.add("holdout %s %d %v", l.Name(h.Name()), h.Version(), h.Percent())
	}
	visitors, propositions := l.Retention()
	l.add("retention %d %d", visitors, propositions)
}

func namedFilters(list []catalog.NamedFilter) (out []rule.Filter) {
	for _, f := range list {
		out = append(out, rule.Filter{Name: f.Name.S, Source: f.Expr.S})
	}
	return out
}

// typology describes the active rules of an environment, each with the offers
// that it applies to. The compiler finds them with cel-go; here the evaluator
// of decisions does.
func (m *modelEnvironment) typology() {
	for _, ref := range byName(m.Typology, func(t catalog.Text) string { return t.S }) {
		for _, r := range m.catalog.Rules {
			if r.Name.S != ref.S || !r.Active {
				continue
			}
			m.add(" rule %s channel %q calendar %d period %d quantity %d counted %d status %d same %v", r.Name.S, r.Channel.S,
				r.Calendar, r.Period.MS, r.Quantity, r.Counted, r.Status, r.SameChannelOnly)
			m.add("  target %s", m.filter(r.Target, rule.RoleAudience))
			m.add("  propositions %s", m.filter(r.Propositions, rule.RolePropositions))
			codes := []string{}
			for _, o := range m.offers {
				if m.holds(r.AppliesTo.S, o) {
					codes = append(codes, o.Code.S)
				}
			}
			m.add("  applies to %v", codes)
		}
	}
}

// holds evaluates an expression about an offer.
func (m *modelEnvironment) holds(src string, o modelOffer) bool {
	if src == "" {
		return true
	}
	p, issues := m.rules.Compile(src, rule.Bool, rule.RoleOffer)
	if issues != nil {
		m.t.Fatal(src, issues)
	}
	s := expr.Scope{Offer: make([]expr.Value, len(m.OfferAttributes))}
	themes := []string{}
	m.find(m.Categories, o.path, func(c *catalog.Category) { themes = append(themes, names(c.Themes)...) })
	b := &s.Builtin
	b[snapshot.BuiltinCode] = expr.FromString([]byte(o.Code.S))
	b[snapshot.BuiltinCategory] = expr.FromString([]byte(o.path[len(o.path)-1]))
	b[snapshot.BuiltinCategories] = expr.FromList(stringList(o.path))
	b[snapshot.BuiltinThemes] = expr.FromList(stringList(themes))
	for i, a := range m.OfferAttributes {
		value := a.Default
		for j := range o.Attributes {
			if o.Attributes[j].Name.S == a.Name.S {
				value = &o.Attributes[j].Value
			}
		}
		if value != nil {
			s.Offer[i] = exprValue(value)
		}
	}
	var machine expr.Machine
	machine.Reset(1 << 16)
	return machine.Holds(p.Code, &s)
}

// find visits the categories of a path.
func (m *modelEnvironment) find(tree []*catalog.Category, path []string, visit func(*catalog.Category)) {
	for _, c := range tree {
		if len(path) > 0 && c.Name.S == path[0] {
			visit(c)
			m.find(c.Categories, path[1:], visit)
		}
	}
}

func stringList(list []string) []byte {
	b := wire.AppendArray(nil, len(list))
	for _, s := range list {
		b = wire.AppendStr(b, s)
	}
	return b
}

func exprValue(v *catalog.Value) expr.Value {
	switch v.Type {
	case catalog.TypeBool:
		return expr.FromBool(v.Bool)
	case catalog.TypeInt:
		return expr.FromInt(v.Int)
	case catalog.TypeDouble:
		return expr.FromDouble(v.Double)
	case catalog.TypeString:
		return expr.FromString([]byte(v.String))
	case catalog.TypeStringList:
		return expr.FromList(stringList(v.Strings))
	}
	b := wire.AppendArray(nil, len(v.Ints)+len(v.Doubles))
	for _, n := range v.Ints {
		b = wire.AppendInt(b, n)
	}
	for _, f := range v.Doubles {
		b = wire.AppendFloat(b, f)
	}
	return expr.FromList(b)
}

func (l viewer) typology(e *snapshot.Environment) {
	for i := e.Rules().Start; i < e.Rules().End(); i++ {
		r := l.Rule(i)
		l.add(" rule %s channel %q calendar %d period %d quantity %d counted %d status %d same %v", l.Name(r.Name()), l.Name(r.Channel()),
			r.Calendar(), r.Period(), r.Quantity(), r.Counted(), r.Status(), r.Flags()&snapshot.RuleSameChannel != 0)
		l.add("  target %s", l.program(r.Target()))
		l.add("  propositions %s", l.program(r.Propositions()))
		codes := []string{}
		for rank := range e.Offers().Count {
			if l.Applies(r, rank) {
				codes = append(codes, string(l.Name(l.Offer(e.Offers().Start+rank).Code())))
			}
		}
		l.add("  applies to %v", codes)
	}
	for i := e.Offers().Start; i < e.Offers().End() && e.Rules().Count > 0; i++ {
		if found := l.FindOffer(e, l.Offer(i).Hash()); found != i {
			l.add("  offer %d is found at %d", i, found)
		}
	}
}

// TestCountOnlyOffersStay has offers that nobody is shown any more: disabled,
// drafts, in a disabled category, ended. Counting needs all of them.
func TestCountOnlyOffersStay(t *testing.T) {
	v := open(t, parsed(t, `
rules: {r: {period: 1d, quantity: 1, counted: category, applies_to: 'offer.margin > 0.5'}}
environments:
  v:
    kind: anonymous
    typology: [r]
    offer_attributes: {margin: double}
    spaces: {h: {channel: web}}
    categories:
      c:
        offers:
          live: {weights: 1, content: {h: {}}, attributes: {margin: 1}}
          disabled: {weights: 1, enabled: false, content: {h: {}}, attributes: {margin: 1}}
          draft: {weights: 1, status: draft, content: {h: {}}, attributes: {margin: 0}}
          ended: {weights: 1, to: 2001-01-01T00:00, content: {h: {}}, attributes: {margin: 1}}
      off:
        enabled: false
        offers: {below: {weights: 1, content: {h: {}}, attributes: {margin: 1}}}
`))
	env := v.Environment(0)
	for code, want := range map[string]struct {
		category string
		applies  bool
	}{"live": {"c", true}, "disabled": {"c", true}, "draft": {"c", false}, "ended": {"c", true}, "below": {"off", true}} {
		i := v.FindOffer(env, snapshot.Hash32([]byte(code)))
		if i == snapshot.None {
			t.Errorf("%s is not found", code)
			continue
		}
		o := v.Offer(i)
		category := string(v.Name(v.Category(o.Category()).Name()))
		if applies := v.Applies(v.Rule(0), i-env.Offers().Start); category != want.category || applies != want.applies {
			t.Errorf("%s: in %s, the rule applies: %v", code, category, applies)
		}
	}
	if i := v.FindOffer(env, snapshot.Hash32([]byte("gone"))); i != snapshot.None {
		t.Errorf("an offer that is not there is found at %d", i)
	}
}
