package decide

import (
	"bytes"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/expr"
)

// Store evaluates what the spaces that answered write about the target, after
// the decision: every expression sees the target as it was before. Written is
// how many attributes got a value. A space writes once a call; where two write
// one attribute, of one environment or of two that share a folder, the later
// slot's space wins. An expression that fails leaves
// the attribute as it was.
func (e *Engine) Store() (written int) {
	e.beginWrites()
	for g := range e.groups[:e.ngroups] {
		r := &e.results[e.groups[g].first]
		sp := e.view.Space(r.Space)
		if sp.Writes().Count == 0 || e.answeredBefore(g, r.Space) {
			continue
		}
		f := e.frames[r.Environment]
		e.enter(f, r, &e.call.Slots[e.groups[g].first])
		written += e.write(f, sp.Writes())
	}
	return written
}

// Accept evaluates what a space, named by its Hash32, writes about the target of
// a reached environment when an offer is accepted: between Resolve and Decide, so
// that the decision sees it. An expression that fails leaves the attribute as it
// was, and none sees what another one of the space has written.
func (e *Engine) Accept(env, space uint32) {
	f := e.frames[env]
	r := f.env.Spaces()
	for i := r.Start; i < r.End(); i++ {
		sp := e.view.Space(i)
		if sp.AcceptanceWrites().Count == 0 || snapshot.Hash32(e.view.Name(sp.Name())) != space {
			continue
		}
		e.enter(f, &Result{Space: i, Mode: e.modeOf(env)}, &abi.Slot{})
		e.beginWrites()
		e.write(f, sp.AcceptanceWrites())
		for _, i := range e.reached {
			copy(e.frames[i].scope.Target, e.frames[i].next)
			e.frames[i].forget()
		}
		return
	}
}

// beginWrites makes what is written begin with what there is.
func (e *Engine) beginWrites() {
	for _, i := range e.reached {
		copy(e.frames[i].next, e.frames[i].scope.Target)
	}
}

// modeOf is how the target of a reached environment was identified: in the first
// slot that reached it.
func (e *Engine) modeOf(env uint32) abi.Identification {
	for i := range e.call.Slots {
		if r := &e.results[i]; r.Environment == env && r.Mode != abi.Nobody {
			return r.Mode
		}
	}
	return abi.Nobody
}

// answeredBefore reports whether an earlier group was answered by the space.
func (e *Engine) answeredBefore(g int, space uint32) bool {
	for h := range e.groups[:g] {
		if e.results[e.groups[h].first].Space == space {
			return true
		}
	}
	return false
}

// write evaluates what a space writes about the target.
func (e *Engine) write(f *frame, r snapshot.Range) (written int) {
	for i := r.Start; i < r.End(); i++ {
		w := e.view.Write(i)
		v := e.machine.Eval(e.view.Program(w.Program()), &f.scope)
		if v.Kind == expr.Error || v.Kind == expr.Missing {
			continue
		}
		if e.keep(&v) {
			i := w.Attribute()
			f.next[i] = v
			f.changed[i] = f.changed[i] || !same(&v, &f.scope.Target[i])
			written++
			e.share(f, w.Attribute(), v)
		}
	}
	return written
}

// share gives a value that was written to the other environments of this call
// that keep their visitors in the same folder and know the attribute.
func (e *Engine) share(f *frame, attribute uint32, v expr.Value) {
	if f.env.Flags()&snapshot.EnvironmentSharesFolder == 0 {
		return
	}
	own := e.view.Attribute(f.env.Target().Start + attribute)
	for _, index := range e.reached {
		other := e.frames[index]
		if other == f || other.env.Flags()&snapshot.EnvironmentSharesFolder == 0 || other.env.Folder() != f.env.Folder() {
			continue
		}
		r := other.env.Target()
		at := e.view.FindAttribute(r, e.view.Name(own.Name()))
		if at != none && e.view.Attribute(r.Start+at).Type() == own.Type() {
			other.next[at] = v
		}
	}
}

// keep copies a string or list out of the machine's scratch.
func (e *Engine) keep(v *expr.Value) bool {
	if len(e.arena)+len(v.Bytes) > cap(e.arena) {
		return false
	}
	if len(v.Bytes) > 0 {
		start := len(e.arena)
		e.arena = append(e.arena, v.Bytes...)
		v.Bytes = e.arena[start:]
	}
	return true
}

func same(a, b *expr.Value) bool {
	return a.Kind == b.Kind && a.Bits == b.Bits && bytes.Equal(a.Bytes, b.Bytes)
}

// Changed says of each target attribute of a reached environment whether Store,
// or Accept before, gave it another value.
func (e *Engine) Changed(env uint32) []bool { return e.frames[env].changed }

// Stored are the target attributes of a reached environment after Store.
func (e *Engine) Stored(env uint32) []expr.Value { return e.frames[env].next }

// Content is what the placeholders of a result's content may read.
type Content struct {
	engine  *Engine
	result  *Result
	entered bool
}

// Content makes ready for the placeholders of a result's content; that of an
// earlier result must not be used any more.
func (e *Engine) Content(r *Result) *Content {
	e.content = Content{engine: e, result: r}
	return &e.content
}

// Scope is the state of the result's environment, entered for its group and
// offer.
func (c *Content) Scope(program uint32) *expr.Scope {
	e, r := c.engine, c.result
	f := e.frames[r.Environment]
	if !c.entered {
		c.entered = true
		e.enter(f, r, &e.call.Slots[e.groups[r.group].first])
		f.offer = r.Offer
	}
	if uses := e.view.Uses(program); uses&perOffer != 0 {
		e.offerScope(f, uses)
	}
	return &f.scope
}
