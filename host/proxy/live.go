package proxy

import (
	"net/http"
	"sync"
	"time"
)

// headerWait is how long the header of a body that streams waits for its first
// part, with which it goes out at once.
const headerWait = time.Millisecond

// liveWriter sends what is written to it at once, and the header alone if the
// body is late.
type liveWriter struct {
	to    http.ResponseWriter
	joint *joint // or nil
	timer *time.Timer

	mu    sync.Mutex
	begun bool // something was sent, or need not be any more
}

// begin starts the wait for a body. A page that is held back waits for it
// anyway, in its own way.
func (l *liveWriter) begin() {
	if page, ok := l.to.(*response); ok && page.holds() {
		l.begun = true
		return
	}
	l.timer = time.AfterFunc(headerWait, l.late)
}

func (l *liveWriter) late() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.begun {
		l.begun = true
		_ = flush(l.to) // the next write tells that the visitor is gone
	}
}

// Write implements io.Writer.
func (l *liveWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun = true
	return writeJoint(l.joint, flushing{l.to}, p)
}

// flushing is a writer that is flushed after each write.
type flushing struct{ http.ResponseWriter }

func (f flushing) Write(p []byte) (int, error) {
	n, err := f.ResponseWriter.Write(p)
	if err == nil {
		_ = flush(f.ResponseWriter) // the next write tells that the visitor is gone
	}
	return n, err
}

// end ends the wait, for the writer is gone when this is back.
func (l *liveWriter) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun = true
	if l.timer != nil {
		l.timer.Stop()
	}
}
