package proxy

import (
	"bufio"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// stage is how far a response has come.
type stage uint8

const (
	fresh     stage = iota // the origin has not answered
	reading                // the header and the head of the body are held back
	passing                // everything goes out as it comes
	injecting              // the body goes through the injector
	recoding               // the body gets another coding, and is not looked at
	mute                   // HEAD: no body goes out, for its length is not the page's
	spoiled                // a panic beside the handler: the connection is to be cut
	closed
)

var errClosed = errors.New("proxy: the response is over")

// response is the ResponseWriter of a request that may bring a page.
//
// The handler's calls and the end of the wait meet under the mutex. The origin's
// header map is its own as long as it may still change beside a decision: a
// wrapped handler's for the whole response, our proxy's from WriteHeader on.
type response struct {
	middleware *Middleware
	under      http.ResponseWriter
	request    *http.Request // as it came; nobody changes it
	proxied    bool
	header     http.Header // the handler's

	mu       sync.Mutex
	stage    stage
	kind     kind
	declared bool  // the header says that the charset is UTF-8
	late     bool  // header is of trailers alone, and not net/http's
	flushed  bool  // a flush was asked for while reading, and not done
	tainted  bool  // a panic has left the scratch in doubt
	length   int64 // as announced, or -1
	taken    int64 // bytes of the body that came, while injecting
	timer    *time.Timer
	scratch  *scratch
	recoder  *recoder // of a body whose coding changes, or nil

	look    *lookup   // under way since before the origin was asked, or nil
	headers time.Time // when the origin's header came, if there is one
}

func newResponse(m *Middleware, w http.ResponseWriter, r *http.Request, proxied bool) *response {
	page := &response{middleware: m, under: w, request: r, proxied: proxied, header: w.Header(), length: -1}
	if !proxied {
		page.header = make(http.Header, len(page.header)+8)
		maps.Copy(page.header, w.Header())
	}
	return page
}

// Header is the header that WriteHeader sends; after that, the trailers.
func (w *response) Header() http.Header {
	if w.header == nil {
		w.header = make(http.Header)
	}
	return w.header
}

// Unwrap lets http.ResponseController find what is not ours.
func (w *response) Unwrap() http.ResponseWriter { return w.under }

// WriteHeader implements http.ResponseWriter.
func (w *response) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(status)
}

func (w *response) writeHeader(status int) {
	switch w.stage {
	case fresh:
	case passing, injecting, recoding, mute:
		w.under.WriteHeader(status) // net/http says that it is too late
		return
	default:
		return
	}
	w.publish()
	if status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		w.under.WriteHeader(status) // more is to come
		return
	}
	h := w.under.Header()
	w.kind, w.declared = kindOf(status, h)
	if w.kind == other {
		w.kind = w.jsonKind(status, h)
	}
	switch {
	case w.request.Method == http.MethodHead:
		w.writeHead(status)
	case w.kind == other:
		w.pass(status)
	case w.kind == coded:
		w.middleware.metrics.pages[encoded].Inc()
		w.pass(status)
	case w.kind == foreign:
		w.middleware.metrics.pages[charset].Inc()
		w.pass(status)
	default:
		w.begin(h)
	}
}

// publish gives net/http the header as the handler has left it.
func (w *response) publish() {
	if !w.proxied {
		h := w.under.Header()
		clear(h)
		maps.Copy(h, w.header)
	}
}

// pass lets a response go out as it comes.
func (w *response) pass(status int) {
	w.stage = passing
	w.under.WriteHeader(status)
}

// writeHead answers HEAD with what GET's header would be.
func (w *response) writeHead(status int) {
	if w.kind < html {
		w.pass(status)
		return
	}
	w.scratch = w.middleware.scratches.take()
	v := w.preview()
	if !v.changed {
		w.pass(status)
		return
	}
	h := w.under.Header()
	personal(h, v.cookies)
	rewritten(h)
	h.Del("Content-Length") // that of another page
	if from := codingOf(h["Content-Encoding"]); from != uncoded {
		accepted := newAcceptance(w.request.Header["Accept-Encoding"])
		recoded(h, accepted.choose(from))
	}
	w.stage = mute
	w.under.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *response) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stage == fresh {
		w.writeHeader(http.StatusOK)
	}
	return w.write(p)
}

// WriteString implements io.StringWriter.
func (w *response) WriteString(s string) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stage == fresh {
		w.writeHeader(http.StatusOK)
	}
	if w.stage == passing {
		return io.WriteString(w.under, s)
	}
	return w.write([]byte(s))
}

func (w *response) write(p []byte) (int, error) {
	switch w.stage {
	case reading:
		return w.read(p)
	case passing:
		return w.send(p)
	case injecting, recoding:
		return w.inject(p)
	case mute:
		return len(p), nil
	}
	return 0, errClosed
}

// send gives a part of the body to net/http, which writes the header with the
// first one.
func (w *response) send(p []byte) (int, error) { return writeJoint(jointOf(w.request), w.under, p) }

// ReadFrom implements io.ReaderFrom, so that files that are no pages are still
// sent by the operating system.
func (w *response) ReadFrom(src io.Reader) (int64, error) {
	w.mu.Lock()
	direct := w.stage == passing
	w.mu.Unlock()
	if to, ok := w.under.(io.ReaderFrom); ok && direct {
		return to.ReadFrom(src)
	}
	return io.Copy(struct{ io.Writer }{w}, src)
}

// inject writes a part of the body behind the head.
func (w *response) inject(p []byte) (int, error) {
	if w.taken += int64(len(p)); w.length >= 0 && w.taken > w.length {
		return 0, http.ErrContentLength
	}
	if w.recoder != nil {
		if err := w.more(p); err != nil {
			return 0, err
		}
		return len(p), nil
	}
	s := w.scratch
	s.out = s.injector.Write(s.out[:0], p)
	if len(s.out) == 0 {
		return len(p), nil
	}
	if _, err := w.under.Write(s.out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush implements http.Flusher.
func (w *response) Flush() { _ = w.FlushError() } // Flush has no way to tell

// FlushError is Flush for http.ResponseController.
func (w *response) FlushError() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stage == fresh {
		w.writeHeader(http.StatusOK)
	}
	switch {
	case w.stage == reading && w.proxied:
		w.flushed = true
		return nil
	case w.stage == reading:
		if err := w.commit(w.held(), byFlush); err != nil {
			return err
		}
	case w.stage >= spoiled:
		return errClosed
	}
	return w.flushOut()
}

// flushOut lets the visitor have what was written.
func (w *response) flushOut() error {
	if err := w.emitHeld(); err != nil {
		return err
	}
	return flush(w.under)
}

func flush(w http.ResponseWriter) error { return http.NewResponseController(w).Flush() }

// Hijack implements http.Hijacker.
func (w *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch w.stage {
	case fresh:
		w.publish()
	case reading:
		if err := w.release(w.held()); err != nil {
			return nil, nil, err
		}
	case injecting, recoding:
		if err := w.tail(); err != nil {
			return nil, nil, err
		}
		w.stage = passing
	case spoiled, closed:
		return nil, nil, errClosed
	}
	conn, buffered, err := http.NewResponseController(w.under).Hijack()
	if err == nil {
		w.close()
	}
	return conn, buffered, err
}

// holds reports that what comes is held back.
func (w *response) holds() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stage == reading
}

// finish ends the response after its handler has returned.
func (w *response) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.close()
	switch w.stage {
	case fresh:
		w.publish() // net/http answers
		return
	case reading:
		w.end()
	case injecting, recoding:
		if w.taken < w.length {
			panic(http.ErrAbortHandler) // as net/http does, had it the length
		}
		_ = w.tail() // the visitor may be gone
	case closed:
		return
	}
	if w.stage == spoiled {
		panic(http.ErrAbortHandler)
	}
	w.trail()
}

// end ends a response whose body was over while it was held back.
func (w *response) end() {
	if w.recoder != nil {
		w.endCoded()
		return
	}
	head := w.held()
	if int64(len(head)) < w.length {
		w.count(truncated)
		_ = w.release(head) // net/http cuts the connection
		return
	}
	if err := w.commit(head, byBody); err == nil && w.unsized(len(head)) {
		_ = flush(w.under) // the visitor may be gone
	}
}

// netBuffer is the most that net/http keeps of a body, in bytes, to see whether
// it can give its length: 2 KiB in HTTP/1, 4 KiB in HTTP/2.
const netBuffer = 4 << 10

// unsized reports that net/http could give a body of so many bytes a length,
// though the origin, by a flush or by trailers, has seen to it that there is
// none.
func (w *response) unsized(body int) bool {
	return body <= netBuffer && (w.flushed || len(w.trailers()) > 0) && len(w.under.Header()["Content-Length"]) == 0
}

// tail writes what was kept back of the body.
func (w *response) tail() error {
	if w.decodes() {
		w.recoder.decoder.feed(nil, true)
		if err := w.decodeRest(); err != nil {
			return err
		}
	}
	if w.stage == recoding {
		return w.emitEnd()
	}
	s := w.scratch
	s.out = s.injector.Close(s.out[:0])
	r := kept
	if w.countSlots() {
		r = injected
	}
	w.middleware.metrics.pages[r].Inc()
	if err := errors.Join(w.emit(s.out), w.emitEnd()); err != nil {
		return err // who knows what the visitor has seen
	}
	w.settle()
	return nil
}

// abandon ends a response whose handler panics: what was held back goes to
// net/http, which sends what it would have sent.
func (w *response) abandon() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tainted = true
	switch w.stage {
	case fresh:
		w.publish()
	case reading:
		_ = w.release(w.held())
	}
	w.close()
}

// close ends everything of ours.
func (w *response) close() {
	w.stop()
	w.stage = closed
	w.look.drop()
	w.look = nil
	w.recoder.close()
	s := w.scratch
	w.scratch = nil
	if s != nil && !w.tainted {
		w.middleware.scratches.give(s)
	}
}

// trailers are the names of the handler's trailers
// (https://pkg.go.dev/net/http#example-ResponseWriter-Trailers).
func (w *response) trailers() (names []string) {
	if w.proxied && !w.late {
		return nil // they are where they belong
	}
	announced := w.under.Header()["Trailer"]
	for name := range w.header {
		if w.late || strings.HasPrefix(name, http.TrailerPrefix) || announces(announced, name) {
			names = append(names, name)
		}
	}
	return names
}

// announces reports whether a Trailer header names a field.
func announces(values []string, name string) bool {
	for _, v := range values {
		for field := range strings.SplitSeq(v, ",") {
			if http.CanonicalHeaderKey(strings.TrimSpace(field)) == name {
				return true
			}
		}
	}
	return false
}

// trail gives net/http the trailers that the handler has set since the header
// was taken.
func (w *response) trail() {
	h := w.under.Header()
	for _, name := range w.trailers() {
		h[name] = w.header[name]
	}
}
