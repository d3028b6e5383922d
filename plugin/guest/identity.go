package guest

import (
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// readVisitor takes cookies, identity and languages from the request.
func (g *Guest) readVisitor() {
	p := &g.page
	r := &p.request
	g.readConsent()
	g.readIdentity()
	peer := r.Flags.Has(abi.FlagPeer)
	for i := range r.Headers {
		h := &r.Headers[i]
		switch {
		case string(h.Name) == "cookie":
			g.readCookies(h.Value)
		case string(h.Name) == "accept-language" && r.Language == nil && p.call.Language == nil:
			p.call.Language = visitor.Language(h.Value)
		case peer && named(h, g.config.countryHeader) && p.call.Country == nil:
			p.call.Country = h.Value
		case peer && named(h, g.config.deviceHeader) && p.call.Device == nil:
			p.call.Device = h.Value
		case named(h, g.config.identityHeader), named(h, g.config.personHeader),
			!peer && (named(h, g.config.countryHeader) || named(h, g.config.deviceHeader)):
			h.Name = nil // so that no expression reads it
		}
	}
	if r.Language != nil {
		p.call.Language = r.Language
	}
	if p.consent && len(r.Visitor) == abi.VisitorSize && string(r.Visitor) != string(p.state.ID[:]) {
		p.state.Reset()
		p.state.Known = true
		copy(p.state.ID[:], r.Visitor)
	}
}

// readCookies takes the first of each of our cookies that verifies. Under refusal it
// only notes which of ours there are, so that they are removed.
func (g *Guest) readCookies(header []byte) {
	p := &g.page
	secure := p.request.Flags.Has(abi.FlagSecure)
	if !p.consent {
		p.sentOurs = p.sentOurs || visitor.Sent(header, visitor.Name(secure))
		p.sentEvents = p.sentEvents || visitor.Sent(header, visitor.EventsCookie(secure))
		return
	}
	if p.events.N == 0 { // the two may come in lines of their own
		p.events.Open(p.second[:0], g.config.keys, header, secure)
	}
	if p.state.Known {
		return
	}
	id, sent, ok := p.state.Open(p.opened[:0], g.config.keys, header, secure)
	p.sentOurs = p.sentOurs || sent
	if ok {
		p.keyID = id
	}
}

// readIdentity finds the explicit person: the trusted caller's key, else a
// peer's headers, else an identity token in a cookie. A token that does not
// verify is absent.
func (g *Guest) readIdentity() {
	p := &g.page
	r := &p.request
	if r.Target.Key != nil {
		p.identity.source, p.identity.key = r.Target.Source, r.Target.Key
		return
	}
	if r.Flags.Has(abi.FlagPeer) && g.readPeerIdentity() {
		return
	}
	for i := range r.Headers {
		if string(r.Headers[i].Name) != "cookie" || g.config.identityCookie == "" {
			continue
		}
		jar := visitor.Cookies(r.Headers[i].Value, g.config.identityCookie)
		for {
			token, ok := jar.Next()
			if !ok {
				break
			}
			if g.verifyToken(token) {
				return
			}
		}
	}
}

func (g *Guest) readPeerIdentity() bool {
	r := &g.page.request
	for i := range r.Headers {
		h := &r.Headers[i]
		if named(h, g.config.identityHeader) && g.verifyToken(h.Value) {
			return true
		}
	}
	for i := range r.Headers {
		h := &r.Headers[i]
		if named(h, g.config.personHeader) && len(h.Value) > 0 {
			g.page.identity.key = h.Value
			return true
		}
	}
	return false
}

// named reports whether a header has a configured name; an empty one is none.
func named(h *abi.Header, name string) bool {
	return name != "" && string(h.Name) == name
}

func (g *Guest) verifyToken(token []byte) bool {
	p := &g.page
	t, status := seal.VerifyToken(p.token[:], g.config.keys, token, p.request.Time)
	if status != seal.Valid {
		return false
	}
	p.identity.source, p.identity.key = t.Source, t.Key
	p.identity.token, p.identity.attributes = true, t.Attributes
	return true
}

// settleVisitor decides, once it is known how the slots' targets were
// identified, which visitor this is: the cookie's, or a new one for a stranger
// and for another person than the browser was linked to.
func (g *Guest) settleVisitor() {
	p := &g.page
	c := &p.call
	c.Visitor.New, c.Visitor.Refused = true, !p.consent
	if !p.consent {
		return
	}
	explicit, anyone := g.modes()
	p.explicit = explicit
	if !anyone {
		return // nothing is decided, so the page is served as it came
	}
	if explicit && p.state.Link.Set && !g.names(p.identity.source, p.identity.key) {
		p.replaced = true
		p.state.Reset()
	}
	if !p.state.Known {
		g.mint()
	}
	if !p.state.Known {
		return
	}
	if explicit {
		g.link()
	} else {
		g.checkPersons()
	}
	newVisit, changed := p.state.Note(p.request.Time / 1000)
	p.changed = p.changed || changed || !p.fresh && g.oldKey()
	c.Visitor.ID = p.state.ID[:]
	c.Visitor.New = newVisit || p.fresh
	c.Visitor.VisitStart = p.state.VisitStart
}

// modes reports whether a slot's target was identified explicitly, and whether
// any was identified at all.
func (g *Guest) modes() (explicit, anyone bool) {
	results := g.engine.Results()
	for i := range results {
		explicit = explicit || results[i].Mode == abi.Explicit
		anyone = anyone || results[i].Mode != abi.Nobody
	}
	return explicit, anyone
}

// source is that of the key, or the one of the first environment that it
// resolved in.
func (g *Guest) source() []byte {
	if s := g.page.identity.source; len(s) > 0 {
		return s
	}
	results := g.engine.Results()
	for i := range results {
		if r := &results[i]; r.Mode == abi.Explicit {
			return g.view.Name(g.view.Environment(r.Environment).People())
		}
	}
	return nil
}

// mint makes a new visitor, unless nothing is stored for this call or there is
// nothing to make it of or to sign it with.
func (g *Guest) mint() {
	p := &g.page
	_, _, signed := g.config.keys.Primary(seal.UseCookie)
	if p.fragment || !g.storing() || len(p.request.Entropy) != abi.EntropySize || !signed {
		return
	}
	sum := seal.Expand((*[32]byte)(p.request.Entropy), "visitor", 0)
	copy(p.state.ID[:], sum[:])
	p.state.Known, p.fresh, p.changed = true, true, true
}

// oldKey reports whether the cookie was signed with a key that is no longer
// the primary.
func (g *Guest) oldKey() bool {
	id, _, ok := g.config.keys.Primary(seal.UseCookie)
	return ok && g.page.sentOurs && g.page.keyID != id
}
