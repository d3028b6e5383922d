package guest

import (
	"bytes"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
	"github.com/profferhq/proffer/plugin/visitor"
)

// section is what the cookie's section of an environment that answered is made
// of.
type section struct {
	place  int              // of the environment among those that answered
	old    *visitor.Section // as it was sent, or nil
	person bool             // of the linked person, else of the visitor
	name   uint32
	data   []byte // the attributes that were sent
	away   bool   // they are in the host's store, and not in the cookie

	schema        []decide.Declared
	before, after []expr.Value
	changed       []bool
	held          []held
}

// section gathers what belongs to an environment that answered, whose first
// attribute is the one at first among those of all that did.
func (g *Guest) section(s *section, place, first int) {
	index := g.engine.Reached()[place]
	env := g.view.Environment(index)
	s.place = place
	s.person, s.name = env.Kind() == snapshot.KindIdentified, env.Section()
	s.old = g.page.state.Section(s.person, s.name)
	s.data = s.old.Data()
	s.away = !s.person && g.page.chronicles[place].away
	s.schema, s.changed = g.engine.Schema(index), g.engine.Changed(index)
	s.before, s.after = g.engine.Target(index), g.engine.Stored(index)
	s.held = g.page.held[first : first+len(s.schema)]
}

// sent is the value of an attribute in the cookie that was sent, or nil.
func (s *section) sent(i int) []byte {
	h := &s.held[i]
	if h.end == 0 {
		return nil
	}
	return s.data[h.at:h.end]
}

// datum is the value of an attribute in the cookie to be set, or nil: what this
// call has written, else what the visitor's record holds. It is good until the
// next call.
func (g *Guest) datum(s *section, i int) []byte {
	own := s.held[i].own
	switch {
	case s.after[i].Kind == expr.Missing, s.away:
		return nil
	case s.changed[i], own == ownRecord:
		return g.encode(&s.after[i])
	case own == ownCookie: // the person's own, whatever a people source says over it
		return s.sent(i)
	}
	return nil
}

// writeBody makes the cookie's new content: head, then the sections of the
// environments that answered, then those of others as they were.
func (g *Guest) writeBody() {
	p := &g.page
	g.forget()
	for {
		g.assemble()
		excess := len(p.body) - visitor.MaxBody
		if excess <= 0 {
			return
		}
		if !g.makeRoom(excess) {
			break
		}
	}
	p.strict = true // nothing is left to make room, so whole sections go
	g.assemble()
	p.strict = false
}

// assemble appends everything, whether it fits or not.
func (g *Guest) assemble() {
	p := &g.page
	p.body = p.state.AppendHead(p.body[:0])
	first := 0
	for e := range g.engine.Reached() {
		var s section
		g.section(&s, e, first)
		if !g.follows(e) {
			g.writeSection(&s, first)
		}
		first += len(s.schema)
	}
	for i := range p.state.Sections[:p.state.N] {
		if t := &p.state.Sections[i]; !g.answered(t) {
			w := visitor.BeginSection(p.body, t.Person, t.Name)
			w.Data(t)
			g.finishSection(&w, t.Person, t.Name, t)
		}
	}
}

// writeSection writes the section of an environment that answered, with what
// others that answered keep in it. first is the place of its first attribute.
func (g *Guest) writeSection(s *section, first int) {
	w := visitor.BeginSection(g.page.body, s.person, s.name)
	g.writeData(&w, s)
	for e := s.place + 1; e < len(g.engine.Reached()); e++ {
		first += len(g.engine.Schema(g.engine.Reached()[e-1]))
		if g.shares(s.place, e) {
			var t section
			g.section(&t, e, first)
			g.writeData(&w, &t)
		}
	}
	g.carry(s.place, &w)
	g.finishSection(&w, s.person, s.name, s.old)
}

// finishSection writes what a section holds beside attributes, and takes it into
// the body.
func (g *Guest) finishSection(w *visitor.Writer, person bool, name uint32, old *visitor.Section) {
	for i := range g.page.chronicles {
		if c := &g.page.chronicles[i]; c.person == person && c.section == name {
			w.AppendHistory(c.env, &c.history)
		}
	}
	w.Other(old)
	g.addSection(w.End())
}

// writeData writes the attributes of an environment that answered, less those
// that an earlier one has written into its section already.
func (g *Guest) writeData(w *visitor.Writer, s *section) {
	p := &g.page
	for i := range s.schema {
		if g.repeats(s.place, i) {
			continue
		}
		value := g.datum(s, i)
		if value == nil {
			continue
		}
		if s.held[i].own != ownCookie || s.changed[i] {
			p.changed = p.changed || !bytes.Equal(value, s.sent(i))
		}
		w.Attribute(s.schema[i].Hash, value)
	}
}

// addSection takes a body with one more section; in the end only if it still
// fits into a cookie. What comes last is what this call has not used.
func (g *Guest) addSection(body []byte) {
	if !g.page.strict || len(body) <= visitor.MaxBody {
		g.page.body = body
	}
}

// fitData takes back what does not fit into the cookie's budget, from the last
// attribute on: values that this call has written stay as they were, and of a
// host's record, which stands in place of the cookie, some are left out.
func (g *Guest) fitData() {
	excess := g.foreignData() - visitor.MaxData
	if excess+g.mostData() <= 0 {
		return
	}
	var s section
	first := 0
	reached := g.engine.Reached()
	for e := range reached {
		g.section(&s, e, first)
		for i := range s.schema {
			if !g.repeats(e, i) {
				excess += dataSize(g.datum(&s, i))
			}
		}
		first += len(s.schema)
	}
	for e := len(reached) - 1; e >= 0 && excess > 0; e-- {
		first -= len(g.engine.Schema(reached[e]))
		g.section(&s, e, first)
		excess -= g.takeBack(&s, excess)
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
func (g *Guest) takeBack(s *section, excess int) (freed int) {
	for i := len(s.after) - 1; i >= 0 && freed < excess; i-- {
		if g.repeats(s.place, i) {
			continue
		}
		size := dataSize(g.datum(s, i))
		if less := size - dataSize(s.sent(i)); less <= 0 {
			continue
		}
		s.after[i], s.changed[i] = s.before[i], false
		if left := dataSize(g.datum(s, i)); left < size {
			freed += size - left
			continue
		}
		s.held[i].own = ownNone
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

// encode is a value as msgpack, until the next call.
func (g *Guest) encode(v *expr.Value) []byte {
	start := len(g.page.text)
	out := appendValue(g.page.text, v)
	g.page.text = out[:start]
	return out[start:]
}
