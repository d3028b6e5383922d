package compile

import (
	"strings"

	"github.com/profferhq/proffer/catalog"
)

// gap reports whether entries may be missing below a key of the object at a
// place, so that nothing can be said of what they lack.
func (l *linker) gap(at catalog.Pos, key string) bool {
	return l.src.Gaps[catalog.Gap{}] || l.src.Gaps[catalog.Gap{Pos: at, Key: key}]
}

// groups are the keys of an environment that declare attributes, with what
// expressions call them.
var groups = map[string]string{"target": "target.", "attributes": "interaction.", "offer_attributes": "offer."}

// lose notes what an environment may lack. Attributes without a type, which
// the reader has reported, are lost too.
func (l *linker) lose(env *environment) {
	for _, key := range []string{"spaces", "categories", "target", "attributes", "offer_attributes", "visitor_folder", "share_folder", "filters"} {
		env.lost[key] = l.gap(env.src.Pos, key)
	}
	for key, root := range groups {
		if env.lost[key] {
			env.unsure = append(env.unsure, root)
		}
	}
	if l.gap(catalog.Pos{}, "experiments") {
		env.unsure = append(env.unsure, "experiment.")
	}
	env.target = l.typed(env, env.target, "target")
	env.attributes = l.typed(env, env.attributes, "attributes")
	env.offerAttrs = l.typed(env, env.offerAttrs, "offer_attributes")
}

// typed leaves out the attributes whose type could not be read.
func (l *linker) typed(env *environment, list []catalog.Attribute, key string) (out []catalog.Attribute) {
	for _, a := range list {
		if a.Type != 0 {
			out = append(out, a)
			continue
		}
		env.lost[key] = true
		env.unsure = append(env.unsure, groups[key]+a.Name.S)
	}
	return out
}

// maybe reports whether the name at a place of an expression may be one that
// was lost, so that nothing can be said against it.
func (env *environment) maybe(expression string, offset int) bool {
	rest := expression[min(offset, len(expression)):]
	word := rest[:len(rest)-len(strings.TrimLeft(rest, wordCharacters))]
	if env.lost["filters"] && word != "" && !strings.HasPrefix(rest[len(word):], ".") {
		return true // a predefined filter
	}
	for _, name := range env.unsure {
		if after, ok := strings.CutPrefix(rest, name); ok {
			if strings.HasSuffix(name, ".") || after == "" || strings.Trim(after[:1], wordCharacters) != "" {
				return true
			}
		}
	}
	return false
}

const wordCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
