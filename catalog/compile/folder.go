package compile

import (
	"bytes"
	"slices"

	"github.com/profferhq/proffer/catalog"
)

// folders refuses anonymous environments on one visitor folder, unless each of
// them says that it shares it. What several of them keep there under one name
// is one value, so it is declared alike.
func (l *linker) folders() {
	inFolder := map[string][]*environment{}
	for _, env := range l.out.envs {
		if env.src.Kind == catalog.Anonymous && !env.lost["visitor_folder"] && !env.lost["share_folder"] {
			inFolder[env.folder] = append(inFolder[env.folder], env)
		}
	}
	for _, env := range l.out.envs { // in their order
		list := inFolder[env.folder]
		if env.src.Kind != catalog.Anonymous || len(list) == 0 || list[0] != env {
			continue
		}
		if len(list) == 1 {
			if share := env.src.ShareFolder; share.On && !l.src.Incomplete {
				l.warn(share.Pos, "no-effect", "remove share_folder", "no other environment keeps its visitors in folder %q", env.folder)
			}
			continue
		}
		l.sharedFolder(list)
		l.sharedAttributes(list)
	}
}

// sharedFolder reports the environments of a folder that do not share it, the
// first only if all others do: else one of those reports both.
func (l *linker) sharedFolder(list []*environment) {
	rest := slices.ContainsFunc(list[1:], func(env *environment) bool { return !env.src.ShareFolder.On })
	for i, env := range list {
		if env.src.ShareFolder.On || i == 0 && rest {
			continue
		}
		other := list[0]
		if i == 0 {
			other = list[1]
		}
		l.related(env.src.Name.Pos, "shared-folder", `write "share_folder: true" in both, or give one of them another visitor_folder`,
			other.src.Name.Pos, "used here too", "environment %q keeps its visitors in folder %q, as %q does, and does not share it",
			env.src.Name.S, env.folder, other.src.Name.S)
	}
}

// sharedAttributes reports attributes of one name that are declared in two ways.
// The default belongs to it: what equals the default is not stored, so another
// environment would find its own default instead.
func (l *linker) sharedAttributes(list []*environment) {
	seen := map[string]*catalog.Attribute{}
	for _, env := range list {
		for i := range env.target {
			a := &env.target[i]
			first, ok := seen[a.Name.S]
			switch {
			case l.gap(a.Name.Pos, "default"): // it may be declared alike
			case !ok:
				seen[a.Name.S] = a
			case first.Type != a.Type || !sameDefault(first.Default, a.Default):
				l.related(a.Name.Pos, "shared-attribute", "declare both with one type and one default, or give one of them another name", first.Name.Pos, "the other one",
					"attribute %q is declared otherwise in another environment of folder %q, which keeps one value for both",
					a.Name.S, env.folder)
			}
		}
	}
}

func sameDefault(a, b *catalog.Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	return bytes.Equal(encodeValue(a), encodeValue(b))
}
