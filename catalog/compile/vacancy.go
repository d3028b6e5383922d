package compile

import (
	"fmt"
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// emptyCategories warns of categories without any offer, and of none below
// one that it has warned of.
func (l *linker) emptyCategories(env *environment) {
	filled := map[*category]bool{}
	for _, o := range env.offers {
		for c := o.category; c != nil && !filled[c]; c = c.parent {
			filled[c] = true
		}
	}
	for _, c := range env.categories {
		if !filled[c] && (c.parent == nil || filled[c.parent]) {
			l.warn(c.src.Name.Pos, "empty-category", "write offers for it, or remove it", "category %q has no offer, nor has any below it", c.src.Name.S)
		}
	}
}

// supply is what a space can show when it asks for its default categories and
// themes.
type supply struct {
	defaults asked
	offers   int  // live offers with content, whatever is asked for
	asked    int  // of them in the default categories and themes
	always   bool // one of these never ends and has no filter
}

// supplies are what the spaces of the catalog can show.
func (l *linker) supplies() map[*space]*supply {
	all := map[*space]*supply{}
	for _, env := range l.out.envs {
		for _, s := range env.spaces {
			all[s] = &supply{defaults: s.asked()}
		}
		for _, o := range env.offers {
			l.supply(o, all)
		}
	}
	return all
}

// vacancies warns of spaces that can stay without an offer, and of slots that
// can only do so.
func (l *linker) vacancies(env *environment, supplies map[*space]*supply) {
	for _, s := range env.spaces {
		l.fallbackLives(s)
		l.vacancy(s, supplies[s])
	}
	for i := range env.src.Pages {
		for _, slot := range env.src.Pages[i].Slots {
			if s := env.findSpace(slot.Space); s != nil {
				l.neverFilled(s, slot, supplies)
			}
		}
	}
}

// supply adds an offer to the spaces that it is shown on.
func (l *linker) supply(o *offer, supplies map[*space]*supply) {
	if !o.live {
		return
	}
	always := l.unconditional(o)
	for i := range o.contents {
		s := o.contents[i].space
		supplies[s].offers++
		if supplies[s].defaults.asks(o.category) {
			supplies[s].asked++
			supplies[s].always = supplies[s].always || o.told || always && l.weighsAlways(o, s)
		}
	}
}

// asked are the categories and themes that a space asks for by default.
type asked struct {
	categories map[*category]bool
	themes     map[string]bool
}

func (s *space) asked() asked {
	a := asked{map[*category]bool{}, map[string]bool{}}
	for _, c := range s.categories {
		a.categories[c] = true
	}
	for _, theme := range s.themes {
		a.themes[theme] = true
	}
	return a
}

// asks reports whether a category is among them.
func (a *asked) asks(c *category) bool {
	inCategory, inTheme := len(a.categories) == 0, len(a.themes) == 0
	if !inTheme {
		inTheme = slices.ContainsFunc(c.themes, func(theme string) bool { return a.themes[theme] })
	}
	for ; c != nil; c = c.parent {
		if c.src.AlwaysInclude {
			return true
		}
		inCategory = inCategory || a.categories[c]
	}
	return inCategory && inTheme
}

// unconditional reports whether an offer, once it has started, is there for
// everybody whom the environment's filter lets pass.
func (l *linker) unconditional(o *offer) bool {
	if o.to != snapshot.Forever || o.from >= o.to || !l.always(o.src.Filter, o.filter) {
		return false
	}
	for c := o.category; c != nil; c = c.parent {
		if !l.always(c.src.Filter, c.filter) {
			return false
		}
	}
	return true
}

// weighsAlways reports whether an offer has a weight that is always in force
// on a space.
func (l *linker) weighsAlways(o *offer, s *space) bool {
	return slices.ContainsFunc(o.weights, func(w weight) bool {
		return w.value > 0 && w.program == none && w.to == snapshot.Forever && w.filter == none && (w.space == nil || w.space == s)
	})
}

// fallbackLives warns of a fallback offer that is a draft or disabled.
func (l *linker) fallbackLives(s *space) {
	o := s.fallback
	if o == nil || o.live {
		return
	}
	why := "is a draft"
	switch {
	case !o.src.Enabled:
		why = "is disabled"
	case o.src.Approved:
		why = "is in a disabled category"
	}
	l.report(catalog.Diagnostic{
		Pos: s.src.FallbackOffer.Pos, Severity: catalog.Warning, Code: "fallback-not-live",
		Message: fmt.Sprintf("offer %q %s, so it is not shown here", o.src.Code.S, why),
		Hint:    "approve and enable it and its categories, or name another offer",
		Related: point(o.src.Code.Pos, "the offer"),
	})
}

func (l *linker) vacancy(s *space, have *supply) {
	if s.fallback != nil || have.always {
		return
	}
	const then = "where no offer is left the page keeps its own content; "
	name := s.src.Name
	switch {
	case have.offers == 0:
		l.warn(name.Pos, "space-may-be-empty", then+"write content for this space in an offer", "no live offer has content for space %q", name.S)
	case have.asked == 0:
		l.warn(name.Pos, "space-may-be-empty", then+"widen the space's categories and themes",
			"no live offer with content for space %q is in the categories and themes that it asks for", name.S)
	default:
		l.warn(name.Pos, "space-may-be-empty", then+"if that is not wanted, name a fallback_offer, or let one offer have no end and no filter and a small weight",
			"space %q has no offer that is always there: each can end or has a filter", name.S)
	}
}

// neverFilled warns of a slot for the n-th best of fewer than n offers.
func (l *linker) neverFilled(s *space, slot catalog.PageSlot, supplies map[*space]*supply) {
	have := 0
	for _, one := range []*space{s, s.linked} {
		if one == nil {
			continue
		}
		n := supplies[one].offers
		if one.fallback != nil {
			n++
		}
		have = max(have, n)
		if one.env.broken {
			return
		}
	}
	if have > 0 && slot.N > have { // with none, the space is told of
		l.warn(slot.Pos, "slot-never-filled", "remove the slot, or write content for the space in more offers",
			"there is no offer for slot %q: space %q has %d", fmt.Sprintf("%s_%d", slot.Space, slot.N), slot.Space, have)
	}
}

// unlisted warns of a space that no page lists, where pages list others of its
// channel. One that others fall back to is reached by theirs.
func (l *linker) unlisted(env *environment) {
	listed, channels := map[*space]bool{}, map[string]bool{}
	for i := range env.pages {
		for _, slot := range env.pages[i].slots {
			listed[slot.space] = true
			channels[slot.space.src.Channel.S] = true
		}
	}
	for i := range l.src.JSON {
		if s := env.findSpace(l.src.JSON[i].Slot.Space); s != nil {
			listed[s] = true
		}
	}
	for _, other := range l.out.envs {
		for _, s := range other.spaces {
			listed[s.linked] = true
		}
	}
	for _, s := range env.spaces {
		if !listed[s] && channels[s.src.Channel.S] {
			l.warn(s.src.Name.Pos, "unlisted-space", "add it to the slots of a page, or remove it",
				"no page lists space %q, so listed pages never show it", s.src.Name.S)
		}
	}
}
