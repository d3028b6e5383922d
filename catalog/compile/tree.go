package compile

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// trees lists an environment's categories in preorder, siblings by name, and
// its offers with what they inherit.
func (l *linker) trees(env *environment) {
	env.named, env.coded = map[string]*category{}, map[string]*offer{}
	seen := map[string]catalog.Pos{}
	codes := map[string]catalog.Pos{}
	l.tree(env, nil, env.src.Categories, seen, codes)
}

func (l *linker) tree(env *environment, parent *category, list []*catalog.Category, seen, codes map[string]catalog.Pos) {
	for _, src := range list {
		c := l.newCategory(env, parent, src)
		for _, key := range []string{"categories", "offers", "themes"} {
			env.lost["categories"] = env.lost["categories"] || l.gap(src.Pos, key)
		}
		l.unique(seen, "duplicate-category", "category", src.Name, "this environment")
		if c.depth > snapshot.MaxDepth {
			l.error(src.Name.Pos, "too-deep", "", "category %q is more than %d levels deep", src.Name.S, snapshot.MaxDepth)
			continue
		}
		env.categories = append(env.categories, c)
		env.named[src.Name.S] = c
		l.charge(src.Name.Pos, 4*len(c.themes))
		for _, o := range src.Offers {
			l.unique(codes, "duplicate-code", "offer", o.Code, "this environment")
			l.name(o.Code.S)
			env.coded[o.Code.S] = newOffer(c, o)
			env.offers = append(env.offers, env.coded[o.Code.S])
		}
		l.tree(env, c, src.Categories, seen, codes)
		c.end = uint32(len(env.categories))
	}
}

// unique reports a name that an environment or the catalog has twice, at the
// later place.
func (l *linker) unique(seen map[string]catalog.Pos, code, kind string, name catalog.Text, where string) {
	first, ok := seen[name.S]
	if name.S == "" {
		return // reported
	}
	if !ok {
		seen[name.S] = name.Pos
		return
	}
	at := name.Pos
	if at.File == first.File && (at.Line < first.Line || at.Line == first.Line && at.Column < first.Column) {
		at, first = first, at
	}
	l.related(at, code, twiceHints[kind], first, "first defined here", "%s %q is in %s twice", kind, name.S, where)
}

// twiceHints are what to do about two of a kind.
var twiceHints = map[string]string{
	"category": "rename one of them; a category has all of its offers in one place",
	"offer":    "give one of them another code",
	"page":     "put all slots of the page into one list",
	"site":     "remove one of them; capitals make no difference",
}

func (l *linker) newCategory(env *environment, parent *category, src *catalog.Category) *category {
	c := &category{src: src, env: env, parent: parent, live: src.Enabled, from: start(src.From), to: end(src.To), factor: 1, depth: 1}
	l.name(src.Name.S)
	for _, t := range src.Themes {
		l.name(t.S)
		c.themes = append(c.themes, t.S)
	}
	if parent != nil {
		c.depth = parent.depth + 1
		c.live = c.live && parent.live
		c.from, c.to = max(c.from, parent.from), min(c.to, parent.to)
		c.factor = parent.factor
		c.themes = append(c.themes, parent.themes...)
		c.path = slices.Clone(parent.path)
	}
	c.path = append(c.path, src.Name.S)
	slices.Sort(c.themes)
	c.themes = slices.Compact(c.themes)
	m := multiplier(&src.Multiplier)
	if src.Multiplier.From.Set || src.Multiplier.To.Set {
		m = max(m, 1)
	}
	c.factor *= m
	if math.IsInf(c.factor, 0) {
		l.error(src.Multiplier.Pos, "multiplier-overflow", "write smaller factors", "the multipliers of category %q and its ancestors overflow", src.Name.S)
	}
	return c
}

// multiplier is the factor that was written, 1 if none was.
func multiplier(m *catalog.Multiplier) float64 {
	if m.Value == 0 {
		return 1
	}
	return m.Value
}

func newOffer(c *category, src *catalog.Offer) *offer {
	return &offer{
		src: src, category: c,
		live: src.Enabled && src.Approved && c.live,
		from: max(start(src.From), c.from),
		to:   min(end(src.To), c.to),
	}
}

func start(t catalog.Instant) int64 {
	if !t.Set {
		return snapshot.Never
	}
	return t.MS
}

func end(t catalog.Instant) int64 {
	if !t.Set {
		return snapshot.Forever
	}
	return t.MS
}

// number gives categories their index in the whole snapshot.
func (l *linker) number() {
	var first uint32
	for _, env := range l.out.envs {
		for i, c := range env.categories {
			c.index = first + uint32(i)
			c.end += first
		}
		first += uint32(len(env.categories))
	}
}

func byName(list []*category) []*category {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b *category) int { return strings.Compare(a.src.Name.S, b.src.Name.S) })
	return out
}

// spaceDefaults resolves the categories, themes and fallback offer of spaces.
func (l *linker) spaceDefaults(env *environment) {
	themes := map[string]bool{}
	for _, c := range env.categories {
		for _, t := range c.themes {
			themes[t] = true
		}
	}
	known := slices.Sorted(maps.Keys(themes))
	for _, s := range env.spaces {
		for _, ref := range s.src.Categories {
			if c := env.named[ref.S]; c != nil {
				s.categories = append(s.categories, c)
			} else if !env.lost["categories"] {
				l.unknown(ref, "unknown-category", "category", namesOf(env.categories, func(c *category) string { return c.src.Name.S }))
			}
		}
		for _, ref := range s.src.Themes {
			if !themes[ref.S] && !env.lost["categories"] {
				l.unknown(ref, "unknown-theme", "theme", known)
			}
			l.name(ref.S)
			s.themes = append(s.themes, ref.S)
		}
		s.categories, s.themes = slices.Compact(s.categories), slices.Compact(s.themes)
	}
}

// rankOffers orders each environment's offers by the greatest weight that they
// can have, then by code, and numbers them. Offers that cannot be proposed come
// last.
func (l *linker) rankOffers() {
	var first uint32
	for env := range l.each() {
		slices.SortFunc(env.offers, func(a, b *offer) int {
			switch {
			case a.bound > b.bound:
				return -1
			case a.bound < b.bound:
				return 1
			}
			return strings.Compare(a.src.Code.S, b.src.Code.S)
		})
		for i, o := range env.offers {
			o.rank = uint32(i)
			o.index = first + uint32(i)
			o.showLive()
		}
		first += uint32(len(env.offers))
		l.fallbackOffers(env)
	}
}

// showLive notes an offer that is live with the spaces that it has content for.
func (o *offer) showLive() {
	if !o.live {
		return
	}
	for i := range o.contents {
		s := o.contents[i].space
		s.live = append(s.live, o.rank)
	}
}

func (l *linker) fallbackOffers(env *environment) {
	for _, s := range env.spaces {
		ref := s.src.FallbackOffer
		if ref.S == "" {
			continue
		}
		s.fallback = env.coded[ref.S]
		if s.fallback == nil && env.lost["categories"] {
			continue
		}
		if s.fallback == nil {
			l.unknown(ref, "unknown-offer", "offer", namesOf(env.offers, func(o *offer) string { return o.src.Code.S }))
			continue
		}
		if !s.fallback.shows(s) && !l.gap(s.fallback.src.Pos, "content") {
			l.error(ref.Pos, "bad-fallback-offer", "write content for the space in that offer, or name another one", "offer %q has no content for space %q", ref.S, s.src.Name.S)
		}
	}
}
