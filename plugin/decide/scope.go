package decide

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
)

// scopeGroup marks the categories whose offers a group may show: what the
// slot asks, else the space's defaults; categories and themes are unions and
// intersect; always-include categories join whatever was asked.
func (e *Engine) scopeGroup(f *frame, sp *snapshot.Space, s *abi.Slot) {
	if f.all = sp.Categories().Count+sp.Themes().Count == 0 && plain(s); f.all {
		return
	}
	cats, themes := e.asked(f, sp, s)
	f.all = !cats.asked && !themes.asked
	if f.all {
		return
	}
	fill(f.allowed, !cats.asked)
	for i := range cats.len() {
		if c := cats.at(i); c != none {
			e.allowTree(f, c)
		}
	}
	if themes.asked {
		e.keepThemes(f, &themes)
	}
	e.alwaysInclude(f)
}

// wanted is a list of categories or themes: by name from the slot, or by
// index from the space's defaults.
type wanted struct {
	asked bool
	view  *snapshot.View
	env   *snapshot.Environment // nil for themes
	names [][]byte
	list  snapshot.Range
}

func (w *wanted) len() int {
	if w.names != nil {
		return len(w.names)
	}
	return int(w.list.Count)
}

// at is the i-th category or theme name; none for a name that exists nowhere.
func (w *wanted) at(i int) uint32 {
	if w.names == nil {
		return w.view.List(w.list.Start + uint32(i))
	}
	name := w.view.Find(w.names[i])
	if w.env == nil {
		return name
	}
	return w.view.FindCategory(w.env, name)
}

func (e *Engine) asked(f *frame, sp *snapshot.Space, s *abi.Slot) (cats, themes wanted) {
	cats = wanted{view: e.view, env: f.env, names: s.Categories, asked: len(s.Categories) > 0}
	themes = wanted{view: e.view, names: s.Themes, asked: len(s.Themes) > 0}
	if cats.asked || themes.asked {
		return cats, themes
	}
	cats.names, cats.list, cats.asked = nil, sp.Categories(), sp.Categories().Count > 0
	themes.names, themes.list, themes.asked = nil, sp.Themes(), sp.Themes().Count > 0
	return cats, themes
}

func (e *Engine) allowTree(f *frame, cat uint32) {
	start := f.env.Categories().Start
	fill(f.allowed[cat-start:e.view.Category(cat).End()-start], true)
}

// keepThemes takes categories that carry none of the themes out of scope.
func (e *Engine) keepThemes(f *frame, themes *wanted) {
	start := f.env.Categories().Start
	for i := range f.allowed {
		if f.allowed[i] && !e.hasTheme(e.view.Category(start+uint32(i)), themes) {
			f.allowed[i] = false
		}
	}
}

func (e *Engine) hasTheme(c *snapshot.Category, themes *wanted) bool {
	own := c.Themes()
	for i := range themes.len() {
		theme := themes.at(i)
		for j := own.Start; theme != none && j < own.End(); j++ {
			if e.view.List(j) == theme {
				return true
			}
		}
	}
	return false
}

func (e *Engine) alwaysInclude(f *frame) {
	r := f.env.Categories()
	for i := r.Start; i < r.End(); {
		c := e.view.Category(i)
		if c.Flags()&snapshot.CategoryAlwaysInclude == 0 {
			i++
			continue
		}
		fill(f.allowed[i-r.Start:c.End()-r.Start], true)
		i = max(i+1, c.End()) // on, also where nobody verified the snapshot
	}
}

func fill[T any](list []T, v T) {
	for i := range list {
		list[i] = v
	}
}
