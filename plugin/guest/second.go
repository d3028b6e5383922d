package guest

import (
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/visitor"
)

// begin reads what the browser holds. Nothing is noted for who has not
// consented, for a page that nobody looks at yet, and for a HEAD.
func (g *Guest) begin() {
	e, p := &g.endpoint, &g.page
	g.readVisitor()
	e.noted, e.tag = false, 0
	e.now = visitor.Minute(p.request.Time)
	e.notes = g.storing() && !g.method(methodHead)
	if p.state.Known {
		e.tag = visitor.Tag(&p.state.ID)
	}
	if e.notes {
		g.readEvents()
	}
}

// readEvents takes the second cookie over. One of another visitor, who used this
// browser before, is dropped; what was noted before there was a visitor is this
// one's.
func (g *Guest) readEvents() {
	e := &g.endpoint
	e.events = g.page.events
	if e.events.N == 0 || e.events.Visitor != e.tag && e.events.Visitor != 0 {
		e.events = visitor.Events{}
	}
	e.events.Visitor = e.tag
}

// end writes the second cookie if anything was noted, and removes our cookies
// from the browser of who has not consented.
func (g *Guest) end() {
	e, p := &g.endpoint, &g.page
	secure := p.request.Flags.Has(abi.FlagSecure)
	if !p.consent {
		if p.sentOurs {
			g.removeCookie(visitor.Name(secure))
		}
		if p.sentEvents {
			g.removeCookie(visitor.EventsCookie(secure))
		}
	}
	if !e.noted {
		return
	}
	p.body = e.events.Append(p.body[:0])
	start := len(p.out)
	p.out, _ = visitor.AppendEventsCookie(p.out, g.config.keys, p.body, secure)
	g.setCookie(p.out[start:len(p.out):len(p.out)]) // there is a key: a ticket has verified
}

func (g *Guest) holds(e *visitor.Event) bool { return g.page.state.Holds(&g.endpoint.history, e) }
