package proxy

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

const tooLong = "The request is too long.\n"

// pacedBody is a visitor's body that must go on coming.
type pacedBody struct {
	io.ReadCloser
	connection *http.ResponseController
	idle       time.Duration

	mu   sync.Mutex
	over bool // it came to its end, or its request has been answered
}

// paced puts the bounds of a body around that of a request.
func paced(w http.ResponseWriter, r *http.Request, l *Limits) *pacedBody {
	b := &pacedBody{ReadCloser: r.Body, connection: http.NewResponseController(w), idle: l.BodyIdle}
	if l.BodyBytes > 0 {
		b.ReadCloser = http.MaxBytesReader(w, r.Body, l.BodyBytes)
	}
	r.Body = b
	return b
}

// Read gives each part its own time, and lets go of the connection at the end: the
// server waits on it for the visitor to leave.
func (b *pacedBody) Read(p []byte) (int, error) {
	b.wait(time.Now().Add(b.idle), false)
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.wait(time.Time{}, true)
	}
	return n, err
}

// end bounds what the server reads of a body that nobody wanted to its end. A
// transport that has not noticed yet finds the body closed; the connection is the
// next request's then.
func (b *pacedBody) end() { b.wait(time.Now().Add(b.idle), true) }

func (b *pacedBody) wait(until time.Time, over bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return
	}
	b.over = over
	_ = b.connection.SetReadDeadline(until) // not every server can
}

// bodyAnswer is the answer to a request whose body could not be read for a reason.
func bodyAnswer(err error) (status int, text string) {
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return http.StatusRequestEntityTooLarge, tooLong
	case timedOut(err):
		return http.StatusRequestTimeout, "The request did not come to its end in time.\n"
	}
	return http.StatusBadRequest, "The request could not be read.\n"
}

func timedOut(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
