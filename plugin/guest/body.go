package guest

import (
	"bytes"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/expr"
	"github.com/profferhq/proffer/plugin/visitor"
)

// writeBody makes the cookie's new content: head, then the sections of the
// environments that answered, then those of others as they were.
func (g *Guest) writeBody() {
	p := &g.page
	p.body = p.state.AppendHead(p.body[:0])
	first := 0
	for e, index := range g.engine.Reached() {
		if !g.follows(e) {
			g.writeSection(e, first)
		}
		first += len(g.engine.Target(index))
	}
	for i := range p.state.Sections[:p.state.N] {
		if t := &p.state.Sections[i]; !g.answered(t) {
			g.addSection(t.AppendSection(p.body))
		}
	}
}

// fitData takes back what does not fit into the cookie's budget, from the last
// attribute on: values that this call has written stay as they were, and of a
// host's record, which stands in place of the cookie, some are left out.
func (g *Guest) fitData() {
	p := &g.page
	excess := g.foreignData() - visitor.MaxData
	if excess+g.mostData() <= 0 {
		return
	}
	first := 0
	reached := g.engine.Reached()
	for e, index := range reached {
		env := g.view.Environment(index)
		for i := range g.engine.Target(index) {
			if !g.repeats(e, i) {
				excess += dataSize(g.datum(index, env, i, p.own[first+i]))
			}
		}
		first += len(g.engine.Target(index))
	}
	for e := len(reached) - 1; e >= 0 && excess > 0; e-- {
		first -= len(g.engine.Target(reached[e]))
		excess -= g.takeBack(e, p.own[first:], excess)
	}
}

// mostData is a number of bytes that the sections of the environments that
// answered do not exceed, whatever of their values is written.
func (g *Guest) mostData() (n int) {
	const name, scalar, head = 4, 9, 5 // of msgpack's longest forms
	for _, index := range g.engine.Reached() {
		after := g.engine.Stored(index)
		for i := range after {
			if v := &after[i]; v.Kind == expr.String || v.Kind == expr.List {
				n += name + head + len(v.Bytes)
			} else if v.Kind != expr.Missing {
				n += name + scalar
			}
		}
	}
	return n
}

// takeBack frees up to excess bytes in one section and says how many.
func (g *Guest) takeBack(e int, own []bool, excess int) (freed int) {
	index := g.engine.Reached()[e]
	env := g.view.Environment(index)
	before, after := g.engine.Target(index), g.engine.Stored(index)
	for i := len(after) - 1; i >= 0 && freed < excess; i-- {
		if g.repeats(e, i) {
			continue
		}
		size := dataSize(g.datum(index, env, i, own[i]))
		if less := size - dataSize(g.held(env, i)); less <= 0 {
			continue
		}
		after[i] = before[i]
		if left := dataSize(g.datum(index, env, i, own[i])); left < size {
			freed += size - left
			continue
		}
		own[i] = false
		freed += size
	}
	return freed
}

// dataSize is how many bytes of a section a value takes with its name.
func dataSize(value []byte) int {
	if value == nil {
		return 0
	}
	return 4 + len(value)
}

// held is the value of an attribute in the cookie that was sent, or nil.
func (g *Guest) held(env *snapshot.Environment, i int) []byte {
	t := g.page.state.Section(env.Kind() == snapshot.KindIdentified, env.Section())
	return t.Find(g.view.Attribute(env.Target().Start + uint32(i)).Hash())
}

// datum is the value of an attribute in the cookie to be set, or nil: what this
// call has written, else what the visitor's record holds (own). It is good
// until the next call.
func (g *Guest) datum(index uint32, env *snapshot.Environment, i int, own bool) []byte {
	before, after := &g.engine.Target(index)[i], &g.engine.Stored(index)[i]
	switch {
	case after.Kind == expr.Missing:
		return nil
	case !sameValue(before, after), own && env.Kind() == snapshot.KindAnonymous:
		return g.encode(after)
	case own: // the person's own, whatever a people source says over it
		return g.held(env, i)
	}
	return nil
}

// answered reports whether a section belongs to an environment of this call.
func (g *Guest) answered(t *visitor.Section) bool {
	for _, index := range g.engine.Reached() {
		env := g.view.Environment(index)
		if env.Section() == t.Name && (env.Kind() == snapshot.KindIdentified) == t.Person {
			return true
		}
	}
	return false
}

// foreignData is how many bytes of visitor data stay as they are: those of other
// sections, and what environments that did not answer keep in a shared one.
func (g *Guest) foreignData() (n int) {
	s := &g.page.state
	for i := range s.Sections[:s.N] {
		if !g.answered(&s.Sections[i]) {
			n += s.Sections[i].DataSize()
		}
	}
	for e := range g.engine.Reached() {
		if !g.follows(e) {
			n += g.carry(e, nil)
		}
	}
	return n
}

// writeSection writes the section of an environment that answered, with what
// others that answered keep in it. first is its place in p.own.
func (g *Guest) writeSection(e, first int) {
	p := &g.page
	reached := g.engine.Reached()
	env := g.view.Environment(reached[e])
	person := env.Kind() == snapshot.KindIdentified
	w := visitor.BeginSection(p.body, person, env.Section())
	g.writeData(&w, e, first)
	for f := e + 1; f < len(reached); f++ {
		first += len(g.engine.Target(reached[f-1]))
		if g.shares(e, f) {
			g.writeData(&w, f, first)
		}
	}
	g.carry(e, &w)
	w.Other(p.state.Section(person, env.Section()))
	g.addSection(w.End())
}

// writeData writes the attributes of an environment that answered, less those
// that an earlier one has written into its section already.
func (g *Guest) writeData(w *visitor.Writer, e, first int) {
	p := &g.page
	index := g.engine.Reached()[e]
	env := g.view.Environment(index)
	for i := range g.engine.Target(index) {
		if g.repeats(e, i) {
			continue
		}
		value := g.datum(index, env, i, p.own[first+i])
		if value == nil {
			continue
		}
		p.changed = p.changed || !bytes.Equal(value, g.held(env, i))
		w.Attribute(g.view.Attribute(env.Target().Start+uint32(i)).Hash(), value)
	}
}

// addSection takes a body with one more section, if it still fits into a
// cookie. What comes last is what this call has not used.
func (g *Guest) addSection(body []byte) {
	if len(body) <= visitor.MaxBody {
		g.page.body = body
	}
}

// encode is a value as msgpack, until the next call.
func (g *Guest) encode(v *expr.Value) []byte {
	start := len(g.page.text)
	out := appendValue(g.page.text, v)
	g.page.text = out[:start]
	return out[start:]
}

func sameValue(a, b *expr.Value) bool {
	return a.Kind == b.Kind && a.Bits == b.Bits && bytes.Equal(a.Bytes, b.Bytes)
}
