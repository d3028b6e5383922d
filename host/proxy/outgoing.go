package proxy

import (
	"net"
	"net/http"
	"net/http/httputil"
	"net/textproto"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// noAgent keeps the transport from naming itself where the visitor did not.
var noAgent = []string{""}

// address makes out, a copy of the visitor's request, the one for the origin.
// The header is another, the values in it are the visitor's: nobody changes them.
func (p *reverseProxy) address(out, in *http.Request) {
	u := *in.URL
	out.URL = &u
	(&httputil.ProxyRequest{In: in, Out: out}).SetURL(p.origin)
	if !p.middleware.config.Origin.RewriteHost {
		out.Host = in.Host
	}
	out.Close = surprising(in)
	out.Header = p.header(in)
}

// header is the header of a request as the origin is to see it. What the
// Connection header names goes before anything is added, so that it takes nothing
// of ours.
func (p *reverseProxy) header(in *http.Request) http.Header {
	m := p.middleware
	peer := m.peers.sent(in)
	h := make(http.Header, len(in.Header)+len("fhpuc")) // room for what is added
	for name, values := range in.Header {
		if !hops(name) && (peer || !forwards(name)) {
			h[name] = values
		}
	}
	dropListed(h, in.Header["Connection"])
	if te := in.Header["Te"]; len(te) > 0 && httpguts.HeaderValuesContainsToken(te, "trailers") {
		h["Te"] = []string{"trailers"}
	}
	introduce(h, in, peer)
	if _, ok := h["User-Agent"]; !ok {
		h["User-Agent"] = noAgent
	}
	m.loops.pass(h, in.Header)
	m.edit(h, m.classify(in), peer)
	return h
}

// introduce says whom a request is from: behind what a peer says of it, and in
// place of what the visitor does.
func introduce(h http.Header, in *http.Request, peer bool) {
	delete(h, "Forwarded")
	address, _, err := net.SplitHostPort(in.RemoteAddr)
	if prior := in.Header["X-Forwarded-For"]; peer && len(prior) > 0 {
		address = strings.Join(prior, ", ") + ", " + address
	}
	proto := "http"
	if in.TLS != nil {
		proto = "https"
	}
	values := [...]string{address, in.Host, proto}
	if h["X-Forwarded-For"] = values[0:1:1]; err != nil {
		delete(h, "X-Forwarded-For")
	}
	for i, name := range [...]string{"X-Forwarded-Host", "X-Forwarded-Proto"} {
		h[name] = values[i+1 : i+2 : i+2]
		if said := in.Header[name]; peer && len(said) > 0 {
			h[name] = said
		}
	}
}

// hops reports that a header is of one connection alone, whatever Connection says
// (https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1).
func hops(name string) bool {
	switch name {
	case "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}

// withoutHops removes from a header what is of one connection alone.
func withoutHops(h http.Header) {
	dropListed(h, h["Connection"])
	for name := range h {
		if hops(name) {
			delete(h, name)
		}
	}
}

// dropListed removes what a Connection header names.
func dropListed(h http.Header, connection []string) {
	for _, list := range connection {
		for name := range strings.SplitSeq(list, ",") {
			if name = textproto.TrimString(name); name != "" {
				delete(h, textproto.CanonicalMIMEHeaderKey(name))
			}
		}
	}
}

// forwards reports that only a proxy in front of us may say what is in a header.
func forwards(name string) bool {
	return strings.HasPrefix(name, "X-Forwarded-") || name == "X-Real-Ip" || name == "Forwarded"
}
