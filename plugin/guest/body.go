package guest

import (
	"bytes"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/expr"
	"github.com/profferhq/proffer/plugin/visitor"
)

// writeBody makes the cookie's new content: head, then the sections of the
// environments that answered, then those of others as they were. Attributes
// that do not fit into the budget keep what the cookie held.
func (g *Guest) writeBody() {
	p := &g.page
	p.body = p.state.AppendHead(p.body[:0])
	budget := visitor.MaxData - g.foreignData()
	first := 0
	for _, index := range g.engine.Reached() {
		env := g.view.Environment(index)
		own := p.own[first : first+int(env.Target().Count)]
		first += len(own)
		budget = g.writeSection(index, env, own, budget)
	}
	for i := range p.state.Sections[:p.state.N] {
		if t := &p.state.Sections[i]; !g.answered(t) {
			g.addSection(t.AppendSection(p.body))
		}
	}
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

// foreignData is how many bytes of visitor data other sections hold.
func (g *Guest) foreignData() (n int) {
	s := &g.page.state
	for i := range s.Sections[:s.N] {
		if !g.answered(&s.Sections[i]) {
			n += s.Sections[i].DataSize()
		}
	}
	return n
}

// writeSection writes the section of an environment that answered: the
// attributes that it held and those that were written. It gives what is left
// of the budget.
func (g *Guest) writeSection(index uint32, env *snapshot.Environment, own []bool, budget int) int {
	p := &g.page
	person := env.Kind() == snapshot.KindIdentified
	old := p.state.Section(person, env.Section())
	w := visitor.BeginSection(p.body, person, env.Section())
	before, after := g.engine.Target(index), g.engine.Stored(index)
	for i := range after {
		changed := !sameValue(&before[i], &after[i])
		if !own[i] && !changed || after[i].Kind == expr.Missing {
			continue
		}
		hash := g.view.Attribute(env.Target().Start + uint32(i)).Hash()
		value := g.encode(&after[i])
		if len(value)+4 > budget {
			value, changed = old.Find(hash), false
		}
		if value == nil {
			continue
		}
		budget -= len(value) + 4
		p.changed = p.changed || changed || !bytes.Equal(value, old.Find(hash))
		w.Attribute(hash, value)
	}
	w.Other(old)
	g.addSection(w.End())
	return budget
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
	g.page.text = appendValue(g.page.text, v)
	return g.page.text[start:]
}

func sameValue(a, b *expr.Value) bool {
	return a.Kind == b.Kind && a.Bits == b.Bits && bytes.Equal(a.Bytes, b.Bytes)
}
