package proxy

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// Engine gives one session for each page that is decided. [host.Host] and
// native.Engine are engines. How long a page waits for its decision is the
// engine's to bound.
type Engine interface {
	Acquire() (host.Session, error)
}

// Recorder is told of every decision for a page, on the page's way: it must not
// wait, and keeps no slice that it is given. package record has one.
type Recorder interface {
	Record(s *host.Snapshot, request, response []byte, a *abi.Answer)
}

// Events takes event lines (plugin/ABI.md, section 9). An events.Log is one.
type Events interface {
	// Put never waits, and keeps nothing of what it is given.
	Put(lines [][]byte)
	// Commit comes back when the lines will not be lost any more.
	Commit(ctx context.Context, lines [][]byte) error
}

// Config says how a [Middleware] works. Engine is required; the zero value of
// every other field stands for its default.
type Config struct {
	Engine Engine

	// Prefix is the path under which our own endpoints are, which the module
	// answers; it begins and ends with "/". Requests there never reach the
	// origin. Default "/.proffer/".
	Prefix string

	// Peers are the addresses of proxies in front of us that are believed: the
	// headers below, and X-Forwarded-*, count from them alone and are removed
	// from the requests of everybody else. Default: none.
	Peers []netip.Prefix

	// The names that the module was configured with. IdentityCookie is sent to
	// the module from everybody, the headers from peers. The defaults are the
	// module's: "proffer_identity", "proffer-identity", and no header for the
	// other three.
	IdentityCookie string
	IdentityHeader string
	PersonHeader   string
	CountryHeader  string
	DeviceHeader   string

	// Identity tells by other means who sends a request: the people source and
	// the key there. It is asked once for each request to the module, where no
	// identity token that verifies under Keyring and no header of a peer names
	// anybody. Its word is believed, whoever the request is from. Default:
	// nobody is asked.
	Identity func(r *http.Request) (source, key string, ok bool)

	// Keyring is the keys in force, those that the module has. Identity needs
	// it.
	Keyring func() *seal.Keyring

	// Trusted tells trusted callers of the decide API, by nil; the error says, to
	// whoever asks, why one is not. Trusted callers may say who the visitor is, and
	// get the whole of an answer; they are peers, too. It is asked only where there
	// is an Authorization header. Default: nobody is trusted.
	Trusted func(r *http.Request) error

	// CORS says which other origins' pages may use the endpoints. Default: none.
	CORS CORS

	// ReadAhead is how much of a page is held back until it is decided, in
	// bytes: 1,024 (what a page's charset is declared in) to 16 MiB. A page
	// that fits is sent whole, with its Content-Length. Default 256 KiB, the
	// same on every edge.
	ReadAhead int

	// ReadAheadWait is how long a page's first byte waits for the rest of the
	// held part. Default 50 ms.
	ReadAheadWait time.Duration

	// Clock tells the time that the module is given. Default time.Now.
	Clock func() time.Time

	// Rand is where seeds and ids come from. It is read in blocks, by several
	// goroutines at once. Default crypto/rand.
	Rand io.Reader

	// Recorder is told of every decision. Default: nobody is.
	Recorder Recorder

	// Logger gets failures, at most one a second. Default: nothing is logged.
	Logger *slog.Logger

	// Registerer takes the counters, whose names begin with "proffer_".
	// Default: they are not registered.
	Registerer prometheus.Registerer

	// Events gets what happened to the propositions. Default: nobody wants to
	// know, and nothing waits for it.
	Events Events

	// Store keeps visitors and people. Whatever it does, pages go on: one that is
	// late or fails counts as one that knows nobody. Default: there is none.
	Store Store

	// LookupWait is how long a page waits for the store: after its origin's header
	// for what is known of the visitor, and after its decision until what the
	// decision changes is taken in. Default 3 ms.
	LookupWait time.Duration

	// Outbox says that the store delivers event lines, so that it is to be told of
	// all, also where Events is nil.
	Outbox bool

	// Limits bound what is taken on at a time, where [Middleware.Limit] is used.
	Limits Limits

	// Origin says how a reverse proxy talks to its origin.
	Origin Origin
}

// Origin says how a reverse proxy talks to its origin.
type Origin struct {
	// RewriteHost sends the host of the origin's URL in the Host header. The
	// default is the visitor's Host, so that links and redirects are right.
	RewriteHost bool

	// ConnectTimeout bounds connecting, TLS included. Default 5 s.
	ConnectTimeout time.Duration

	// HeaderTimeout bounds the wait for a response's header; what lasts longer
	// is answered by 504. Default 60 s.
	HeaderTimeout time.Duration

	// Networks are addresses that an origin's name may lead to besides those of
	// this machine, of private networks and of the Internet. Link-local ones,
	// those by which clouds tell a machine its secrets, multicast and reserved
	// ones are refused unless they are here or stand in the origin's URL.
	// Default: none.
	Networks []netip.Prefix

	// Resolver looks names up. Default: the system's.
	Resolver *net.Resolver

	// IdleConns is how many connections are kept open. Default 512.
	IdleConns int

	// Coding says in which codings pages are asked for and sent. It counts for
	// wrapped handlers, too. Default CodingOrigin.
	Coding Coding

	// Transport is used in place of our own, and the settings above that are about
	// connections are
	// not. It must neither add an Accept-Encoding nor decode bodies.
	Transport http.RoundTripper
}

// Coding says in which content codings pages are asked for and sent: gzip, br,
// zstd and deflate are read and written here.
type Coding uint8

const (
	// CodingOrigin asks the origin for the codings that the visitor accepts and
	// that are read here. A page that keeps its content leaves in the bytes that
	// the origin sent; one that changes is coded again, in the same coding if the
	// visitor accepts it.
	CodingOrigin Coding = iota

	// CodingOwn asks for plain pages, and puts a coding on those that change.
	// The others leave plain.
	CodingOwn

	// CodingNone asks for plain pages and puts a coding on none, for a proxy in
	// front of us that compresses.
	CodingNone
)

const (
	defaultReadAhead      = 256 << 10
	defaultReadAheadWait  = 50 * time.Millisecond
	defaultLookupWait     = 3 * time.Millisecond
	defaultConnectTimeout = 5 * time.Second
	defaultHeaderTimeout  = 60 * time.Second
	defaultIdleConns      = 512
	defaultIdleTimeout    = 90 * time.Second
	defaultExpectTimeout  = time.Second

	maxReadAhead = 16 << 20
)

// complete returns c with its defaults, or everything that is wrong with it.
func (c Config) complete() (Config, error) {
	names := abi.DefaultConfig()
	def(&c.Prefix, names.Prefix)
	def(&c.IdentityCookie, names.IdentityCookie)
	def(&c.IdentityHeader, names.IdentityHeader)
	def(&c.ReadAhead, defaultReadAhead)
	def(&c.ReadAheadWait, defaultReadAheadWait)
	def(&c.LookupWait, defaultLookupWait)
	def(&c.Origin.ConnectTimeout, defaultConnectTimeout)
	def(&c.Origin.HeaderTimeout, defaultHeaderTimeout)
	def(&c.Origin.IdleConns, defaultIdleConns)
	def(&c.Logger, slog.New(slog.DiscardHandler))
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	var errs []error
	if c.Engine == nil {
		errs = append(errs, errors.New("no engine"))
	}
	if c.Identity != nil && c.Keyring == nil {
		errs = append(errs, errors.New("an identity without a keyring"))
	}
	if len(c.Prefix) < 3 || c.Prefix[0] != '/' || !strings.HasSuffix(c.Prefix, "/") {
		errs = append(errs, fmt.Errorf("prefix %q is not a path like %q", c.Prefix, names.Prefix))
	}
	if err := c.CORS.complete(); err != nil {
		errs = append(errs, err)
	}
	for _, p := range c.Peers {
		if !p.IsValid() {
			errs = append(errs, fmt.Errorf("peer %v is not a range of addresses", p))
		}
	}
	errs = append(errs, c.Limits.complete()...)
	return c, errors.Join(append(errs,
		within("ReadAhead", c.ReadAhead, charsetWithin, maxReadAhead),
		within("ReadAheadWait", c.ReadAheadWait, 1, time.Hour),
		within("LookupWait", c.LookupWait, 1, time.Hour),
		within("Origin.ConnectTimeout", c.Origin.ConnectTimeout, 1, time.Hour),
		within("Origin.HeaderTimeout", c.Origin.HeaderTimeout, 1, 24*time.Hour),
		within("Origin.Coding", int(c.Origin.Coding), int(CodingOrigin), int(CodingNone)),
		within("Origin.IdleConns", c.Origin.IdleConns, 1, 1<<20),
	)...)
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func within[T int | time.Duration](name string, v, low, high T) error {
	if v >= low && v <= high {
		return nil
	}
	return fmt.Errorf("%s is %v (have %v..%v)", name, v, low, high)
}
