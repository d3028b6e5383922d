package compile

import (
	"fmt"
	"slices"

	"github.com/profferhq/proffer/catalog"
)

// noEffect warns of something written that changes nothing.
func (l *linker) noEffect(at catalog.Text, hint string, related *catalog.Related, format string, args ...any) {
	l.remark(at, "no-effect", hint, related, format, args...)
}

// idleOptions warns of options of an environment's spaces and categories that do
// nothing where they stand.
func (l *linker) idleOptions(env *environment) {
	for _, s := range env.spaces {
		if id := &s.src.Identification; id.Implicit && env.src.Kind == catalog.Anonymous {
			l.warn(id.Pos, "no-effect", "remove implicit", "space %q is in an anonymous environment, whose visitors are always known by their cookie", s.src.Name.S)
		}
		l.repeated(s.src.Categories, "category")
		l.repeated(s.src.Themes, "theme")
		l.nestedDefaults(s)
	}
	for _, c := range env.categories {
		l.repeated(c.src.Themes, "theme")
		if m := &c.src.Multiplier; m.Value == 1 {
			l.warn(m.Pos, "no-effect", "remove it", "a multiplier of 1 changes no weight")
		}
	}
}

// repeated warns of a name that a list has twice.
func (l *linker) repeated(list []catalog.Text, kind string) {
	seen := make(map[string]catalog.Text, len(list))
	for _, name := range list {
		first, twice := seen[name.S]
		if !twice {
			seen[name.S] = name
			continue
		}
		if before(name.Pos, first.Pos) {
			name, first = first, name
		}
		l.noEffect(name, "leave one out", place(first, "first written here"), "%s %q is in this list twice", kind, name.S)
	}
}

// nestedDefaults warns of a default category that another one includes.
func (l *linker) nestedDefaults(s *space) {
	listed := make(map[string]catalog.Text, len(s.src.Categories))
	for _, ref := range s.src.Categories {
		listed[ref.S] = ref
	}
	for i, ref := range s.src.Categories {
		c := s.env.named[ref.S]
		if c == nil || i > 0 && ref.S == s.src.Categories[i-1].S {
			continue // unknown, or said to be there twice
		}
		for up := c.parent; up != nil; up = up.parent {
			if above, asked := listed[up.src.Name.S]; asked {
				l.noEffect(ref, "leave it out", place(above, "the category above"),
					"category %q is below %q, which is asked for already", ref.S, up.src.Name.S)
				break
			}
		}
	}
}

// inheritedThemes warns of a theme that a category carries already because one
// above it does.
func (l *linker) inheritedThemes(c *category) {
	if c.parent == nil || len(c.parent.themes) == 0 {
		return
	}
	for _, theme := range c.src.Themes {
		if _, inherited := slices.BinarySearch(c.parent.themes, theme.S); !inherited || l.silent() {
			continue
		}
		for up := c.parent; up != nil; up = up.parent {
			i := slices.IndexFunc(up.src.Themes, func(t catalog.Text) bool { return t.S == theme.S })
			if i >= 0 {
				l.noEffect(theme, "leave it out", place(up.src.Themes[i], "written here"),
					"category %q has theme %q from category %q already", c.src.Name.S, theme.S, up.src.Name.S)
				break
			}
		}
	}
}

// idlePeople warns of a people source that no environment names.
func (l *linker) idlePeople() {
	for _, source := range l.src.People {
		if !slices.ContainsFunc(l.out.envs, func(e *environment) bool { return e.src.People.S == source.S }) {
			l.noEffect(source, fmt.Sprintf("write %q in an identified environment, or remove it", "people: "+source.S), nil,
				"no environment names the people source %q", source.S)
		}
	}
}

// before reports whether a place stands before another one.
func before(a, b catalog.Pos) bool {
	if a.File != b.File {
		return a.File < b.File
	}
	return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
}
