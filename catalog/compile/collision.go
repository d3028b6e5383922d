package compile

import (
	"fmt"

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
		section := env.src.Name
		if env.src.Kind == catalog.Anonymous {
			section = env.src.VisitorFolder
		}
		l.collision(sections, "folders or environments", section)
	}
}

func (l *linker) collision(seen map[uint32]catalog.Text, kind string, name catalog.Text) {
	h := snapshot.Hash32([]byte(name.S))
	first, ok := seen[h]
	if !ok || first.S == name.S {
		seen[h] = name
		return
	}
	l.report(catalog.Diagnostic{
		Pos: name.Pos, Code: "hash-collision",
		Message: fmt.Sprintf("%s %q and %q have one 32-bit hash, so cookies could not tell them apart", kind, first.S, name.S),
		Hint:    "rename one of them",
		Related: &catalog.Related{Pos: first.Pos, Message: "the other one"},
	})
}
