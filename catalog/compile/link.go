package compile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// environments lists environments and spaces in the order of their names, with
// their schemas.
func (l *linker) environments() {
	if len(l.src.Environments) == 0 {
		l.error(l.src.Name.Pos, "no-environment", "the catalog has no environment", "an environment holds spaces, categories and offers")
	}
	if n := len(l.src.Environments); n > maxEnvironments {
		l.error(l.src.Name.Pos, "too-many", fmt.Sprintf("%d environments, more than %d", n, maxEnvironments), "")
		return
	}
	for _, src := range l.src.Environments {
		l.out.envs = append(l.out.envs, l.newEnvironment(src))
	}
	slices.SortFunc(l.out.envs, func(a, b *environment) int { return strings.Compare(a.src.Name.S, b.src.Name.S) })
	for i, env := range l.out.envs {
		env.index = uint32(i)
		for _, s := range env.spaces {
			s.index = l.spaces
			l.spaces++
		}
	}
}

func (l *linker) newEnvironment(src *catalog.Environment) *environment {
	env := &environment{
		src:        src,
		target:     sortedAttributes(src.Target),
		attributes: sortedAttributes(src.Attributes),
		offerAttrs: sortedAttributes(src.OfferAttributes),
	}
	l.name(src.Name.S)
	l.name(src.People.S)
	if src.Kind == catalog.Anonymous {
		l.name(src.VisitorFolder.S)
	}
	for _, list := range [][]catalog.Attribute{env.target, env.attributes, env.offerAttrs} {
		for i := range list {
			l.name(list[i].Name.S)
		}
	}
	env.rules = l.rules(env)
	for _, s := range src.Spaces {
		l.name(s.Name.S)
		l.name(s.Channel.S)
		for _, f := range s.Fields {
			l.name(f.Name.S)
		}
		env.spaces = append(env.spaces, &space{src: s, env: env})
	}
	slices.SortFunc(env.spaces, func(a, b *space) int { return strings.Compare(a.src.Name.S, b.src.Name.S) })
	return env
}

func sortedAttributes(list []catalog.Attribute) []catalog.Attribute {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b catalog.Attribute) int { return strings.Compare(a.Name.S, b.Name.S) })
	return out
}

func (l *linker) rules(env *environment) *rule.Env {
	r, err := rule.NewEnv(rule.Schema{
		Target:      ruleAttributes(env.target),
		Interaction: ruleAttributes(env.attributes),
		Offer:       ruleAttributes(env.offerAttrs),
	})
	if err != nil {
		l.error(env.src.Pos, "bad-schema", err.Error(), "")
	}
	return r
}

func (env *environment) findSpace(name string) *space {
	for _, s := range env.spaces {
		if s.src.Name.S == name {
			return s
		}
	}
	return nil
}

func (l *linker) findEnvironment(name string) *environment {
	for _, env := range l.out.envs {
		if env.src.Name.S == name {
			return env
		}
	}
	return nil
}

func (l *linker) environmentNames() []string {
	return namesOf(l.out.envs, func(e *environment) string { return e.src.Name.S })
}

func (env *environment) spaceNames() []string {
	return namesOf(env.spaces, func(s *space) string { return s.src.Name.S })
}

func namesOf[T any](list []T, name func(T) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = name(v)
	}
	return out
}

// sites orders host patterns as they are tried: exact names, then suffixes,
// longest first, then any.
func (l *linker) sites() {
	for _, src := range l.src.Sites {
		env := l.findEnvironment(src.Environment.S)
		if env == nil {
			l.unknown(src.Environment.Pos, "environment", src.Environment.S, l.environmentNames())
			continue
		}
		s := linkedSite{kind: snapshot.SiteExact, name: strings.ToLower(src.Host.S), env: env}
		switch {
		case src.Host.S == "*":
			s.kind, s.name = snapshot.SiteAny, ""
		case strings.HasPrefix(src.Host.S, "*."):
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
	for i := range env.src.Pages {
		src := &env.src.Pages[i]
		p := page{match: src.Match.S, prefix: literalPrefix(src.Match.S)}
		l.name(p.match)
		if strings.Contains(p.match, "**") && !strings.HasSuffix(p.match, "/**") || strings.Count(p.match, "**") > 1 {
			l.error(src.Match.Pos, "bad-pattern", `"**" stands only as the last part of a page pattern`, `write "/travel/**"`)
		}
		for _, ps := range src.Slots {
			s := env.findSpace(ps.Space)
			if s == nil {
				l.unknown(ps.Pos, "space", ps.Space, env.spaceNames())
				continue
			}
			p.slots = append(p.slots, slot{space: s, n: ps.N})
		}
		if len(p.slots) > maxPageSlots {
			l.error(src.Pos, "too-many", fmt.Sprintf("%d slots on one page, more than %d", len(p.slots), maxPageSlots), "")
		}
		if p.prefix == len(p.match) {
			env.exactPages++
		}
		env.pages = append(env.pages, p)
	}
	slices.SortFunc(env.pages, func(a, b page) int {
		ea, eb := a.prefix == len(a.match), b.prefix == len(b.match)
		switch {
		case ea != eb && ea:
			return -1
		case ea != eb:
			return 1
		case !ea && a.prefix != b.prefix:
			return b.prefix - a.prefix
		}
		return strings.Compare(a.match, b.match)
	})
}

// maxPageSlots is the bound of one call.
const maxPageSlots = 64

// literalPrefix is how many bytes of a pattern stand before its first "*".
func literalPrefix(p string) int {
	if i := strings.IndexByte(p, '*'); i >= 0 {
		return i
	}
	return len(p)
}

// identification resolves the linked anonymous spaces.
func (l *linker) identification(env *environment) {
	for _, s := range env.spaces {
		ref := s.src.Identification.Fallback
		if ref.S == "" {
			continue
		}
		if env.src.Kind == catalog.Anonymous {
			l.warn(ref.Pos, "no-effect", fmt.Sprintf("space %q is in an anonymous environment, so it never falls back", s.src.Name.S), "remove fallback")
			continue
		}
		envName, spaceName, _ := strings.Cut(ref.S, "/")
		target := l.findEnvironment(envName)
		if target == nil {
			l.unknown(ref.Pos, "environment", envName, l.environmentNames())
			continue
		}
		if target.src.Kind != catalog.Anonymous {
			l.error(ref.Pos, "bad-fallback", fmt.Sprintf("environment %q is not anonymous", envName), "a space falls back on a space of an anonymous environment")
			continue
		}
		if s.linked = target.findSpace(spaceName); s.linked == nil {
			l.unknown(ref.Pos, "space", spaceName, target.spaceNames())
		}
	}
}

// folders refuses two anonymous environments on one visitor folder.
func (l *linker) folders() {
	seen := map[string]*environment{}
	for _, env := range l.out.envs {
		if env.src.Kind != catalog.Anonymous {
			continue
		}
		name := env.src.VisitorFolder
		if first := seen[name.S]; first != nil {
			l.report(catalog.Diagnostic{
				Pos: env.src.Name.Pos, Code: "shared-folder",
				Message: fmt.Sprintf("environments %q and %q keep their visitors in one folder, %q", first.src.Name.S, env.src.Name.S, name.S),
				Hint:    "give one of them another visitor_folder",
				Related: &catalog.Related{Pos: first.src.Name.Pos, Message: "first used here"},
			})
			continue
		}
		seen[name.S] = env
	}
}

// unknown reports a name that nothing has, with the nearest one that something has.
func (l *linker) unknown(pos catalog.Pos, kind, name string, known []string) {
	l.error(pos, "unknown-"+kind, fmt.Sprintf("unknown %s %q", kind, name), nearestHint(name, known))
}
