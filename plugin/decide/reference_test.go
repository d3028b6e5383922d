package decide_test

import (
	"cmp"
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	_ "time/tzdata"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/traits"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/abi"
)

// reference decides from the model as the rules are told, in the slowest way:
// every offer, every constraint, no bound, no index, nothing remembered, and
// cel-go for expressions.
type reference struct {
	c   *catalog.Catalog
	cel map[string]cel.Program
	q   *call
}

// entry is an offer with its categories, root first.
type entry struct {
	*catalog.Offer
	path []*catalog.Category
}

func (e *entry) own() *catalog.Category { return e.path[len(e.path)-1] }

func (e *entry) names() (out []string) {
	for _, c := range e.path {
		out = append(out, c.Name.S)
	}
	return out
}

// themes are those of all categories, sorted, each once.
func (e *entry) themes() []string {
	out := []string{}
	for _, c := range e.path {
		for _, t := range c.Themes {
			out = append(out, t.S)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (e *entry) shows(space string) bool {
	return slices.ContainsFunc(e.Content, func(c catalog.Content) bool { return c.Space.S == space })
}

func (e *entry) live() bool {
	return e.Enabled && e.Approved && !slices.ContainsFunc(e.path, func(c *catalog.Category) bool { return !c.Enabled })
}

// flat is an environment without its tree.
type flat struct {
	offers             []entry
	categories, themes []string
}

func flatten(e *catalog.Environment) *flat {
	f := &flat{}
	var walk func(path []*catalog.Category, list []*catalog.Category)
	walk = func(path, list []*catalog.Category) {
		for _, c := range list {
			below := append(slices.Clone(path), c)
			f.categories = append(f.categories, c.Name.S)
			for _, t := range c.Themes {
				f.themes = append(f.themes, t.S)
			}
			for _, o := range c.Offers {
				f.offers = append(f.offers, entry{o, below})
			}
			walk(below, c.Categories)
		}
	}
	walk(nil, e.Categories)
	return f
}

// showing are the codes of the offers with content for a space.
func (f *flat) showing(space string) (codes []string) {
	for i := range f.offers {
		if f.offers[i].shows(space) {
			codes = append(codes, f.offers[i].Code.S)
		}
	}
	return codes
}

// place is a space in its environment.
type place struct {
	env *catalog.Environment
	*catalog.Space
}

func (p *place) is(list [][2]string) bool {
	return slices.Contains(list, [2]string{p.env.Name.S, p.Name.S})
}

func (r *reference) environment(name string) *catalog.Environment {
	for _, e := range r.c.Environments {
		if e.Name.S == name {
			return e
		}
	}
	return nil
}

func find(e *catalog.Environment, space string) *place {
	if e != nil {
		for _, s := range e.Spaces {
			if s.Name.S == space {
				return &place{e, s}
			}
		}
	}
	return nil
}

// asked is the space that a slot means, or nil.
func (r *reference) asked(a *ask) *place {
	if a.environment != "" {
		return find(r.environment(a.environment), a.space)
	}
	if r.c.Sites != nil {
		return find(r.environment(r.site()), a.space)
	}
	var found []*place
	for _, e := range r.c.Environments {
		if p := find(e, a.space); p != nil {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

// site is the environment of the host's best pattern, or "".
func (r *reference) site() string {
	best, env := -1, ""
	for _, s := range r.c.Sites {
		score := -1
		suffix, isSuffix := strings.CutPrefix(s.Host.S, "*.")
		switch {
		case s.Host.S == "*":
			score = 0
		case isSuffix && strings.HasSuffix(r.q.host, "."+suffix):
			score = len(suffix)
		case s.Host.S == r.q.host:
			score = 1000
		}
		if score > best {
			best, env = score, s.Environment.S
		}
	}
	return env
}

// identify is the identification table.
func (r *reference) identify(p *place) (*place, abi.Identification) {
	if p.env.Kind == catalog.Anonymous {
		return p, abi.Anonymous
	}
	explicit, cookie := r.people(p.env.People.S)
	switch {
	case explicit:
		return p, abi.Explicit
	case p.Identification.Implicit && cookie:
		return p, abi.Implicit
	case p.Identification.Fallback.S != "":
		env, space, _ := strings.Cut(p.Identification.Fallback.S, "/")
		return find(r.environment(env), space), abi.Anonymous
	}
	return p, abi.Nobody
}

// people says whether the key resolves, and whether the cookie matches.
func (r *reference) people(source string) (explicit, cookie bool) {
	q := r.q
	if source == "" && !q.document {
		return q.key != "", q.linked
	}
	for _, p := range q.persons {
		if p.source != source && !q.document {
			continue
		}
		if q.key == p.key {
			explicit = q.source == "" || source == "" || q.source == source
		} else {
			cookie = true
		}
	}
	return explicit, cookie
}

// set is a group of slots.
type set struct {
	asked, answers *place
	mode           abi.Identification
	slots          []int
}

func (r *reference) decide(q *call) answer {
	r.q = q
	out := answer{stored: map[string]map[string]any{}}
	var groups []*set
	for i := range q.asks {
		o := outcome{proposition: -1}
		if p := r.asked(&q.asks[i]); p != nil && !p.is(q.pausedSpaces) {
			to, mode := r.identify(p)
			if to.is(q.pausedSpaces) {
				mode = abi.Nobody
			}
			o.environment, o.space, o.mode = to.env.Name.S, to.Name.S, mode
			if mode != abi.Nobody {
				groups = r.join(groups, i, p, to, mode)
			}
		}
		out.slots = append(out.slots, o)
	}
	taken := map[string]bool{}
	for _, g := range groups {
		r.fill(g, &out, taken)
	}
	r.store(groups, &out)
	return out
}

// join puts a slot into its group.
func (r *reference) join(groups []*set, slot int, asked, answers *place, mode abi.Identification) []*set {
	for _, g := range groups {
		if g.asked.Space == asked.Space && r.sameAsk(g.slots[0], slot) {
			g.slots = append(g.slots, slot)
			return groups
		}
	}
	return append(groups, &set{asked, answers, mode, []int{slot}})
}

func (r *reference) sameAsk(i, j int) bool {
	a, b := &r.q.asks[i], &r.q.asks[j]
	return maps.Equal(setOf(a.categories), setOf(b.categories)) && maps.Equal(setOf(a.themes), setOf(b.themes)) &&
		maps.Equal(dataOf(a.data), dataOf(b.data))
}

func setOf(list []string) map[string]bool {
	out := map[string]bool{}
	for _, s := range list {
		out[s] = true
	}
	return out
}

func dataOf(list []datum) map[string]string {
	out := map[string]string{}
	for _, d := range list {
		out[d.name] = string(encodeValue(d.value))
	}
	return out
}

// ranked is an eligible offer.
type ranked struct {
	code   string
	weight float64
	tie    uint64
}

// fill decides a group.
func (r *reference) fill(g *set, out *answer, taken map[string]bool) {
	ranking := r.ranking(g)
	if !g.answers.AllowDuplicates {
		ranking = slices.DeleteFunc(ranking, func(o ranked) bool { return taken[o.code] })
	}
	fallback := r.fallbackOffer(g)
	shown := map[int]int{}
	for _, i := range g.slots {
		o, a := &out.slots[i], &r.q.asks[i]
		p, again := shown[a.n]
		switch {
		case a.n <= len(ranking):
			o.offer, o.weight, o.rank = ranking[a.n-1].code, ranking[a.n-1].weight, a.n
			taken[o.offer] = true
		case fallback != "":
			o.offer, o.fallback, fallback, again = fallback, true, "", false
		default:
			continue
		}
		if again {
			o.proposition = p
			out.propositions[p].held = bestHeld(out.propositions[p].held, a.held)
			continue
		}
		o.proposition = len(out.propositions)
		if !o.fallback {
			shown[a.n] = o.proposition
		}
		out.propositions = append(out.propositions, proposition{o.environment, o.space, o.offer, o.rank, o.fallback, a.held})
	}
}

// bestHeld prefers yes to unknown and unknown to no.
func bestHeld(a, b abi.Held) abi.Held {
	order := []abi.Held{abi.HeldNo, abi.HeldUnknown, abi.HeldYes}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

func (r *reference) fallbackOffer(g *set) string {
	code := g.answers.FallbackOffer.S
	if slices.Contains(r.q.pausedOffers, [2]string{g.answers.env.Name.S, code}) {
		return ""
	}
	f := flatten(g.answers.env)
	for i := range f.offers {
		if o := &f.offers[i]; o.Code.S == code && o.live() && o.shows(g.answers.Name.S) {
			return code
		}
	}
	return ""
}

// ranking is every eligible offer in order, before uniqueness.
func (r *reference) ranking(g *set) (list []ranked) {
	if !r.holds(g, nil, g.answers.env.Filter) {
		return nil
	}
	f := flatten(g.answers.env)
	for i := range f.offers {
		o := &f.offers[i]
		if w := r.weigh(g, f, o); w > 0 && !math.IsInf(w, 0) {
			list = append(list, ranked{o.Code.S, w, r.tie(g, o.Code.S)})
		}
	}
	slices.SortFunc(list, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.tie, b.tie), strings.Compare(a.code, b.code))
	})
	return list
}

// weigh is an offer's final weight, 0 if it is not eligible.
func (r *reference) weigh(g *set, f *flat, o *entry) float64 {
	paused := slices.Contains(r.q.pausedOffers, [2]string{g.answers.env.Name.S, o.Code.S})
	if paused || !o.live() || !o.shows(g.answers.Name.S) || !r.inScope(g, f, o) || !r.active(o.From, o.To) {
		return 0
	}
	factor := 1.0
	for _, c := range o.path {
		if !r.active(c.From, c.To) || !r.holds(g, o, c.Filter) {
			return 0
		}
		if m := c.Multiplier; m.Value != 0 && r.active(m.From, m.To) {
			factor *= m.Value
		}
	}
	if !r.holds(g, o, o.Filter) {
		return 0
	}
	top := 0.0
	for _, w := range r.weights(o) {
		if !r.active(w.From, w.To) || w.Space.S != "" && w.Space.S != g.answers.Name.S || !r.holds(g, o, w.Filter) {
			continue
		}
		value := w.Value
		if w.Expr.S != "" {
			value = r.number(g, o, w.Expr.S)
		}
		if !math.IsNaN(value) && !math.IsInf(value, 0) {
			top = max(top, value)
		}
	}
	return top * factor
}

func (r *reference) weights(o *entry) []catalog.Weight {
	if len(o.Weights) == 0 && r.c.DefaultWeight != nil {
		return []catalog.Weight{{Value: r.c.DefaultWeight.F}}
	}
	return o.Weights
}

func (r *reference) active(from, to catalog.Instant) bool {
	return (!from.Set || r.q.time >= from.MS) && (!to.Set || r.q.time < to.MS)
}

// inScope tells whether a group asks for an offer's category.
func (r *reference) inScope(g *set, f *flat, o *entry) bool {
	if slices.ContainsFunc(o.path, func(c *catalog.Category) bool { return c.AlwaysInclude }) {
		return true
	}
	a := &r.q.asks[g.slots[0]]
	cats, themes := a.categories, a.themes
	if len(cats) == 0 && len(themes) == 0 {
		cats, themes = plain(g.answers.Categories), plain(g.answers.Themes)
	}
	return (len(cats) == 0 || overlap(cats, o.names())) && (len(themes) == 0 || overlap(themes, o.themes()))
}

func plain(list []catalog.Text) (out []string) {
	for _, t := range list {
		out = append(out, t.S)
	}
	return out
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// tie is the hash that orders equal weights: FNV-1a of bucket and id, mixed
// with that of the code, each behind MurmurHash3's finalizer.
func (r *reference) tie(g *set, code string) uint64 {
	q, env := r.q, g.answers.env
	id := q.visitor
	if id == "" && env.Kind == catalog.Identified && !q.refused {
		id = q.key
	}
	bucket := q.seed
	if id != "" && env.Ties == catalog.TiesVisit {
		bucket = uint64(q.visitStart)
	}
	if id != "" && env.Ties == catalog.TiesDay {
		bucket = uint64(r.day())
	}
	h := fnv.New64a()
	for i := range 8 {
		h.Write([]byte{byte(bucket >> (8 * i))})
	}
	h.Write([]byte(id))
	o := fnv.New64a()
	o.Write([]byte(code))
	return finalize(finalize(h.Sum64()) ^ finalize(o.Sum64()))
}

func finalize(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// day counts the days of the catalog's calendar.
func (r *reference) day() int64 {
	loc, err := time.LoadLocation(r.c.Zone.S)
	if err != nil {
		panic(err)
	}
	y, m, d := time.UnixMilli(r.q.time).In(loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60)
}

// store is what the spaces write, each once, all from what was there before.
func (r *reference) store(groups []*set, out *answer) {
	var wrote []*catalog.Space
	for _, g := range groups {
		env := g.answers.env.Name.S
		if out.stored[env] == nil {
			out.stored[env] = maps.Clone(r.q.targets[env])
		}
		if slices.Contains(wrote, g.answers.Space) {
			continue
		}
		wrote = append(wrote, g.answers.Space)
		for _, w := range g.answers.Store.Visitor {
			if v, err := r.eval(g, nil, w.Expr.S); err == nil {
				out.stored[env][w.Attribute.S] = v
				out.written++
			}
		}
	}
}

// holds tells whether a filter is true.
func (r *reference) holds(g *set, o *entry, f catalog.Filter) bool {
	for _, c := range f {
		if c.When.S != "" {
			when, err := r.eval(g, o, c.When.S)
			if err != nil {
				return false
			}
			if when == false {
				continue
			}
		}
		if v, err := r.eval(g, o, c.Expr.S); err != nil || v != true {
			return false
		}
	}
	return true
}

// number is a weight's value, 0 if it fails.
func (r *reference) number(g *set, o *entry, src string) float64 {
	v, err := r.eval(g, o, src)
	if err != nil {
		return 0
	}
	switch v := v.(type) {
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	}
	return v.(float64)
}

// eval evaluates an expression with cel-go.
func (r *reference) eval(g *set, o *entry, src string) (any, error) {
	v, _, err := r.cel[src].Eval(r.scope(g, o))
	if err != nil {
		return nil, err
	}
	if l, ok := v.(traits.Lister); ok {
		out := []string{}
		for it := l.Iterator(); it.HasNext() == types.True; {
			out = append(out, it.Next().Value().(string))
		}
		return out, nil
	}
	return v.Value(), nil
}

// scope is every name that has a value.
func (r *reference) scope(g *set, o *entry) map[string]any {
	q := r.q
	m := map[string]any{
		"interaction.mode": g.mode.String(), "interaction.space": g.answers.Name.S,
		"interaction.channel": g.answers.Channel.S, "interaction.environment": g.answers.env.Name.S,
		"interaction.new_visit": q.newVisit,
	}
	for name, s := range map[string]string{
		"interaction.language": q.language, "request.host": q.host, "request.path": q.path,
		"request.country": q.country, "request.device": q.device,
	} {
		if s != "" {
			m[name] = s
		}
	}
	for name, v := range q.targets[g.answers.env.Name.S] {
		m["target."+name] = v
	}
	for _, d := range append(slices.Clone(q.data), q.asks[g.slots[0]].data...) {
		for _, a := range callSchema {
			if a.Name.S == d.name {
				delete(m, "interaction."+d.name)
				if v := typed(d.value, a.Type); v != nil {
					m["interaction."+d.name] = v
				}
			}
		}
	}
	if o != nil {
		m["offer.code"], m["offer.category"] = o.Code.S, o.own().Name.S
		m["offer.categories"], m["offer.themes"] = o.names(), o.themes()
		m["offer.kind"] = "plain"
		for _, a := range o.Attributes {
			m["offer."+a.Name.S] = a.Value.Double
		}
	}
	return m
}
