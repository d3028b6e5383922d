package guest

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/visitor"
)

// Environments that share a visitor folder have one section of the cookie. The
// first of them that answers a call writes it, for all.

// shares reports whether two environments that answered keep their visitors in
// one folder.
func (g *Guest) shares(e, f int) bool {
	reached := g.engine.Reached()
	a, b := g.view.Environment(reached[e]), g.view.Environment(reached[f])
	return a.Flags()&b.Flags()&snapshot.EnvironmentSharesFolder != 0 && a.Folder() == b.Folder()
}

// follows reports whether an environment that answered keeps its visitors where
// an earlier one does.
func (g *Guest) follows(e int) bool {
	if g.view.Environment(g.engine.Reached()[e]).Flags()&snapshot.EnvironmentSharesFolder == 0 {
		return false
	}
	for f := range e {
		if g.shares(e, f) {
			return true
		}
	}
	return false
}

// repeats reports whether an earlier environment in the same section has an
// attribute of that name. The decision gave both one value.
func (g *Guest) repeats(e, i int) bool {
	reached := g.engine.Reached()
	env := g.view.Environment(reached[e])
	if env.Flags()&snapshot.EnvironmentSharesFolder == 0 {
		return false
	}
	hash := g.view.Attribute(env.Target().Start + uint32(i)).Hash()
	for f := range e {
		if g.shares(e, f) && g.declares(g.view.Environment(reached[f]), hash) {
			return true
		}
	}
	return false
}

// carry keeps what the section of an environment that answered holds for others
// that did not, and says how many bytes that is. Without a writer it counts.
func (g *Guest) carry(e int, w *visitor.Writer) (n int) {
	env := g.view.Environment(g.engine.Reached()[e])
	if env.Flags()&snapshot.EnvironmentSharesFolder == 0 {
		return 0
	}
	data := g.page.state.Section(false, env.Section()).Data()
	for at := 0; ; {
		hash, start, end, ok := visitor.Attribute(data, at)
		if !ok {
			return n
		}
		at = end
		if g.declaredBy(e, hash, true) || !g.declaredBy(e, hash, false) {
			continue
		}
		value := data[start:end]
		n += dataSize(value)
		if w != nil {
			w.Attribute(hash, value)
		}
	}
}

// declaredBy reports whether an environment in the folder of one that answered
// has an attribute with that hash: one of those that answered, or any.
func (g *Guest) declaredBy(e int, hash uint32, answered bool) bool {
	reached := g.engine.Reached()
	if answered {
		for f := range reached {
			if g.shares(e, f) && g.declares(g.view.Environment(reached[f]), hash) {
				return true
			}
		}
		return false
	}
	folder := g.view.Environment(reached[e]).Folder()
	for i := range g.view.Count(snapshot.SecEnvironments) {
		if env := g.view.Environment(i); env.Folder() == folder && g.declares(env, hash) {
			return true
		}
	}
	return false
}

// declares reports whether an environment has a target attribute with that hash.
func (g *Guest) declares(env *snapshot.Environment, hash uint32) bool {
	r := env.Target()
	for i := r.Start; i < r.End(); i++ {
		if g.view.Attribute(i).Hash() == hash {
			return true
		}
	}
	return false
}
