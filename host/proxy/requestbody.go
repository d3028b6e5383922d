package proxy

import (
	"errors"
	"io"
	"net/http"
	"sync/atomic"

	"golang.org/x/net/http/httpguts"
)

var errEnded = errors.New("proxy: the request is over")

// requestBody is a visitor's body on its way to the origin. The transport may
// read it a little longer than the handler runs, and close it: it is net/http's,
// and neither may reach it.
type requestBody struct {
	from  io.ReadCloser         // nil = there is none
	in    *http.Request         // whose trailers come with its end
	trail http.Header           // the origin's, or nil
	fault atomic.Pointer[error] // it broke off or is malformed
	ended atomic.Bool
}

// takeBody gives the request for the origin the visitor's body, if there is one.
// Without one the transport may ask again when a connection is lost.
func (x *exchange) takeBody(out, in *http.Request, m *Middleware) error {
	out.Trailer = nil
	if in.ContentLength == 0 || in.Body == nil {
		out.Body = nil
		return x.awaitNothing(in)
	}
	x.body.from, x.body.in = in.Body, in
	x.body.trail = m.trailer(in)
	out.Body, out.Trailer = &x.body, x.body.trail
	return nil
}

// awaitNothing waits for the end of a body that says to be empty. In HTTP/2 that
// comes on its own, and may turn out to be something else.
func (x *exchange) awaitNothing(in *http.Request) error {
	if in.ProtoMajor < 2 || in.Body == nil || len(in.Header["Content-Length"]) == 0 {
		return nil
	}
	var b [1]byte
	_, err := in.Body.Read(b[:])
	if err == nil || errors.Is(err, io.EOF) {
		return nil
	}
	x.body.fault.Store(&err)
	return err
}

// trailer are the trailers of a visitor's that go on, without their values: what
// would have gone on as a header, and means the same behind a body.
func (m *Middleware) trailer(in *http.Request) http.Header {
	if len(in.Trailer) == 0 {
		return nil
	}
	peer := m.peers.sent(in)
	out := http.Header{}
	for name := range in.Trailer {
		if httpguts.ValidTrailerHeader(name) && !hops(name) && name != "Cookie" && (peer || !forwards(name)) {
			out[name] = nil
		}
	}
	dropListed(out, in.Header["Connection"])
	m.edit(out, perhaps, peer)
	return out
}

// Read implements io.Reader.
func (b *requestBody) Read(p []byte) (int, error) {
	if b.ended.Load() {
		return 0, errEnded
	}
	n, err := b.from.Read(p)
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		for name := range b.trail {
			b.trail[name] = b.in.Trailer[name]
		}
	default:
		b.fault.Store(&err)
	}
	return n, err
}

// why is the error with which the body could not be read, or nil.
func (b *requestBody) why() error {
	if fault := b.fault.Load(); fault != nil {
		return *fault
	}
	return nil
}

// Close implements io.Closer, and leaves the body to net/http.
func (b *requestBody) Close() error {
	b.end()
	return nil
}

// end lets nobody read any more.
func (b *requestBody) end() { b.ended.Store(true) }
