package webhook

import (
	"net"
	"net/http"
	"time"
)

// Seams are what a test puts in; nil is what stands there otherwise.
type Seams struct {
	Transport http.RoundTripper
	Names     *net.Resolver
	Jitter    func() float64
	Wait      func(stop <-chan struct{}, d time.Duration)
}

// OpenWith is Open with a test's own network, chance and time.
func OpenWith(c Config, with Seams) (*Sender, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	inner := seams{with.Transport, with.Jitter, with.Wait}
	if inner.transport == nil {
		inner.transport = newTransport(&c, with.Names)
	}
	if inner.jitter == nil {
		inner.jitter = func() float64 { return 0 }
	}
	if inner.wait == nil {
		inner.wait = func(<-chan struct{}, time.Duration) {}
	}
	return open(c, inner)
}
