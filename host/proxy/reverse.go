package proxy

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"strings"
)

// readBuffer is the buffer of a connection to the origin, in bytes: the header
// and the body of most pages come with one read.
const readBuffer = 32 << 10

// maxOriginHeader bounds the header of a response, in bytes. Go's default is
// 10 MiB; browsers take 256 KiB.
const maxOriginHeader = 256 << 10

// reverseProxy writes offers into the pages of a site behind it.
type reverseProxy struct {
	middleware *Middleware
	origin     *url.URL
	transport  http.RoundTripper
	pages      http.Handler
}

// NewReverseProxy makes a reverse proxy with offers in front of a site. origin
// is an absolute http or https URL; a path in it goes before that of each
// request. With any other URL every answer is 502.
//
// The origin gets the visitor's request without its hop-by-hop headers, the
// query as it came, and the address, host and scheme of the visitor in
// X-Forwarded-For, -Host and -Proto: appended to what a peer said of them, and
// in place of what anybody else did. Of upgrades, those to websocket pass.
func NewReverseProxy(m *Middleware, origin *url.URL) http.Handler {
	p := &reverseProxy{middleware: m, origin: origin}
	transport := m.config.Origin.Transport
	if transport == nil {
		transport = newTransport(m.config.Origin, origin)
	}
	p.transport = transport
	p.pages = &wrapped{middleware: m, proxied: true, origin: http.HandlerFunc(p.ask)}
	return p
}

func newTransport(o Origin, origin *url.URL) *http.Transport {
	dialer := guardedDialer(o, origin)
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    o.ConnectTimeout,
		ResponseHeaderTimeout:  o.HeaderTimeout,
		ExpectContinueTimeout:  defaultExpectTimeout,
		IdleConnTimeout:        defaultIdleTimeout,
		MaxIdleConns:           o.IdleConns,
		MaxIdleConnsPerHost:    o.IdleConns,
		MaxResponseHeaderBytes: maxOriginHeader,
		ReadBufferSize:         readBuffer,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // bodies come as the visitor asked for them
	}
}

func (p *reverseProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodConnect:
		w.Header().Set("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
		plain(w, http.StatusMethodNotAllowed, "This is a site, not a proxy.\n")
	case r.Method == "PRI": // the preface of HTTP/2 (RFC 9113, section 3.4)
		plain(w, http.StatusBadRequest, "HTTP/2 is not spoken here.\n")
	case p.middleware.loops.closed(r.Header):
		p.middleware.turnBack(w)
	default:
		p.pages.ServeHTTP(w, p.withoutUpgrade(r))
	}
}

// ask asks the origin.
func (p *reverseProxy) ask(w http.ResponseWriter, r *http.Request) {
	if upgrades(r.Header) {
		p.tunnel(w, r)
		return
	}
	p.forward(w, r)
}

// tunnel asks the origin for another protocol. What follows a 101 is httputil's
// work: it happens seldom, and is easy to get wrong.
func (p *reverseProxy) tunnel(w http.ResponseWriter, in *http.Request) {
	var x exchange
	r := in.WithContext(in.Context())
	defer x.body.end()
	if err := x.takeBody(r, in, p.middleware); err != nil {
		p.failed(w, in, &x.body, err)
		return
	}
	h := &httputil.ReverseProxy{
		Rewrite: func(pr *httputil.ProxyRequest) {
			upgrade := pr.Out.Header["Upgrade"]
			p.address(pr.Out, pr.In)
			pr.Out.Header["Connection"], pr.Out.Header["Upgrade"] = []string{"Upgrade"}, upgrade
		},
		Transport:      p.transport,
		ModifyResponse: plausible,
		ErrorHandler:   func(w http.ResponseWriter, _ *http.Request, err error) { p.failed(w, in, &x.body, err) },
		ErrorLog:       slog.NewLogLogger(p.middleware.config.Logger.Handler(), slog.LevelDebug),
	}
	h.ServeHTTP(w, r)
}

// withoutUpgrade is a request without an upgrade to anything but websocket:
// httputil's proxy would tunnel whatever the two sides agree on, past every
// rule (https://go.dev/issue/80416). A server may ignore an upgrade (RFC 9110,
// section 7.8).
func (p *reverseProxy) withoutUpgrade(r *http.Request) *http.Request {
	protocols := r.Header["Upgrade"]
	if len(protocols) == 0 && len(r.Header["Http2-Settings"]) == 0 {
		return r
	}
	if len(protocols) == 1 && strings.EqualFold(protocols[0], "websocket") && len(r.Header["Http2-Settings"]) == 0 {
		return r
	}
	p.middleware.metrics.upgrades.Inc()
	r = r.Clone(r.Context())
	delete(r.Header, "Upgrade")
	delete(r.Header, "Http2-Settings")
	return r
}

// failed answers for an origin that does not.
func (p *reverseProxy) failed(w http.ResponseWriter, in *http.Request, body *requestBody, err error) {
	m := p.middleware
	fault := body.why()
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled) && !timedOut(fault): // a late body cancels its request
		m.metrics.origin[abandoned].Inc()
		w.WriteHeader(http.StatusBadGateway) // nobody is there to read it
		return
	case fault != nil:
		m.metrics.origin[badBody].Inc()
		status, text := bodyAnswer(fault)
		plain(w, status, text)
		return
	case errors.As(err, &timeout) && timeout.Timeout():
		m.metrics.origin[late].Inc()
		plain(w, http.StatusGatewayTimeout, "The site did not answer in time. Please try again in a moment.\n")
	default:
		m.metrics.origin[unreachable].Inc()
		plain(w, http.StatusBadGateway, "The site does not answer. Please try again in a moment.\n")
	}
	m.warn("no answer from the origin", "error", cause(err), "method", in.Method)
}

// cause is an error without what the origin sent. A line that is no HTTP is
// quoted in the error, and an origin that repeats what it was asked would put a
// visitor's cookies into the log.
func cause(err error) string {
	var malformed textproto.ProtocolError // of a header; its text may not even be quoted
	if errors.As(err, &malformed) {
		return "malformed header"
	}
	text, _, _ := strings.Cut(err.Error(), `"`)
	return strings.TrimRight(text, ": ")
}
