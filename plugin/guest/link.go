package guest

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/render"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// links makes the addresses of the proposition that is rendered. Each is a MAC,
// so it is made where it is used and nowhere else.
type links struct {
	keys   *seal.Keyring
	prefix string
	ticket visitor.Ticket
}

// hasTicket reports whether the i-th proposition has addresses: it is stored, or
// will be once the page that was fetched ahead is looked at, it has an id, and
// there is a key to sign with. It prepares the ticket that they hold.
func (g *Guest) hasTicket(i int) bool {
	p := &g.page
	q := &g.engine.Propositions()[i]
	_, _, signed := g.config.keys.Primary(seal.UseCookie)
	if !g.tracking() || p.answer.Interaction == nil || !signed || !g.stores(q) {
		return false
	}
	p.links.keys, p.links.prefix = g.config.keys, g.config.prefix
	sp, t := g.view.Space(q.Space), &p.links.ticket
	t.ID = p.ids[i]
	t.Environment = g.hash(g.view.Environment(q.Environment).Name())
	t.Space = g.hash(sp.Name())
	t.Offer = g.view.Offer(q.Offer).Hash()
	t.Channel = uint16(g.hash(sp.Channel()) >> 16) // see decide.ChannelHash
	t.Minute = visitor.Minute(p.request.Time)
	t.Status = g.status(q)
	t.Visitor = 0
	if p.state.Known {
		t.Visitor = visitor.Tag(&p.state.ID)
	}
	return true
}

// hash is the form in which tickets have a name.
//
//go:noinline
func (g *Guest) hash(name uint32) uint32 { return snapshot.Hash32(g.view.Name(name)) }

// Append appends the proposition's id or one of its addresses.
func (l *links) Append(dst []byte, field uint16) []byte {
	if field == snapshot.PropositionID {
		return appendHex(dst, l.ticket.ID[:])
	}
	a := visitor.Action(field - snapshot.PropositionID)
	dst = appendText(appendText(dst, l.prefix), "event?")
	dst = appendText(appendText(dst, a.String()), "=")
	return visitor.AppendTicket(dst, l.keys, a, &l.ticket)
}

// Click puts the address that counts the click in place of dst[from:], unless
// that is too long for a ticket.
func (l *links) Click(dst []byte, from int) []byte {
	end := len(dst)
	if end-from > visitor.MaxDestination {
		return dst
	}
	l.ticket.Destination = dst[from:]
	dst = appendText(appendText(dst, l.prefix), "click?t=")
	dst = visitor.AppendTicket(dst, l.keys, visitor.Click, &l.ticket)
	l.ticket.Destination = nil
	return dst[:from+copy(dst[from:], dst[end:])]
}

// linkMap is the map of a proposition's addresses: of each action, and for
// clicks of each url field that the offer has. It is nil where the call has made
// more than a response can hold.
func (g *Guest) linkMap(sp *snapshot.Space, fields []render.Field, env *render.Env) []byte {
	p, l := &g.page, &g.page.links
	out, text := p.out, p.text
	mark, at := len(out), len(text)
	text = wire.AppendMap(text, len(snapshot.PropositionNames))
	for a := visitor.Seen; a <= visitor.Reject; a++ {
		out = l.Append(out[:mark], snapshot.PropositionID+uint16(a))
		text = wire.AppendStrBytes(wire.AppendStr(text, a.String()), out[mark:])
	}
	n := 0
	for i := range fields {
		if g.tracks(sp, fields, i) {
			n++
		}
	}
	text = wire.AppendMap(wire.AppendStr(text, visitor.Click.String()), n)
	for i := range fields {
		if !g.tracks(sp, fields, i) {
			continue
		}
		if out, _ = render.Append(out[:mark], fields[i].Raw, nil, env); len(out) > mark {
			out = l.Click(out, mark)
		}
		name := g.view.Name(g.view.Field(sp.Fields().Start + uint32(i)).Name())
		text = wire.AppendStrBytes(wire.AppendStrBytes(text, name), out[mark:])
	}
	p.out, p.text = out[:mark], text
	if mark+len(text) > maxRendered {
		p.text = text[:at]
		return nil
	}
	return text[at:len(text):len(text)]
}

// tracks reports whether clicks of an offer's field are counted.
//
//go:noinline
func (g *Guest) tracks(sp *snapshot.Space, fields []render.Field, i int) bool {
	const typeURL = uint8(catalog.FieldURL)
	return sp.Flags()&snapshot.SpaceTrack != 0 && fields[i].Raw != nil && g.view.Field(sp.Fields().Start+uint32(i)).Type() == typeURL
}
