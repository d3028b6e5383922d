package proxy

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
)

// Middleware writes offers into pages. It is safe for concurrent use.
type Middleware struct {
	config    Config
	peers     peers
	trusted   []header // headers that count from peers alone
	metrics   *metrics
	listings  listings
	scratches scratches
	logged    atomic.Int64 // when something was logged last, in nanoseconds

	identity   string // how the cookie of an identity token begins
	identities int    // how many of trusted, the first, say who asks
	openAPI    []byte // the document of our endpoints
	lookups    lookups
	writings   writings
	loops      loops
	load       load
}

// header is a request header that the module reads.
type header struct {
	key  string // as net/http writes it
	name []byte // as the module does
}

// public are the headers that the module reads from everybody, besides cookies
// and the one that may hold the visitor's consent.
var public = [...]header{
	{"Accept-Language", []byte("accept-language")},
	{"User-Agent", []byte("user-agent")},
	{"Sec-Gpc", []byte("sec-gpc")},
	{"Sec-Purpose", []byte("sec-purpose")},
}

// New makes a Middleware.
func New(c Config) (*Middleware, error) {
	c, err := c.complete()
	if err != nil {
		return nil, fmt.Errorf("proxy: configuration: %w", err)
	}
	m := &Middleware{config: c, peers: newPeers(c.Peers), metrics: newMetrics(), loops: newLoops()}
	for i, name := range []string{c.IdentityHeader, c.PersonHeader, c.CountryHeader, c.DeviceHeader} {
		if name == "" {
			continue
		}
		m.trusted = append(m.trusted, header{http.CanonicalHeaderKey(name), []byte(strings.ToLower(name))})
		if i < 2 {
			m.identities++
		}
	}
	if c.IdentityCookie != "" {
		m.identity = c.IdentityCookie + "="
	}
	if c.Store != nil {
		m.lookups.room, m.writings.room = make(chan struct{}, maxErrands), make(chan struct{}, maxErrands)
	}
	if m.openAPI, err = newOpenAPI(c.Prefix); err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	m.metrics.all.Add(m.loadMetrics()...)
	if c.Registerer != nil {
		if err := m.metrics.all.Register(c.Registerer); err != nil {
			return nil, fmt.Errorf("proxy: %w", err)
		}
	}
	return m, nil
}

// Wrap makes a handler that writes offers into the pages of another one.
//
// The origin's handler keeps what it has with net/http: it may flush, hijack,
// send trailers and 1xx responses, leave the Content-Type to net/http, and
// panic. A flush ends the read-ahead. Requests that may bring a page come to it
// as clones.
func (m *Middleware) Wrap(origin http.Handler) http.Handler {
	return &wrapped{middleware: m, origin: origin}
}

// wrapped is a handler with offers.
type wrapped struct {
	middleware *Middleware
	origin     http.Handler

	// proxied says that the origin is our reverse proxy: it edits its own copy
	// of the request, and its flushes are not the site's. httputil's proxy
	// flushes after each read of a body without a length.
	proxied bool
}

func (h *wrapped) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := h.middleware
	if strings.HasPrefix(r.URL.Path, m.config.Prefix) {
		m.endpoint(w, r)
		return
	}
	c := m.classify(r)
	forward := r
	if !h.proxied {
		forward = m.forwarded(r, c)
	}
	if c == bypass || m.sheds() {
		h.origin.ServeHTTP(w, forward)
		return
	}
	page := newResponse(m, w, r, h.proxied)
	ended := false
	defer func() {
		if !ended {
			page.abandon()
		}
	}()
	page.look = m.foresee(r, c)
	h.origin.ServeHTTP(page, forward)
	ended = true
	page.finish()
}

// plain answers with a line of text that nobody keeps.
func plain(w http.ResponseWriter, status int, text string) int {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // the visitor may be gone
	return status
}

// warn logs a failure, unless one was logged less than a second ago.
func (m *Middleware) warn(message string, args ...any) {
	now := m.config.Clock().UnixNano()
	last := m.logged.Load()
	if since := now - last; since >= 0 && since < 1e9 || !m.logged.CompareAndSwap(last, now) {
		return
	}
	m.config.Logger.Warn(message, args...)
}
