package proxy

import (
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// class says what a request may be answered with.
type class uint8

const (
	// bypass: surely no page; nothing of the answer is looked at.
	bypass class = iota
	// perhaps: a page if the answer is one. The request stays as it is, so
	// that what is no page keeps its compression and its 304.
	perhaps
	// page: asks for one in its own words. The origin is asked for it plain,
	// whole and afresh.
	page
)

// classify tells a request's class by its own words alone.
func (m *Middleware) classify(r *http.Request) class {
	if r.Method != http.MethodGet && r.Method != http.MethodHead ||
		!strings.HasPrefix(r.URL.Path, "/") || upgrades(r.Header) {
		return bypass
	}
	c := destination(r.Header)
	answers := m.answers(r)
	if answers {
		c = page // of which the words say less, for a script asks for it
	}
	if answers || len(r.Header["Range"]) == 0 {
		return c
	}
	// A part of something. Only where pages are listed is it worth refusing:
	// elsewhere it is a download that goes on.
	if c == page && m.lists(r) {
		return page
	}
	return bypass
}

// upgrades reports whether a request wants another protocol.
func upgrades(h http.Header) bool {
	return len(h["Upgrade"]) > 0 && httpguts.HeaderValuesContainsToken(h["Connection"], "upgrade")
}

// destination tells a request's class by where its answer is to go, which
// browsers say in Sec-Fetch-Dest (https://www.w3.org/TR/fetch-metadata/) and,
// older ones, in Accept.
func destination(h http.Header) class {
	if dest := h["Sec-Fetch-Dest"]; len(dest) > 0 {
		switch dest[0] {
		case "document", "iframe", "frame", "fencedframe", "embed", "object":
			return page
		case "audio", "audioworklet", "font", "image", "json", "manifest", "paintworklet", "report", "script",
			"serviceworker", "sharedworker", "speculationrules", "style", "text", "track", "video", "worker", "xslt":
			return bypass
		}
	}
	accept := h["Accept"]
	if len(accept) == 0 {
		return perhaps
	}
	c := bypass
	for _, v := range accept {
		switch {
		case containsFold(v, "text/html"), containsFold(v, "application/xhtml+xml"):
			return page
		case strings.Contains(v, "*/*"), containsFold(v, "text/*"), containsFold(v, "application/*"):
			c = perhaps
		}
	}
	return c
}

// containsFold reports whether s contains part, which is in lower case, in any
// case.
func containsFold(s, part string) bool {
	for ; len(s) >= len(part); s = s[1:] {
		if s[0]|0x20 == part[0] && strings.EqualFold(s[:len(part)], part) {
			return true
		}
	}
	return false
}

// edit makes the header of a request as the origin is to see it: without the
// visitor's cookies, without what only peers may say, and, where a page is asked
// for, whole, afresh and readable.
//
// Afresh, for a 304 would bring back a page of another decision; it costs pages
// without slots their 304. See RATIONALE.md.
func (m *Middleware) edit(h http.Header, c class, peer bool) {
	if cookies := h["Cookie"]; holdsVisitor(cookies) {
		if left := withoutVisitor(cookies); len(left) > 0 {
			h["Cookie"] = left
		} else {
			delete(h, "Cookie")
		}
	}
	if !peer {
		for i := range m.trusted {
			delete(h, m.trusted[i].key)
		}
	}
	if c != page {
		return
	}
	if m.config.Origin.Coding == CodingOrigin {
		h["Accept-Encoding"] = askable(h["Accept-Encoding"])
	} else {
		h["Accept-Encoding"] = []string{codingNames[uncoded]}
	}
	delete(h, "If-None-Match")
	delete(h, "If-Modified-Since")
	delete(h, "If-Range")
	delete(h, "Range")
}

// forwarded is the request that a wrapped handler gets. One that may bring a
// page is a copy, for the page may be decided while the handler still runs.
func (m *Middleware) forwarded(r *http.Request, c class) *http.Request {
	if c != bypass {
		r = r.Clone(r.Context())
	}
	m.edit(r.Header, c, m.peers.sent(r))
	return r
}
