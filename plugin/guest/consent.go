package guest

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/visitor"
)

// readConsent finds out whether the visitor may be known, and whether somebody
// looks at the page yet.
//
// The word of a trusted caller stands in place of the source that the site or
// the catalog names. Whatever either says, Global Privacy Control is a refusal
// unless that source's options ignore it, and a declared crawler has no consent
// to give. What nothing says counts as refused.
func (g *Guest) readConsent() {
	p := &g.page
	r := &p.request
	c := g.view.FindConsent(r.Host)
	heeded := c == nil || c.Flags()&snapshot.ConsentIgnoreGPC == 0
	given, refused := r.Flags.Has(abi.FlagConsentGiven), r.Flags.Has(abi.FlagConsentRefused)
	asked := !given && c != nil
	given = given || asked && c.Source() == snapshot.ConsentAssumed
	p.prefetched = false
	for i := range r.Headers {
		h := &r.Headers[i]
		switch string(h.Name) {
		case "sec-gpc":
			refused = refused || heeded && visitor.Refuses(h.Value)
		case "sec-purpose":
			p.prefetched = p.prefetched || visitor.Prefetched(h.Value)
		case "user-agent":
			refused = refused || visitor.Crawler(h.Value)
		}
		if asked {
			yes, no := g.readSource(c, h)
			given, refused = given || yes, refused || no
		}
	}
	p.consent = given && !refused || p.erasing
}

// readSource reads what one header has of a source of consent. Where a cookie
// or a header is sent more than once, one that says anything but yes is a no:
// nobody can tell which of them is the visitor's last word.
func (g *Guest) readSource(c *snapshot.Consent, h *abi.Header) (yes, no bool) {
	name := g.view.Name(c.Name())
	switch {
	case c.Source() == snapshot.ConsentAssumed:
	case c.Source() == snapshot.ConsentHeader:
		if string(h.Name) == string(name) {
			yes = g.agrees(c, h.Value)
			no = !yes
		}
	case string(h.Name) == "cookie":
		jar := visitor.CookiesNamed(h.Value, name)
		for value, ok := jar.Next(); ok; value, ok = jar.Next() {
			agrees := g.agrees(c, value)
			yes, no = yes || agrees, no || !agrees
		}
	}
	return yes, no
}

// agrees reports whether a value of a source means yes, as it was sent: one
// pair of quotes around it is not part of it.
func (g *Guest) agrees(c *snapshot.Consent, value []byte) bool {
	if n := len(value); n >= 2 && value[0] == '"' && value[n-1] == '"' {
		value = value[1 : n-1]
	}
	if c.Source() == snapshot.ConsentTCF {
		return visitor.TCFGrants(value, c.Purposes())
	}
	return string(value) == string(g.view.Name(c.Value()))
}
