package compile

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// collisions refuses two names of one kind with one Hash32, by which cookies
// tell them apart: offers and attributes in an environment, and the sections
// of folders and environments in the catalog.
func (l *linker) collisions() {
	sections := map[uint32]catalog.Text{}
	for _, env := range l.out.envs {
		offers, attributes := map[uint32]catalog.Text{}, map[uint32]catalog.Text{}
		for _, o := range env.offers {
			l.collision(offers, "offers", o.src.Code)
		}
		for i := range env.target {
			l.collision(attributes, "attributes", env.target[i].Name)
		}
		section := catalog.Text{Pos: env.src.Name.Pos, S: env.section()}
		if p := env.src.VisitorFolder.Pos; p.IsValid() && section.S == env.folder {
			section.Pos = p
		}
		l.collision(sections, "folders or environments", section)
	}
}

// section names an environment's section in the cookie.
func (env *environment) section() string {
	if env.src.Kind == catalog.Anonymous {
		return env.folder
	}
	return env.src.Name.S
}

func (l *linker) collision(seen map[uint32]catalog.Text, kind string, name catalog.Text) {
	h := snapshot.Hash32([]byte(name.S))
	first, ok := seen[h]
	if !ok || first.S == name.S {
		seen[h] = name
		return
	}
	l.related(name.Pos, "hash-collision", "rename one of them", first.Pos, "the other one",
		"%s %q and %q would look alike in a visitor's cookie, for they happen to have one 32-bit hash", kind, first.S, name.S)
}
