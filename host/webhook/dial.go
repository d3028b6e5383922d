package webhook

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/profferhq/proffer/host/internal/address"
)

// Bounds of a connection. A receiver that needs longer is down.
const (
	dialTimeout = 5 * time.Second
	idleTimeout = 90 * time.Second
	maxHeader   = 16 << 10
)

// newTransport connects to the receiver alone, by no proxy, and to no address that
// events must not go to. Names are looked up by the system unless a test does.
func newTransport(c *Config, names *net.Resolver) *http.Transport {
	guard := &address.Guard{Private: c.AllowPrivate, Reason: "where events are not sent"}
	dialer := &net.Dialer{Timeout: dialTimeout, ControlContext: guard.Control, Resolver: names}
	return &http.Transport{
		DialContext:         dialer.DialContext,
		TLSClientConfig:     &tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: dialTimeout, IdleConnTimeout: idleTimeout, MaxIdleConnsPerHost: 1,
		MaxResponseHeaderBytes: maxHeader, DisableCompression: true, ForceAttemptHTTP2: true,
	}
}
