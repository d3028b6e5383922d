package decide_test

import (
	"maps"
	"slices"

	"github.com/profferhq/proffer/catalog"
)

// store is what the spaces write, each once, all from what was there before.
func (r *reference) store(groups []*set, out *answer) {
	for _, g := range groups {
		out.stored[g.answers.env.Name.S] = maps.Clone(r.targets[g.answers.env.Name.S])
	}
	var wrote []*catalog.Space
	for _, g := range groups {
		if slices.Contains(wrote, g.answers.Space) {
			continue
		}
		wrote = append(wrote, g.answers.Space)
		out.written += r.write(g, g.answers.Store.Visitor, out.stored)
	}
}

// accept is what a space writes when one of its offers was accepted before the
// call, which sees it.
func (r *reference) accept(groups []*set) {
	env, space := r.q.accepted[0], r.q.accepted[1]
	i := slices.IndexFunc(groups, func(g *set) bool { return g.answers.env.Name.S == env })
	if i < 0 {
		return
	}
	answers := find(groups[i].answers.env, space)
	if answers == nil {
		return
	}
	after := map[string]map[string]any{}
	for _, g := range groups {
		after[g.answers.env.Name.S] = maps.Clone(r.targets[g.answers.env.Name.S])
	}
	g := &set{answers: answers, mode: groups[i].mode}
	r.seen["accepted"] += r.write(g, answers.Store.OnAcceptance, after)
	maps.Copy(r.targets, after)
}

// write evaluates what a space writes, also for the environments that keep their
// visitors in the same folder. An expression that fails writes nothing.
func (r *reference) write(g *set, list []catalog.Write, to map[string]map[string]any) (written int) {
	env := g.answers.env
	for _, w := range list {
		v, err := r.eval(g, nil, w.Expr.S)
		if err != nil {
			continue
		}
		written++
		to[env.Name.S][w.Attribute.S] = v
		for name, values := range to {
			if other := r.environment(name); env.ShareFolder.On && other != env && other.VisitorFolder.S == env.VisitorFolder.S {
				values[w.Attribute.S] = v
				r.seen["shared"]++
			}
		}
	}
	return written
}
