package main

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// connections is a listener that has so many connections at a time. One more is
// closed at once: one that waits would wait for others to leave, which may be those
// of an attacker.
type connections struct {
	net.Listener
	most    int
	idle    time.Duration // how long a write may come no further
	refused atomic.Int64

	mu     sync.Mutex
	open   map[*connection]struct{}
	closed chan struct{} // told when one is; has room for one
}

func newConnections(l net.Listener, most int, idle time.Duration) *connections {
	return &connections{Listener: l, most: most, idle: idle, open: map[*connection]struct{}{}, closed: make(chan struct{}, 1)}
}

func (c *connections) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if one := c.admit(conn); one != nil {
			return one, nil
		}
		c.refused.Add(1)
		_ = conn.Close()
	}
}

func (c *connections) admit(conn net.Conn) *connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.open) >= c.most {
		return nil
	}
	one := &connection{Conn: conn, of: c}
	c.open[one] = struct{}{}
	return one
}

func (c *connections) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

func (c *connections) collect(registry *prometheus.Registry) {
	registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "proffer_connections", Help: "Connections from visitors.",
		}, func() float64 { return float64(c.count()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "proffer_connections_refused_total", Help: "Connections that were closed because there were too many.",
		}, func() float64 { return float64(c.refused.Load()) }),
	)
}

// end waits until ctx ends for the connections that are left, which are none of
// the server's any more, and gives how many had to be closed.
func (c *connections) end(ctx context.Context) (cut int) {
	for c.count() > 0 && ctx.Err() == nil {
		select {
		case <-c.closed:
		case <-ctx.Done():
		}
	}
	c.mu.Lock()
	left := make([]*connection, 0, len(c.open))
	for one := range c.open {
		left = append(left, one)
	}
	c.mu.Unlock()
	for _, one := range left {
		_ = one.Close()
	}
	return len(left)
}

func (c *connections) leave(one *connection) {
	c.mu.Lock()
	delete(c.open, one)
	c.mu.Unlock()
	select {
	case c.closed <- struct{}{}:
	default:
	}
}

// connection is one whose writes must come on. There is no bound on how long an
// answer lasts: an event stream lasts for days, and a large file on a slow line for
// hours.
type connection struct {
	net.Conn
	of *connections

	mu    sync.Mutex
	limit time.Time // of writes, as the server has set it; zero: none
	gone  sync.Once
}

// Write has as much time as it needs as long as some bytes are taken again and
// again.
func (c *connection) Write(p []byte) (written int, err error) {
	for {
		c.extend()
		n, err := c.Conn.Write(p[written:])
		written += n
		if err == nil || n == 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return written, err
		}
	}
}

func (c *connection) extend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	until := time.Now().Add(c.of.idle)
	if !c.limit.IsZero() && c.limit.Before(until) {
		until = c.limit
	}
	_ = c.Conn.SetWriteDeadline(until) // a closed connection says so when it is written to
}

// SetWriteDeadline implements net.Conn.
func (c *connection) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = t
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline implements net.Conn.
func (c *connection) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// CloseWrite ends what is sent: net/http does so after an error that a visitor
// should still read.
func (c *connection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Close implements net.Conn.
func (c *connection) Close() error {
	c.gone.Do(func() { c.of.leave(c) })
	return c.Conn.Close()
}
