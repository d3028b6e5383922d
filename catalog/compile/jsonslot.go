package compile

import (
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// jsonSlots orders the places in JSON answers as pages are ordered, and those
// of a page by path.
func (l *linker) jsonSlots() {
	if n := len(l.src.JSON); n > snapshot.MaxJSONSlots {
		l.error(l.src.JSON[0].Pos, "too-many", "", "the catalog has %d slots in JSON answers, more than %d", n, snapshot.MaxJSONSlots)
		return
	}
	for i := range l.src.JSON {
		src := &l.src.JSON[i]
		if !l.jsonSpace(src) {
			continue
		}
		for _, s := range []string{src.Page.S, src.Path.S, src.Slot.Space} {
			l.name(s)
		}
		l.out.json = append(l.out.json, jsonSlot{page: src.Page.S, prefix: literalPrefix(src.Page.S), path: src.Path.S, space: src.Slot.Space, n: src.Slot.N})
	}
	l.jsonPaths()
	l.jsonPages()
	slices.SortFunc(l.out.json, func(a, b jsonSlot) int {
		if c := comparePatterns(a.page, a.prefix, b.page, b.prefix); c != 0 {
			return c
		}
		return strings.Compare(a.path, b.path)
	})
}

// jsonSpace checks that an environment has the slot's space, and that the lists
// of the page leave the slot on it.
func (l *linker) jsonSpace(src *catalog.JSONSlot) bool {
	name := catalog.Text{Pos: src.Slot.Pos, S: src.Slot.Space}
	known, rendered := false, false
	var unlisted *page
	for _, env := range l.out.envs {
		s := env.findSpace(name.S)
		if s == nil {
			continue
		}
		known = true
		rendered = rendered || s.src.JSON.S != "" || l.gap(s.src.Pos, "render") || l.gap(s.src.Pos, "json")
		p := env.pageOf(src.Page.S)
		if p == nil || slices.ContainsFunc(p.slots, func(x slot) bool { return x.space == s && x.n == src.Slot.N }) {
			unlisted = nil
			break
		}
		unlisted = p
	}
	if !known && (name.S == "" || l.gap(catalog.Pos{}, "environments") || slices.ContainsFunc(l.out.envs, func(e *environment) bool { return e.lost["spaces"] })) {
		return false
	}
	if !known {
		var all []string
		for _, env := range l.out.envs {
			all = append(all, namesOf(env.spaces, func(s *space) string { return s.src.Name.S })...)
		}
		l.unknown(name, "unknown-space", "space", all)
	}
	if known && !rendered {
		l.warn(name.Pos, "no-json-rendering", "write what its offers are in JSON: render: {json: '{\"title\": {{ title }}}'}",
			"space %q has no rendering as JSON, so the slot is never filled", name.S)
	}
	if unlisted != nil {
		d := catalog.Diagnostic{
			Pos: name.Pos, Severity: catalog.Warning, Code: "unlisted-slot", Hint: "add it to the page's slots",
			Message: "the list of the page leaves this slot out, so it is never filled there",
			Related: &catalog.Related{Pos: unlisted.src.Match.Pos, Message: "the page"},
		}
		l.report(d)
	}
	return known
}

// pageOf is the page of an environment that a pattern's answers are on, nil if
// there is none or it takes a look at each path to tell.
func (env *environment) pageOf(pattern string) *page {
	for i := range env.pages {
		p := &env.pages[i]
		if p.match == pattern {
			return p
		}
		if !strings.Contains(pattern, "*") && !p.exact() && snapshot.MatchPath([]byte(p.match), []byte(pattern)) {
			return p
		}
	}
	return nil
}

// jsonPages refuses a page with more places than a call has slots.
func (l *linker) jsonPages() {
	count := map[string]int{}
	for i := range l.src.JSON {
		src := &l.src.JSON[i]
		if count[src.Page.S]++; count[src.Page.S] == snapshot.MaxPageSlots+1 {
			l.error(src.Pos, "too-many", "", "page %q has more than %d slots in JSON answers", src.Page.S, snapshot.MaxPageSlots)
		}
	}
}

// jsonPaths refuses two places of a page that are the same, or of which one
// lies within the other: what is written there later would overwrite the first.
func (l *linker) jsonPaths() {
	list := sortedBy(l.src.JSON, func(s *catalog.JSONSlot) string { return s.Page.S + "\x00" + s.Path.S })
	for i := range list {
		for j := range list[:i] {
			a, b := &list[j], &list[i]
			if a.Page.S == b.Page.S && (a.Path.S == b.Path.S || strings.HasPrefix(b.Path.S, a.Path.S+".")) {
				l.samePlace(a, b)
				break
			}
		}
	}
}

func (l *linker) samePlace(a, b *catalog.JSONSlot) {
	if before(b.Pos, a.Pos) {
		a, b = b, a
	}
	if a.Path.S == b.Path.S {
		l.related(b.Path.Pos, "duplicate-path", "keep one of them", a.Path.Pos, "first defined here", "page %q has two slots at %q", b.Page.S, b.Path.S)
		return
	}
	l.related(b.Path.Pos, "duplicate-path", "an offer replaces all that stands at its place", a.Path.Pos, "the other one",
		"page %q has slots at %q and %q, of which one is a part of the other", b.Page.S, a.Path.S, b.Path.S)
}
