package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/proxy"
)

// limitsHelp documents "limits" and "origin" of the configuration file.
const limitsHelp = `
Limits of what visitors can take up; these are the defaults:
  {"limits":{"connections":16384,"requests":4096,"decisions":3072,"streams":100,
   "header_bytes":16384,"header_ms":10000,"body_idle_ms":30000,"write_idle_ms":60000,
   "idle_ms":120000,"drain_ms":10000}}
One connection more is closed at once. Of more requests in flight than "decisions" pages
go without offers, of more than "requests" with 503 and Retry-After; an event stream or a
websocket is in flight as long as it lasts. "streams" are the requests on one connection
of HTTP/2. A longer header gets 431; it has to come within header_ms, as a TLS handshake
has. "body_bytes", if it is there, bounds a request's body (413), which may pause for
body_idle_ms (408). A visitor who takes nothing of an answer for write_idle_ms is cut off;
how long an answer lasts is not bounded. idle_ms is how long a connection waits for its
next request. With GOMEMLIMIT=900MiB in the environment pages go without offers, too,
while more than 80 % of it are in use; set it to some 80 % of what a container has.

When it is told to end, /readyz answers 503, for "notice_ms" before anything else (0: set
it to what a load balancer needs to notice). Then nothing new is taken on, and what is in
flight has drain_ms to end.

  {"origin":{"networks":["169.254.7.0/24"]}}
is where the origin's name may lead besides this machine, private networks and the
Internet: link-local, multicast and reserved addresses, and those by which clouds tell
their secrets, are refused unless they are here or in --origin itself. A request that
comes back to this proxy, or has passed ten, gets 508; see CDN-Loop (RFC 8586).
`

// Defaults of limits. A header that takes longer than ten seconds is an attack;
// 16 KiB hold the largest headers of real browsers. 100 streams are what browsers
// use. A descriptor is used for each connection, and one towards the origin.
const (
	defaultConnections = 16384
	defaultStreams     = 100
	headerTimeout      = 10 * time.Second
	idleTimeout        = 2 * time.Minute
	writeIdle          = time.Minute
	maxHeader          = 16 << 10
	drainTimeout       = 10 * time.Second

	// A connection of HTTP/2 from which nothing comes is asked whether it lives.
	pingAfter, pingTimeout = 30 * time.Second, 15 * time.Second
)

func withDefaults(l config.Limits) config.Limits {
	def(&l.Connections, defaultConnections)
	def(&l.Streams, defaultStreams)
	def(&l.HeaderBytes, maxHeader)
	def(&l.HeaderTime, headerTimeout)
	def(&l.WriteIdle, writeIdle)
	def(&l.Idle, idleTimeout)
	def(&l.Drain, drainTimeout)
	return l
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func newServer(h http.Handler, l config.Limits, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: l.HeaderTime, IdleTimeout: l.Idle, MaxHeaderBytes: l.HeaderBytes,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: l.Streams, SendPingTimeout: pingAfter, PingTimeout: pingTimeout, WriteByteTimeout: l.WriteIdle,
		},
		ConnContext: proxy.ConnContext,
		ErrorLog:    slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
}

// listeners are the two of the command.
type listeners struct {
	visitors  *connections
	operators net.Listener
}

func listen(visitors, operators string, l config.Limits) (*listeners, error) {
	v, err := net.Listen("tcp", visitors)
	if err != nil {
		return nil, err
	}
	o, err := net.Listen("tcp", operators)
	if err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return &listeners{newConnections(v, l.Connections, l.WriteIdle), o}, nil
}

// listening is what runs between the start and the end.
type listening struct {
	limits      config.Limits
	certificate *certificate // nil: visitors come without TLS
	ending      func()       // tells operators
	registry    *prometheus.Registry
	logger      *slog.Logger
	after       func(time.Duration) <-chan time.Time

	listeners        *listeners
	visitors, admins *http.Server
	left             chan struct{} // closed when visitors come no more
}

func (s *listening) start(pages, admin http.Handler) (failed <-chan error) {
	s.listeners.visitors.collect(s.registry)
	s.visitors, s.admins = newServer(pages, s.limits, s.logger), newServer(admin, s.limits, s.logger)
	out := make(chan error, 2)
	go func() { out <- s.admins.Serve(s.listeners.operators) }()
	s.left = make(chan struct{})
	go func() {
		defer close(s.left)
		if s.certificate == nil {
			out <- s.visitors.Serve(proxy.JoinWrites(s.listeners.visitors))
			return
		}
		s.visitors.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: s.certificate.get}
		out <- s.visitors.ServeTLS(proxy.JoinWrites(s.listeners.visitors), "", "")
	}()
	return out
}

func (s *listening) url() string {
	scheme := "http://"
	if s.certificate != nil {
		scheme = "https://"
	}
	return scheme + s.listeners.visitors.Addr().String()
}

// end tells load balancers first, then lets what is in flight come to its end, and
// cuts off what does not. Operators can ask until that is done.
func (s *listening) end() error {
	s.ending()
	s.visitors.SetKeepAlivesEnabled(false) // "Connection: close" from now on
	if s.limits.Notice > 0 {
		select {
		case <-s.after(s.limits.Notice):
		case <-s.left: // there is nobody to be told
		}
	}
	ctx, done := context.WithTimeout(context.Background(), s.limits.Drain)
	defer done()
	err := s.visitors.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	<-s.left // Shutdown does not wait for a connection that has just been accepted
	if n := s.listeners.visitors.end(ctx); n > 0 {
		s.logger.Warn("connections were cut off", "connections", n, "after", s.limits.Drain)
	}
	return errors.Join(err, s.visitors.Close(), s.admins.Close())
}
