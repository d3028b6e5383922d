package guest

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/number"
	"github.com/profferhq/proffer/plugin/render"
)

// writeSlots appends the head of the answer and the outcome of every slot, with
// what the request wants of the content. A slot that the body lacks is not
// rendered. Inlined, its loop takes three times as long.
//
//go:noinline
func (g *Guest) writeSlots(dst []byte) []byte {
	p := &g.page
	a := &p.answer
	a.Snapshot = g.view.Hash()
	a.Listed = p.listed
	if a.Holdout = g.engine.HeldOut(); a.Holdout {
		a.Cache = abi.CachePrivate // another visitor's page has offers
	}
	results := g.engine.Results()
	dst = abi.AppendAnswerHead(dst, a, len(results))
	var w abi.SlotWriter
	var answer abi.SlotAnswer
	for i := range results {
		r, s := &results[i], &p.call.Slots[i]
		// Slots of one space are answered by one environment, in one mode.
		same := i > 0 && r.Asked != snapshot.None && r.Asked == results[i-1].Asked
		answer.N, answer.Offer = s.N, nil
		if !same {
			answer.Space, answer.Mode, answer.Environment = s.Space, r.Mode, g.nameOf(r.Environment)
		}
		if r.Offer != snapshot.None {
			g.writeOffer(&answer, r, s.Held)
		}
		dst = w.Append(dst, &answer, same)
	}
	return dst
}

// nameOf is the name of an environment; nil if there is none.
func (g *Guest) nameOf(env uint32) []byte {
	if env == snapshot.None {
		return nil
	}
	return g.view.Name(g.view.Environment(env).Name())
}

func (g *Guest) writeOffer(a *abi.SlotAnswer, r *decide.Result, held abi.Held) {
	o := g.view.Offer(r.Offer)
	a.Offer = g.view.Name(o.Code())
	a.Rank, a.Weight, a.Fallback = r.Rank, r.Weight, r.Fallback
	a.HTML, a.Content, a.Links, a.JSON, a.Text = nil, nil, nil, nil, nil
	if held == abi.HeldNo {
		return
	}
	g.page.answer.Cache = abi.CachePrivate
	if g.page.request.Want&(abi.WantHTML|abi.WantContent|abi.WantLinks|abi.WantJSON|abi.WantText) != 0 {
		g.writeContent(a, o, r)
	}
}

// writeContent is apart from writeOffer, which would clear its variables for each
// slot, whether content is wanted or not.
//
//go:noinline
func (g *Guest) writeContent(a *abi.SlotAnswer, o *snapshot.Offer, r *decide.Result) {
	want := g.page.request.Want
	sp := g.view.Space(r.Space)
	fields := g.fields(sp, g.view.FindTranslation(o, r.Space, g.page.call.Language))
	env := render.Env{
		Programs: render.Programs{Table: g.view.Section(snapshot.SecPrograms), Code: g.view.Section(snapshot.SecCode)},
		Machine:  g.engine.Machine(),
		Scope:    g.engine.Content(r),
	}
	if g.hasTicket(r.Proposition) {
		env.Links = &g.page.links
	}
	if tmpl := g.view.Text(sp.HTML()); want.Has(abi.WantHTML) && tmpl != nil {
		a.HTML = g.rendered(tmpl, fields, &env)
	}
	if tmpl := g.view.Text(sp.JSON()); want.Has(abi.WantJSON) && tmpl != nil {
		a.JSON = g.rendered(tmpl, fields, &env)
	}
	if tmpl := g.view.Text(sp.Text()); want.Has(abi.WantText) && tmpl != nil {
		a.Text = g.rendered(tmpl, fields, &env)
	}
	if want.Has(abi.WantContent) {
		a.Content = g.content(sp, fields, &env)
	}
	if want.Has(abi.WantLinks) && env.Links != nil {
		a.Links = g.linkMap(sp, fields, &env)
	}
}

// fields are the templates of an offer's content on a space.
func (g *Guest) fields(sp *snapshot.Space, c *snapshot.Content) []render.Field {
	list := c.Fields()
	fields := g.page.fields[:min(list.Count, maxFields)]
	for i := range fields {
		f := g.view.ContentField(list.Start + uint32(i))
		typ := g.view.Field(sp.Fields().Start + uint32(i)).Type()
		fields[i] = render.Field{Raw: g.view.Text(f.Raw()), HTML: g.view.Text(f.HTML()), Type: catalog.FieldType(typ)}
	}
	return fields
}

// maxRendered bounds what is rendered in one call, in bytes, so that a response
// stays below the 1 MiB of the contract: 64 slots of 8 KiB of HTML.
const maxRendered = 512 << 10

// rendered is a rendering that lives until the response is written; nil, so
// that the page's own content stays, if the template is corrupt or too long.
func (g *Guest) rendered(tmpl []byte, fields []render.Field, env *render.Env) []byte {
	start := len(g.page.out)
	out, result := render.Append(g.page.out, tmpl, fields, env)
	g.page.out = out
	if result == render.Refused || len(out)+len(g.page.text) > maxRendered {
		g.page.out = out[:start]
		return nil
	}
	return out[start:len(out):len(out)]
}

// content is the map of an offer's fields on a space, by the order in which the
// space declares them: strings, and numbers and booleans as such.
func (g *Guest) content(sp *snapshot.Space, fields []render.Field, env *render.Env) []byte {
	present := 0
	for i := range fields {
		if fields[i].Raw != nil {
			present++
		}
	}
	// The values are rendered behind the map and moved into it, because a
	// string's length stands before it.
	p := &g.page
	at := len(p.text)
	p.text = wire.AppendMap(p.text, present)
	first := sp.Fields().Start
	for i := range fields {
		if fields[i].Raw == nil {
			continue
		}
		f := g.view.Field(first + uint32(i))
		mark := len(p.out)
		value := g.rendered(fields[i].Raw, nil, env)
		p.text = wire.AppendStrBytes(p.text, g.view.Name(f.Name()))
		p.text = appendField(p.text, catalog.FieldType(f.Type()), value)
		p.out = p.out[:mark]
	}
	return p.text[at:len(p.text):len(p.text)]
}

func appendField(dst []byte, typ catalog.FieldType, value []byte) []byte {
	switch typ {
	case catalog.FieldNumber:
		if n, ok := number.ParseInt(value); ok {
			return wire.AppendInt(dst, n)
		}
		if f, ok := number.ParseFloat(value); ok {
			return wire.AppendFloat(dst, f)
		}
		return wire.AppendNil(dst)
	case catalog.FieldBool:
		if s := string(value); s == "true" || s == "false" {
			return wire.AppendBool(dst, s == "true")
		}
		return wire.AppendNil(dst)
	}
	return wire.AppendStrBytes(dst, value)
}
