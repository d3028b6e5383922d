package decide_test

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"time"
	_ "time/tzdata"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/abi"
)

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
	eligible := len(ranking)
	ranking = slices.DeleteFunc(ranking, func(o ranked) bool { return r.excluded(g, out, o.code) })
	out.excluded += eligible - len(ranking)
	if r.reasons != nil {
		r.reasons[g.slots[0]] = r.blames(g, out, taken, ranking)
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
		paused := slices.Contains(r.q.pausedOffers, [2]string{g.answers.env.Name.S, o.Code.S})
		w := r.weigh(g, f, o)
		if w <= 0 || math.IsInf(w, 0) {
			continue
		}
		if paused {
			r.seen["paused offer"]++
		} else {
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
	if !o.live() || !o.shows(g.answers.Name.S) || !r.inScope(g, f, o) || !r.active(o.From, o.To) {
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
