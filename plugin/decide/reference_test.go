package decide_test

import (
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

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

	targets map[string]map[string]any // by environment and attribute, as the call has them or an acceptance left them
	seen    tally                     // what the calls were about

	reasons map[int]map[string]blame // by a group's first slot and code; nil: not asked for
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
	own            []datum // call data of its slots' own
}

func (r *reference) decide(q *call) answer {
	r.q, r.targets = q, maps.Clone(q.targets)
	out := answer{stored: map[string]map[string]any{}}
	var groups []*set
	for i := range q.asks {
		o := outcome{proposition: -1}
		p := r.asked(&q.asks[i])
		if p != nil && p.is(q.pausedSpaces) {
			r.seen["paused space"]++
			p = nil
		}
		if p != nil {
			to, mode := r.identify(p)
			if to.is(q.pausedSpaces) {
				mode = abi.Nobody
				r.seen["paused space"]++
			}
			o.environment, o.space, o.mode = to.env.Name.S, to.Name.S, mode
			if mode != abi.Nobody {
				groups = r.join(groups, i, p, to, mode)
			}
		}
		out.slots = append(out.slots, o)
	}
	r.accept(groups)
	taken := map[string]bool{}
	if out.holdout = len(groups) > 0 && r.heldOut(); out.holdout {
		for _, g := range groups { // for the reasons: what each would be shown by itself
			r.fill(g, &answer{slots: slices.Clone(out.slots)}, map[string]bool{})
		}
		r.store(groups, &out)
		return out
	}
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
	return append(groups, &set{asked, answers, mode, []int{slot}, r.q.asks[slot].data})
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
