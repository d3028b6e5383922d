package proxy

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
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
	p.pages = &wrapped{middleware: m, proxied: true, origin: &httputil.ReverseProxy{
		Rewrite:      p.rewrite,
		Transport:    transport,
		BufferPool:   bufferPool{},
		ErrorHandler: p.failed,

		ModifyResponse: plausible,
		ErrorLog:       slog.NewLogLogger(m.config.Logger.Handler(), slog.LevelDebug),
	}}
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
		p.pages.ServeHTTP(w, withBody(p.withoutUpgrade(r)))
	}
}

// requestBody is a visitor's body that remembers why it could not be read.
type requestBody struct {
	io.ReadCloser
	fault atomic.Pointer[error]
}

type bodyKey struct{}

// withBody is a request whose body can be asked later whether it was at fault.
func withBody(r *http.Request) *http.Request {
	if r.Body == nil || r.Body == http.NoBody {
		return r
	}
	b := &requestBody{ReadCloser: r.Body}
	r = r.WithContext(context.WithValue(r.Context(), bodyKey{}, b))
	r.Body = b
	return r
}

func (b *requestBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.fault.Store(&err)
	}
	return n, err
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

// rewrite makes the request for the origin. Hop-by-hop headers are gone from it
// already, so that none can take away what is set here.
func (p *reverseProxy) rewrite(pr *httputil.ProxyRequest) {
	m, in, out := p.middleware, pr.In, pr.Out
	out.URL.RawQuery = in.URL.RawQuery // the module sees it so, too
	pr.SetURL(p.origin)
	if !m.config.Origin.RewriteHost {
		out.Host = in.Host
	}
	peer := m.peers.sent(in)
	if peer {
		out.Header["X-Forwarded-For"] = in.Header["X-Forwarded-For"]
	} else {
		dropForwarded(out.Header)
	}
	pr.SetXForwarded()
	if peer {
		for _, name := range []string{"X-Forwarded-Host", "X-Forwarded-Proto"} {
			if values := in.Header[name]; len(values) > 0 {
				out.Header[name] = values
			}
		}
	}
	out.Close = surprising(in)
	m.loops.pass(out.Header, in.Header)
	m.edit(out.Header, m.classify(in), peer)
}

// dropForwarded removes what only a proxy in front of us may say.
func dropForwarded(h http.Header) {
	for name := range h {
		if strings.HasPrefix(name, "X-Forwarded-") || name == "X-Real-Ip" {
			delete(h, name)
		}
	}
}

// failed answers for an origin that does not.
func (p *reverseProxy) failed(w http.ResponseWriter, r *http.Request, err error) {
	m := p.middleware
	fault := bodyFault(r)
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
	m.warn("no answer from the origin", "error", cause(err), "method", r.Method)
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

// bodyFault is why the visitor's body could not be read: it broke off, is malformed,
// too long or late. Nil: it could.
func bodyFault(r *http.Request) error {
	if b, ok := r.Context().Value(bodyKey{}).(*requestBody); ok {
		if fault := b.fault.Load(); fault != nil {
			return *fault
		}
	}
	return nil
}

// bufferPool keeps the buffers through which bodies are copied.
type bufferPool struct{}

type copyBuffer [32 << 10]byte

var copyBuffers = sync.Pool{New: func() any { return new(copyBuffer) }}

func (bufferPool) Get() []byte { return copyBuffers.Get().(*copyBuffer)[:] }

func (bufferPool) Put(b []byte) { copyBuffers.Put((*copyBuffer)(b)) }
