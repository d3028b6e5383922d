package compile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// environments lists environments and spaces in the order of their names, with
// their schemas.
func (l *linker) environments() {
	if len(l.src.Environments) == 0 && !l.gap(catalog.Pos{}, "environments") {
		l.error(l.src.Name.Pos, "no-environment", "an environment holds spaces, categories and offers", "the catalog has no environment")
	}
	if n := len(l.src.Environments); n > snapshot.MaxEnvironments {
		l.error(l.src.Name.Pos, "too-many", "", "the catalog has %d environments, more than %d", n, snapshot.MaxEnvironments)
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
		compiled:   map[source]uint32{},
		facts:      map[source]*rule.Facts{},
		lost:       map[string]bool{},
		target:     sortedAttributes(src.Target),
		attributes: sortedAttributes(src.Attributes),
		offerAttrs: sortedAttributes(src.OfferAttributes),
	}
	l.current = env
	defer func() { l.current = nil }()
	l.lose(env)
	l.name(src.Name.S)
	l.storage(env)
	l.options(src)
	for _, list := range [][]catalog.Attribute{env.target, env.attributes, env.offerAttrs} {
		for i := range list {
			l.name(list[i].Name.S)
		}
	}
	env.rules = l.rules(env)
	l.filterIssues(env)
	for _, s := range src.Spaces {
		l.name(s.Name.S)
		l.name(s.Channel.S)
		for _, f := range s.Fields {
			l.name(f.Name.S)
		}
		if n := len(s.Fields); n > snapshot.MaxFields {
			l.error(s.Name.Pos, "too-many", "", "space %q has %d fields, more than %d", s.Name.S, n, snapshot.MaxFields)
		}
		env.spaces = append(env.spaces, &space{src: s, env: env})
	}
	slices.SortFunc(env.spaces, func(a, b *space) int { return strings.Compare(a.src.Name.S, b.src.Name.S) })
	return env
}

// storage settles where an environment knows its targets from: a people source
// that the catalog declares, or a visitor folder.
func (l *linker) storage(env *environment) {
	src := env.src
	if src.Kind == 0 {
		return // reported
	}
	if src.Kind == catalog.Anonymous {
		env.folder = src.VisitorFolder.S
		l.name(env.folder)
		if src.People.S != "" {
			l.warn(src.People.Pos, "no-effect", "remove people", "environment %q is anonymous, so it asks no people source", src.Name.S)
		}
		return
	}
	env.people = src.People.S
	l.name(env.people)
	sources := namesOf(l.src.People, func(p catalog.Text) string { return p.S })
	if env.people != "" && !slices.Contains(sources, env.people) && !l.gap(catalog.Pos{}, "people") {
		hint := cmp.Or(didYouMean(env.people, sources), `list it in the catalog: "people: [`+env.people+`]"`)
		l.error(src.People.Pos, "unknown-people", hint, "unknown people source %q", env.people)
	}
	if src.VisitorFolder.S != "" {
		l.warn(src.VisitorFolder.Pos, "no-effect", "remove visitor_folder", "environment %q is identified, so it keeps no visitors", src.Name.S)
	}
}

func sortedAttributes(list []catalog.Attribute) []catalog.Attribute {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b catalog.Attribute) int { return strings.Compare(a.Name.S, b.Name.S) })
	return out
}

// rules prepares the names that an environment's expressions may use.
func (l *linker) rules(env *environment) *rule.Env {
	groups := [3][]catalog.Attribute{env.target, env.attributes, env.offerAttrs}
	experiments := namesOf(l.src.Experiments, func(x catalog.Experiment) string { return x.Name.S })
	r, err := newRules(groups, env.src, experiments, l.parameters)
	if err == nil {
		return r
	}
	// Find whose fault it is: an attribute that is refused on its own.
	found := false
	for g, list := range groups {
		for i := range list {
			var one [3][]catalog.Attribute
			one[g] = list[i : i+1]
			if _, err := newRules(one, &catalog.Environment{}, nil, nil); err != nil {
				l.badSchema(list[i].Name.Pos, err)
				found = true
			}
		}
	}
	if !found {
		l.badSchema(env.src.Name.Pos, err)
	}
	return nil
}

func (l *linker) badSchema(pos catalog.Pos, err error) {
	hint := "choose another name for it"
	if strings.Contains(err.Error(), "at most") {
		hint = ""
	}
	l.error(pos, "bad-schema", hint, "%s", strings.TrimPrefix(err.Error(), "rule: "))
}

func newRules(groups [3][]catalog.Attribute, src *catalog.Environment, experiments []string, parameters *rule.Parameters) (*rule.Env, error) {
	schema := rule.Schema{
		Target:        ruleAttributes(groups[0]),
		Interaction:   ruleAttributes(groups[1]),
		Offer:         ruleAttributes(groups[2]),
		StoredHistory: src.HistoryStore.On,
		Experiments:   experiments,
		Parameters:    parameters,
	}
	for _, f := range src.Filters {
		schema.Filters = append(schema.Filters, rule.Filter{Name: f.Name.S, Source: f.Expr.S})
	}
	return rule.NewEnv(schema)
}

func (env *environment) findSpace(name string) *space {
	i, ok := slices.BinarySearchFunc(env.spaces, name, func(s *space, name string) int { return strings.Compare(s.src.Name.S, name) })
	if !ok {
		return nil
	}
	return env.spaces[i]
}

func (l *linker) findEnvironment(name string) *environment {
	i, ok := slices.BinarySearchFunc(l.out.envs, name, func(e *environment, name string) int { return strings.Compare(e.src.Name.S, name) })
	if !ok {
		return nil
	}
	return l.out.envs[i]
}

func (l *linker) unknownEnvironment(name catalog.Text) {
	if name.S == "" || l.gap(catalog.Pos{}, "environments") {
		return
	}
	l.unknown(name, "unknown-environment", "environment", namesOf(l.out.envs, func(e *environment) string { return e.src.Name.S }))
}

func (l *linker) unknownSpace(name catalog.Text, env *environment) {
	if env.lost["spaces"] {
		return
	}
	l.unknown(name, "unknown-space", "space", namesOf(env.spaces, func(s *space) string { return s.src.Name.S }))
}

// identification resolves the linked anonymous spaces.
func (l *linker) identification(env *environment) {
	for _, s := range env.spaces {
		ref := s.src.Identification.Fallback
		if ref.S == "" {
			continue
		}
		if env.src.Kind == catalog.Anonymous {
			l.warn(ref.Pos, "no-effect", "remove fallback", "space %q is in an anonymous environment, so it never falls back", s.src.Name.S)
			continue
		}
		slash := max(strings.IndexByte(ref.S, '/'), 0)
		envName, spaceName := ref.Slice(0, slash), ref.Slice(min(slash+1, len(ref.S)), len(ref.S))
		target := l.findEnvironment(envName.S)
		if target == nil {
			l.unknownEnvironment(envName)
			continue
		}
		if target.src.Kind == 0 {
			continue
		}
		if target.src.Kind != catalog.Anonymous {
			l.error(ref.Pos, "bad-fallback", "a space falls back on a space of an anonymous environment", "environment %q is not anonymous", envName.S)
			continue
		}
		if s.linked = target.findSpace(spaceName.S); s.linked == nil {
			l.unknownSpace(spaceName, target)
		}
	}
}
