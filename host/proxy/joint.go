package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
)

// JoinWrites makes connections that send the header of a page and its body with
// one call of the system, where net/http needs two: it sends its buffer of 4 KiB
// when that is full, and the rest of a write behind it. The server must have
// [ConnContext] as its ConnContext; without that, and in HTTP/2, nothing is joined.
func JoinWrites(l net.Listener) net.Listener { return jointListener{l} }

type jointListener struct{ net.Listener }

// Accept implements net.Listener.
func (l jointListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &joint{Conn: c}, nil
}

type jointKey struct{}

// ConnContext lets a reverse proxy find the connection that a request came by.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	for {
		if j, ok := c.(*joint); ok {
			return context.WithValue(ctx, jointKey{}, j)
		}
		above, ok := c.(interface{ NetConn() net.Conn }) // TLS
		if !ok {
			return ctx
		}
		c = above.NetConn()
	}
}

// jointOf is the connection of a request, or nil. The streams of one in HTTP/2
// write when they like: what one of them has to say must not wait for another.
func jointOf(r *http.Request) *joint {
	if r.ProtoMajor != 1 {
		return nil
	}
	j, _ := r.Context().Value(jointKey{}).(*joint)
	return j
}

// joint is a connection whose writes can be joined.
type joint struct {
	net.Conn

	mu      sync.Mutex
	joining bool
	kept    *copyBuffer // of writes that said to be done
	size    int         // of what is in it
}

// writeJoint gives p to w, a response on j, and joins what net/http makes of it;
// j may be nil.
func writeJoint(j *joint, w io.Writer, p []byte) (n int, err error) {
	if j == nil {
		return w.Write(p)
	}
	j.join()
	defer func() { err = errors.Join(err, j.part()) }() // also if w panics
	return w.Write(p)
}

// join keeps writes back until part.
func (j *joint) join() {
	j.mu.Lock()
	j.joining = true
	j.mu.Unlock()
}

// part sends what was kept back.
func (j *joint) part() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.joining = false
	return j.send()
}

// Write implements io.Writer.
func (j *joint) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.joining && j.size+len(p) <= len(copyBuffer{}) {
		if j.kept == nil {
			j.kept = copyBuffers.Get().(*copyBuffer)
		}
		j.size += copy(j.kept[j.size:], p)
		return len(p), nil
	}
	if err := j.send(); err != nil {
		return 0, err
	}
	return j.Conn.Write(p)
}

// send sends what is kept, of which nothing is left whatever comes of it: a
// connection that could not take it is at its end.
func (j *joint) send() error {
	if j.kept == nil {
		return nil
	}
	_, err := j.Conn.Write(j.kept[:j.size])
	copyBuffers.Put(j.kept)
	j.kept, j.size = nil, 0
	return err
}

// CloseWrite ends what is sent: tunnels do so, and net/http after an error that a
// visitor should still read.
func (j *joint) CloseWrite() error {
	if half, ok := j.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}
