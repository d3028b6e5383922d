package proxy

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"sync"
)

// acceptable refuses what is no answer to a request that asked for no other
// protocol.
func acceptable(res *http.Response) error {
	if res.StatusCode == http.StatusSwitchingProtocols {
		return errors.New("the origin switches to a protocol that nobody asked for")
	}
	return plausible(res)
}

// forward asks the origin and sends its answer. Requests for another protocol
// are not for it: see tunnel.
func (p *reverseProxy) forward(w http.ResponseWriter, in *http.Request) {
	x := &exchange{w: w}
	x.trace.Got1xxResponse = x.informational
	out := in.WithContext(httptrace.WithClientTrace(in.Context(), &x.trace))
	p.address(out, in)
	defer x.body.end()
	if err := x.takeBody(out, in, p.middleware); err != nil {
		p.failed(w, in, &x.body, err)
		return
	}
	res, err := p.transport.RoundTrip(out)
	x.answer()
	if err == nil {
		if err = acceptable(res); err != nil {
			_ = res.Body.Close() // what is in it is no answer
		}
	}
	if err != nil {
		p.failed(w, in, &x.body, err)
		return
	}
	p.respond(w, res, jointOf(in))
}

// respond sends an answer of the origin. One that breaks off does so for the
// visitor, too, who must not take it for whole.
func (p *reverseProxy) respond(w http.ResponseWriter, res *http.Response, j *joint) {
	h := w.Header()
	withoutHops(res.Header)
	addAll(h, res.Header)
	announced := len(res.Trailer)
	if announced > 0 { // the transport takes the header away
		h.Add("Trailer", strings.Join(slices.Sorted(maps.Keys(res.Trailer)), ", "))
	}
	w.WriteHeader(res.StatusCode)
	err := copyBody(w, res, j)
	_ = res.Body.Close() // what matters of it has been read; now the trailers are there
	if err != nil {
		p.middleware.config.Logger.Debug("body not sent whole", "error", cause(err))
		panic(http.ErrAbortHandler)
	}
	if len(res.Trailer) == 0 {
		return
	}
	_ = flush(w) // else net/http might give a short body a length, which has no trailers
	h = w.Header()
	if len(res.Trailer) == announced {
		addAll(h, res.Trailer)
		return
	}
	for name, values := range res.Trailer {
		h[http.TrailerPrefix+name] = values
	}
}

// exchange is what is known of a request while the origin works on it.
type exchange struct {
	w     http.ResponseWriter
	body  requestBody
	trace httptrace.ClientTrace

	mu       sync.Mutex
	answered bool // by a status that is the last: the header is not the transport's any more
}

// informational sends a response before the response. The transport calls it on
// a goroutine of its own, maybe too late.
func (x *exchange) informational(status int, header textproto.MIMEHeader) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.answered {
		return nil
	}
	h := x.w.Header()
	others := maps.Clone(h)
	withoutHops(http.Header(header))
	addAll(h, http.Header(header))
	x.w.WriteHeader(status)
	clear(h)
	maps.Copy(h, others)
	return nil
}

func (x *exchange) answer() {
	x.mu.Lock()
	x.answered = true
	x.mu.Unlock()
}

// addAll adds the fields of a header to another one.
func addAll(h, more http.Header) {
	for name, values := range more {
		if have := h[name]; len(have) > 0 {
			values = append(slices.Clip(have), values...)
		}
		h[name] = values
	}
}

// copyBody sends a body as it comes.
func copyBody(w http.ResponseWriter, res *http.Response, j *joint) error {
	if res.Body == http.NoBody {
		return nil
	}
	b := copyBuffers.Get().(*copyBuffer)
	defer copyBuffers.Put(b)
	if !streams(res) {
		return copyThrough(w, j, res.Body, b)
	}
	live := &liveWriter{to: w, joint: j}
	live.begin()
	defer live.end()
	if err := copyThrough(live, nil, res.Body, b); err != nil {
		return err
	}
	live.late() // what has no length is not to get one because it is empty
	return nil
}

// streams reports that what comes of a body is to go on at once: nobody knows
// when there will be more.
func streams(res *http.Response) bool {
	if res.ContentLength < 0 {
		return true
	}
	values := res.Header["Content-Type"]
	if len(values) == 0 {
		return false
	}
	name, _, _ := strings.Cut(values[0], ";")
	return strings.EqualFold(strings.TrimSpace(name), "text/event-stream")
}

// copyBuffer is through what a body is copied. It is as large as the buffer of a
// connection to the origin, so that what came with one read goes on in one piece.
type copyBuffer [readBuffer]byte

var copyBuffers = sync.Pool{New: func() any { return new(copyBuffer) }}

// copyThrough is io.Copy without its ways to let the writer read.
func copyThrough(w io.Writer, j *joint, body io.Reader, b *copyBuffer) error {
	for {
		n, err := body.Read(b[:])
		if n > 0 {
			if _, err := writeJoint(j, w, b[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
