package guest

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
	"github.com/profferhq/proffer/plugin/visitor"
)

// tracking reports whether what becomes of this call's propositions may be
// noted later. A page that is fetched ahead stores nothing, but what a visitor
// then does on it counts.
func (g *Guest) tracking() bool {
	return g.page.consent && !g.page.request.Flags.Has(abi.FlagNoStore)
}

// storing reports whether anything may be stored for this call.
func (g *Guest) storing() bool { return g.tracking() && !g.page.prefetched }

// writePropositions lists what is to be stored: what a space that stores
// propositions presented in a slot that the body holds or may hold.
func (g *Guest) writePropositions() {
	p := &g.page
	propositions, events := p.request.Want.Has(abi.WantPropositions), p.request.Want.Has(abi.WantEvents)
	if !g.storing() || p.answer.Interaction == nil || !propositions && !events {
		return
	}
	list := g.engine.Propositions()
	for i := range list {
		q := &list[i]
		if !g.stores(q) {
			continue
		}
		out := g.proposition(q, p.ids[i][:])
		if propositions {
			p.answer.Propositions = append(p.answer.Propositions, out)
		}
		if events {
			p.answer.Events = append(p.answer.Events, g.shown(&out, q.Held))
		}
	}
}

func (g *Guest) proposition(q *decide.Proposition, id []byte) abi.Proposition {
	o, sp := g.view.Offer(q.Offer), g.view.Space(q.Space)
	env := g.view.Environment(q.Environment)
	out := abi.Proposition{
		ID: id, Offer: g.view.Name(o.Code()), Space: g.view.Name(sp.Name()),
		Environment: g.view.Name(env.Name()), Channel: g.view.Name(sp.Channel()),
		Categories: g.path(o.Category()), Storage: abi.StorageVisitor,
		Rank: q.Rank, Weight: q.Weight, Time: g.page.request.Time, Mode: q.Mode, Fallback: q.Fallback,
		Status: g.status(q), Shown: g.placed(q),
	}
	if env.Kind() == snapshot.KindIdentified {
		out.Storage = abi.StorageRecipient
		out.Target = g.personKey(env, q.Mode)
	} else if g.page.state.Known {
		out.Target = wire.AppendHex(g.page.idText[:0], g.page.state.ID[:])
	}
	return out
}

// path is the names of a category and its ancestors, root first.
func (g *Guest) path(cat uint32) [][]byte {
	p := &g.page
	start := len(p.names)
	list := g.view.Category(cat).Path()
	for i := list.Start; i < list.End(); i++ {
		p.names = append(p.names, g.view.Name(g.view.List(i)))
	}
	return p.names[start:len(p.names):len(p.names)]
}

// personKey is the key of the person that an environment's target is, empty
// where it is known by the link alone.
func (g *Guest) personKey(env *snapshot.Environment, mode abi.Identification) []byte {
	if mode == abi.Explicit {
		return g.page.identity.key
	}
	if person := g.person(env); person != nil {
		return person.Key
	}
	return []byte{}
}

// writeVisitor puts the visitor into the answer and, if its content changed,
// the cookie.
func (g *Guest) writeVisitor() {
	p := &g.page
	secure := p.request.Flags.Has(abi.FlagSecure)
	g.expire(visitor.Name(secure), p.sentOurs && !p.consent)
	g.expire(visitor.EventsCookie(secure), p.sentEvents)
	keeps := g.storing() && p.state.Known
	if keeps {
		g.freeze()
		g.fitData()
		g.tell()
		g.noteShown()
	}
	if p.consent && p.request.Want.Has(abi.WantPropositions) {
		g.describeVisitor()
	}
	if !keeps {
		return
	}
	g.writeBody()
	if p.changed {
		if out, ok := visitor.AppendSetCookie(p.out, g.config.keys, p.body, secure); ok {
			g.cookie(out)
		}
	}
}

// expire removes one of our cookies from a browser that sent it. It is not
// inlined, for the module's size.
//
//go:noinline
func (g *Guest) expire(name string, sent bool) {
	if sent {
		g.cookie(visitor.AppendExpire(g.page.out, name, g.page.request.Flags.Has(abi.FlagSecure)))
	}
}

// cookie adds what was appended to p.out as a Set-Cookie value. An answer that
// sets one is personal. It is not inlined, for the module's size.
//
//go:noinline
func (g *Guest) cookie(out []byte) {
	p := &g.page
	start := len(p.out)
	p.out = out
	p.answer.Cookies = append(p.answer.Cookies, out[start:len(out):len(out)])
	p.answer.Cache = abi.CachePrivate
}

// describeVisitor answers with the visitor as it is after the decision: of the
// first anonymous environment that was reached, else of the first.
func (g *Guest) describeVisitor() {
	p := &g.page
	a := &p.answer
	reached := g.engine.Reached()
	if len(reached) == 0 {
		return
	}
	a.HasVisitor = true
	a.Visitor = abi.VisitorAnswer{New: p.fresh}
	if p.state.Known {
		copy(p.idBytes[:], p.state.ID[:])
		a.Visitor.ID = p.idBytes[:]
	}
	show := reached[0]
	for _, index := range reached {
		if g.view.Environment(index).Kind() == snapshot.KindAnonymous {
			show = index
			break
		}
	}
	env := g.view.Environment(show)
	if env.Folder() != snapshot.None {
		a.Visitor.Folder = g.view.Name(env.Folder())
	}
	a.Visitor.Attributes = g.attributes(env, g.targets(show))
}

// targets are an environment's target attributes after the decision.
func (g *Guest) targets(index uint32) []expr.Value {
	if g.storing() {
		return g.engine.Stored(index)
	}
	return g.engine.Target(index)
}

func (g *Guest) attributes(env *snapshot.Environment, values []expr.Value) abi.Attributes {
	p := &g.page
	present := 0
	for i := range values {
		if values[i].Kind != expr.Missing {
			present++
		}
	}
	start := len(p.text)
	p.text = wire.AppendMap(p.text, present)
	for i := range values {
		if values[i].Kind == expr.Missing {
			continue
		}
		a := g.view.Attribute(env.Target().Start + uint32(i))
		p.text = wire.AppendStrBytes(p.text, g.view.Name(a.Name()))
		p.text = appendValue(p.text, &values[i])
	}
	return abi.Attributes(p.text[start:len(p.text):len(p.text)])
}

// appendValue writes a value as msgpack; a list is msgpack already.
func appendValue(dst []byte, v *expr.Value) []byte {
	switch v.Kind {
	case expr.Bool:
		return wire.AppendBool(dst, v.Bits != 0)
	case expr.Int:
		return wire.AppendInt(dst, int64(v.Bits))
	case expr.Double:
		f, _ := expr.Number(*v)
		return wire.AppendFloat(dst, f)
	case expr.String:
		return wire.AppendStrBytes(dst, v.Bytes)
	case expr.List:
		return append(dst, v.Bytes...)
	}
	return wire.AppendNil(dst)
}
