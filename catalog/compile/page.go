package compile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// sites orders host patterns as they are tried: exact names, then suffixes,
// longest first, then any.
func (l *linker) sites() {
	seen := map[string]catalog.Pos{}
	for _, src := range l.src.Sites {
		host := src.Host
		host.S = strings.ToLower(host.S)
		l.unique(seen, "duplicate-site", "site", host, "the catalog")
		env := l.findEnvironment(src.Environment.S)
		if env == nil {
			l.unknownEnvironment(src.Environment)
			continue
		}
		s := linkedSite{kind: snapshot.SiteExact, name: host.S, env: env, consent: src.Consent}
		switch {
		case s.name == "*":
			s.kind, s.name = snapshot.SiteAny, ""
		case strings.HasPrefix(s.name, "*."):
			s.kind, s.name = snapshot.SiteSuffix, s.name[1:]
		}
		l.name(s.name)
		l.out.sites = append(l.out.sites, s)
	}
	slices.SortFunc(l.out.sites, func(a, b linkedSite) int {
		if c := cmp.Compare(a.kind, b.kind); c != 0 {
			return c
		}
		if a.kind == snapshot.SiteSuffix && len(a.name) != len(b.name) {
			return len(b.name) - len(a.name)
		}
		return strings.Compare(a.name, b.name)
	})
}

// pages orders page patterns as they are tried: exact paths, then patterns
// with the longest literal prefix first.
func (l *linker) pages(env *environment) {
	seen := map[string]catalog.Pos{}
	for i := range env.src.Pages {
		src := &env.src.Pages[i]
		l.unique(seen, "duplicate-page", "page", src.Match, "this environment")
		l.name(src.Match.S)
		p := page{src: src, match: src.Match.S, prefix: literalPrefix(src.Match.S), slots: l.pageSlots(env, src)}
		if p.exact() {
			env.exactPages++
		}
		env.pages = append(env.pages, p)
	}
	slices.SortFunc(env.pages, func(a, b page) int { return comparePatterns(a.match, a.prefix, b.match, b.prefix) })
}

// comparePatterns orders patterns as they are tried, by their bytes and how
// many of them stand before the first wildcard.
func comparePatterns(a string, literalA int, b string, literalB int) int {
	exactA, exactB := literalA == len(a), literalB == len(b)
	switch {
	case exactA != exactB && exactA:
		return -1
	case exactA != exactB:
		return 1
	case !exactA && literalA != literalB:
		return literalB - literalA
	}
	return strings.Compare(a, b)
}

func (l *linker) pageSlots(env *environment, src *catalog.Page) (out []slot) {
	for _, ps := range src.Slots {
		s := env.findSpace(ps.Space)
		if s == nil {
			l.unknownSpace(catalog.Text{Pos: ps.Pos, S: ps.Space}, env)
			continue
		}
		out = append(out, slot{space: s, n: ps.N})
	}
	if len(out) > snapshot.MaxPageSlots {
		l.error(src.Match.Pos, "too-many", "", "page %q has %d slots, more than %d", src.Match.S, len(out), snapshot.MaxPageSlots)
	}
	return out
}

// literalPrefix is how many bytes of a pattern stand before its first "*".
func literalPrefix(p string) int {
	if i := strings.IndexByte(p, '*'); i >= 0 {
		return i
	}
	return len(p)
}
