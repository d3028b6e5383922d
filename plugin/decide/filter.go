package decide

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/expr"
)

// perOffer are the uses that make a program's result differ between offers,
// perGroup those that make it differ between groups of one environment.
const (
	perOffer = uint32(snapshot.UsesOffer | snapshot.UsesOfferPath)
	perGroup = uint32(snapshot.UsesSpace)
)

// enter prepares an environment's scope for a group.
//
//go:noinline
func (e *Engine) enter(f *frame, r *Result, s *abi.Slot) {
	if f.entered && (f.ownData || len(s.Attributes) > 0) {
		f.forget()
	}
	b := &f.scope.Builtin
	if !f.entered {
		f.entered = true
		e.callScope(f)
		e.callData(f, nil)
	}
	if f.ownData || len(s.Attributes) > 0 {
		e.callData(f, s.Attributes)
		f.ownData = len(s.Attributes) > 0
	}
	if f.shownMode != r.Mode {
		f.shownMode = r.Mode
		setText(&b[snapshot.BuiltinMode], e.modes[r.Mode])
	}
	if f.shownSpace != r.Space {
		f.shownSpace = r.Space
		sp := e.view.Space(r.Space)
		setText(&b[snapshot.BuiltinSpace], e.view.Name(sp.Name()))
		setText(&b[snapshot.BuiltinChannel], e.view.Name(sp.Channel()))
	}
}

// callScope sets what is equal for all groups of a call.
func (e *Engine) callScope(f *frame) {
	b := &f.scope.Builtin
	setMaybe(&b[snapshot.BuiltinLanguage], e.call.Language)
	setMaybe(&b[snapshot.BuiltinHost], e.call.Host)
	setMaybe(&b[snapshot.BuiltinPath], e.call.Path)
	setMaybe(&b[snapshot.BuiltinCountry], e.call.Country)
	setMaybe(&b[snapshot.BuiltinDevice], e.call.Device)
	b[snapshot.BuiltinTime].SetMillis(e.call.Time)
	visit := &b[snapshot.BuiltinNewVisit]
	visit.Kind, visit.Bits = expr.Bool, 0
	if e.call.Visitor.New {
		visit.Bits = 1
	}
	if !e.armed {
		e.drawArms()
	}
	if !e.read {
		e.read = true
		Sent(e.view, e.call.Query, e.call.Headers, e.sent, e.decoded)
	}
}

// callData sets the declared call data: the call's, overridden by the slot's
// own. Names that the environment does not declare are left out.
func (e *Engine) callData(f *frame, own []abi.Attribute) {
	for _, i := range f.given {
		f.scope.Interaction[i].Kind = expr.Missing
	}
	f.given = f.given[:0]
	e.setData(f, e.call.Attributes)
	e.setData(f, own)
}

// setData sets some of the call data. Calls of a site name their data in the same
// order, so each is looked for where it was before.
func (e *Engine) setData(f *frame, list []abi.Attribute) {
	for i := range list {
		a, at := &list[i], uint32(0)
		if i < len(f.guesses) {
			at = f.guesses[i]
		}
		if at >= uint32(len(f.data)) || !equalNames(f.data[at].name, a.Name) {
			if at = e.view.FindAttribute(f.env.Attributes(), a.Name); at == none {
				continue
			}
			if i < len(f.guesses) {
				f.guesses[i] = at
			}
		}
		v := &f.scope.Interaction[at]
		had := v.Kind != expr.Missing
		v.Kind = expr.Missing
		if Set(v, a.Value, f.data[at].typ) && !had {
			f.given = append(f.given, at)
		}
	}
}

// equalNames compares short names: bytes.Equal is two calls in WebAssembly.
func equalNames(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for len(a) > 8 && len(b) > 8 {
		if word(a[:8]) != word(b[:8]) {
			return false
		}
		a, b = a[8:], b[8:]
	}
	if n := len(a); n >= 4 && n == len(b) {
		return half(a[:4]) == half(b[:4]) && half(a[n-4:]) == half(b[n-4:]) // these may overlap
	}
	for i := range a {
		if i < len(b) && a[i] != b[i] {
			return false
		}
	}
	return true
}

// half is half a word.
func half(b []byte) uint32 {
	_ = b[3]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

// offerScope sets those of offer.* that a program reads, for the offer that is
// looked at. Few programs read any, so they are set when one does.
//
//go:noinline
func (e *Engine) offerScope(f *frame, uses uint32) {
	o := e.view.Offer(f.offer)
	if uses&uint32(snapshot.UsesOfferPath) != 0 && f.shownPath != o.Category() {
		f.shownPath = o.Category()
		e.pathScope(f, o.Category())
	}
	if uses&uint32(snapshot.UsesOffer) == 0 || f.shownOffer == f.offer {
		return
	}
	f.shownOffer = f.offer
	setText(&f.scope.Builtin[snapshot.BuiltinCode], e.view.Name(o.Code()))
	first, r := o.Attributes(), f.env.OfferAttributes()
	for i := range f.scope.Offer {
		f.scope.Offer[i] = Value(e.view.OfferAttribute(first+uint32(i)), e.view.Attribute(r.Start+uint32(i)).Type())
	}
}

// pathScope sets the part of offer.* that all offers of a category share.
func (e *Engine) pathScope(f *frame, cat uint32) {
	c := e.view.Category(cat)
	cats, themes := c.Lists()
	b := &f.scope.Builtin
	setText(&b[snapshot.BuiltinCategory], e.view.Name(c.Name()))
	setList(&b[snapshot.BuiltinCategories], e.view.Value(cats))
	setList(&b[snapshot.BuiltinThemes], e.view.Value(themes))
}

// What stores a slice into a value is called and not inlined: with its write
// barrier it takes 250 bytes of WebAssembly at each place.

//go:noinline
func setText(v *expr.Value, s []byte) { v.Kind, v.Bits, v.Bytes = expr.String, 0, s }

// setMaybe sets a string that may be missing.
func setMaybe(v *expr.Value, s []byte) {
	if v.Kind = expr.Missing; s != nil {
		setText(v, s)
	}
}

// setList sets a list as the compiler wrote it; the evaluator checks what it
// reads of one.
func setList(v *expr.Value, list []byte) {
	setText(v, list)
	if v.Kind = expr.List; list == nil {
		v.Kind = expr.Missing
	}
}

// holds reports whether a filter is true; one that fails is not.
func (e *Engine) holds(f *frame, filter uint32) bool {
	return filter == none || e.truth(f, filter)
}

// truth evaluates a condition, once for each set of what it reads.
//
//go:noinline
func (e *Engine) truth(f *frame, program uint32) bool {
	uses := e.view.Uses(program)
	if uses&(perOffer|perGroup) != 0 {
		if uses&perOffer != 0 {
			e.offerScope(f, uses)
		}
		return e.machine.Holds(e.view.Program(program), &f.scope)
	}
	mark := &f.memo[program]
	if f.known(*mark) == unknown {
		*mark = f.age | fail
		if e.machine.Holds(e.view.Program(program), &f.scope) {
			*mark = f.age | pass
		}
	}
	return *mark == f.age|pass
}

// number evaluates a weight, and reports whether it is a number; one that fails
// is 0.
func (e *Engine) number(f *frame, program uint32) (float64, bool) {
	if uses := e.view.Uses(program); uses&perOffer != 0 {
		e.offerScope(f, uses)
	}
	return expr.Number(e.machine.Eval(e.view.Program(program), &f.scope))
}
