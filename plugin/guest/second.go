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
	e.notes = g.storing() && !visitor.Prefetched(g.sent("sec-purpose")) && !g.method(methodHead)
	if p.state.Known {
		e.tag = visitor.Tag(&p.state.ID)
	}
	if e.notes {
		g.readEvents()
	}
}

// readEvents opens the second cookie. One of another visitor, who used this
// browser before, is dropped; what was noted before there was a visitor is this
// one's.
func (g *Guest) readEvents() {
	e, p := &g.endpoint, &g.page
	e.events = visitor.Events{}
	for i := range p.request.Headers {
		h := &p.request.Headers[i]
		if string(h.Name) != "cookie" {
			continue
		}
		if _, ok := e.events.Open(e.ticket[:0], g.config.keys, h.Value, p.request.Flags.Has(abi.FlagSecure)); ok {
			break
		}
	}
	if e.events.Visitor != e.tag && e.events.Visitor != 0 {
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
		for _, name := range [...]string{visitor.Name(secure), visitor.EventsCookie(secure)} {
			if g.holdsCookie(name) {
				g.removeCookie(name)
			}
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

// holdsCookie reports whether the browser sent a cookie of that name.
func (g *Guest) holdsCookie(name string) bool {
	headers := g.page.request.Headers
	for i := range headers {
		if string(headers[i].Name) != "cookie" {
			continue
		}
		jar := visitor.Cookies(headers[i].Value, name)
		if _, sent := jar.Next(); sent {
			return true
		}
	}
	return false
}
