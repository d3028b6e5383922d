package decide

import (
	"bytes"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
)

// Resolve starts a call: for each slot it finds the space that was asked and,
// by the identification table, the environment and space that answer.
func (e *Engine) Resolve(call *Call) {
	for _, i := range e.reached {
		e.frames[i].used = false
	}
	e.reached = e.reached[:0]
	e.proposed = e.proposed[:0]
	e.arena = e.arena[:0]
	e.ngroups, e.ntaken = 0, 0
	e.armed, e.heldOut, e.read = len(e.arms) == 0, false, len(e.sent) == 0
	e.call = call
	e.machine.Reset(StepBudget)
	e.resolveSlots(call)
}

// resolveSlots resolves the slots and puts those together that share a ranking.
// Most stand next to one of the same space and ask for nothing in particular.
func (e *Engine) resolveSlots(call *Call) {
	slots, latest := call.Slots, -1 // the group of the slot before, if that asks for nothing in particular
	for i := range slots {
		s, r := &slots[i], &e.results[i]
		var asked uint32
		if i < len(call.Spaces) {
			asked = call.Spaces[i]
		} else {
			asked = FindSpace(e.view, call.Host, s)
		}
		r.Asked, r.Offer, r.Rank, r.Weight, r.Fallback, r.Proposition, r.group = asked, none, 0, 0, false, -1, -1
		// What a space resolves to depends on the call alone.
		if i > 0 && e.results[i-1].Asked == asked {
			before := &e.results[i-1]
			r.Environment, r.Space, r.Mode, r.Path = before.Environment, before.Space, before.Mode, before.Path
		} else {
			r.Environment, r.Space, r.Mode, r.Path = none, none, abi.Nobody, 0
			e.resolve(r)
			latest = -1
		}
		if r.Mode == abi.Nobody {
			continue
		}
		usual := plain(s)
		if latest < 0 || !usual {
			latest = e.groupOf(i)
		}
		r.group = latest
		if g := &e.groups[latest]; s.N > g.depth {
			g.depth = s.N
		}
		if !usual {
			latest = -1
		}
	}
}

// resolve goes on from the space that was asked.
func (e *Engine) resolve(r *Result) {
	if r.Asked == none {
		return
	}
	if e.paused.space(r.Asked) {
		r.Path = abi.SlotPaused
		return
	}
	e.identify(r)
	sp := e.view.Space(r.Space)
	r.Environment = sp.Environment()
	if r.Mode == abi.Nobody {
		return
	}
	if e.paused.space(r.Space) {
		r.Mode, r.Path = abi.Nobody, r.Path|abi.SlotPaused
		return
	}
	e.frame(r.Environment)
}

// identify is the identification table: the space that answers in place of
// the one asked, and how the target was identified.
func (e *Engine) identify(r *Result) {
	sp := e.view.Space(r.Asked)
	env := e.view.Environment(sp.Environment())
	r.Space, r.Mode = r.Asked, abi.Anonymous
	if env.Kind() == snapshot.KindAnonymous {
		return
	}
	explicit, implicit := e.call.Identity.Resolve(e.view, env)
	if explicit {
		r.Path |= abi.SlotExplicit
	}
	if implicit {
		r.Path |= abi.SlotCookie
	}
	switch {
	case explicit:
		r.Mode = abi.Explicit
	case implicit && sp.Flags()&snapshot.SpaceImplicit != 0:
		r.Mode = abi.Implicit
	case sp.Flags()&snapshot.SpaceFallback != 0:
		r.Space = sp.Linked()
	default:
		r.Mode = abi.Nobody
	}
}

// Resolve reports whether the explicit key resolves in an identified
// environment, and whether the cookie matches one of its persons. A person that
// was found by a key of another source is neither.
func (id *Identity) Resolve(v *snapshot.View, env *snapshot.Environment) (explicit, implicit bool) {
	if env.People() == none && !id.HasRecords {
		return id.Given, id.Linked
	}
	source := v.Name(env.People())
	for i := range id.Records {
		p := &id.Records[i]
		if len(p.Source) > 0 && len(source) > 0 && !bytes.Equal(p.Source, source) {
			continue
		}
		switch {
		case !id.Given || !bytes.Equal(p.Key, id.Key):
			implicit = true
		case id.sourceFits(source):
			explicit = true
		}
	}
	return explicit, implicit
}

func (id *Identity) sourceFits(source []byte) bool {
	return len(id.Source) == 0 || len(source) == 0 || bytes.Equal(id.Source, source)
}

// FindSpaces appends the spaces that slots ask for to list, which is empty. Slots
// of one space mostly stand together, and it is looked for once.
func FindSpaces(list []uint32, v *snapshot.View, host []byte, slots []abi.Slot) []uint32 {
	for i := range slots {
		if i > 0 && asksSame(&slots[i-1], &slots[i]) {
			list = append(list, list[i-1])
		} else {
			list = append(list, FindSpace(v, host, &slots[i]))
		}
	}
	return list
}

// asksSame reports whether two slots name one space.
func asksSame(a, b *abi.Slot) bool {
	return bytes.Equal(a.Space, b.Space) && bytes.Equal(a.Environment, b.Environment) &&
		(a.Environment == nil) == (b.Environment == nil)
}

// FindSpace is the space that a slot asks for, or snapshot.None: in the
// environment that it names, else in the site's, else (a catalog without
// sites) in the only environment that has a space of that name.
func FindSpace(v *snapshot.View, host []byte, s *abi.Slot) uint32 {
	name := v.Find(s.Space)
	if name == none {
		return none
	}
	if s.Environment != nil {
		env := v.FindEnvironment(v.Find(s.Environment))
		if env == none {
			return none
		}
		return v.FindSpace(v.Environment(env), name)
	}
	if env, ok := v.FindSite(host); ok {
		if env == none {
			return none
		}
		return v.FindSpace(v.Environment(env), name)
	}
	return onlySpace(v, name)
}

func onlySpace(v *snapshot.View, name uint32) uint32 {
	found := none
	for i := range v.Count(snapshot.SecEnvironments) {
		sp := v.FindSpace(v.Environment(i), name)
		if sp == none {
			continue
		}
		if found != none {
			return none
		}
		found = sp
	}
	return found
}
