package proxy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	site    = "shop.example"    // anonymous, with listed pages
	members = "members.example" // people that are looked up; strangers fall back on the site's offers
	staff   = "staff.example"   // people alone: nobody is identified
)

// snapshotOf compiles the tests' catalog; word stands in its offers.
func snapshotOf(t testing.TB, word string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "catalog.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(text, []byte("WORD"), []byte(word))
	b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: text}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var compiled = sync.OnceValues(func() ([]byte, error) {
	text, err := os.ReadFile(filepath.Join("testdata", "catalog.yaml"))
	if err != nil {
		return nil, err
	}
	return hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: bytes.ReplaceAll(text, []byte("WORD"), []byte("offer"))}})
})

// nativeEngine decides in this process.
func nativeEngine(t testing.TB) *native.Engine {
	t.Helper()
	snapshot, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	e, err := native.New(hosttest.Settings())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Swap(context.Background(), snapshot); err != nil {
		t.Fatal(err)
	}
	return e
}

// rig is a middleware under test and what it has counted.
type rig struct {
	*proxy.Middleware
	registry *prometheus.Registry
}

// middleware makes one whose waits are never over, unless the configuration
// says so.
func middleware(t testing.TB, c proxy.Config) *rig {
	t.Helper()
	if c.Engine == nil {
		c.Engine = nativeEngine(t)
	}
	if c.ReadAheadWait == 0 {
		c.ReadAheadWait = time.Hour
	}
	registry := prometheus.NewRegistry()
	c.Registerer = registry
	m, err := proxy.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{m, registry}
}

// count is the value of a counter, or of one of a vector: "name" or
// "name/label value".
func (r *rig) count(t testing.TB, name string) float64 {
	t.Helper()
	name, label, _ := strings.Cut(name, "/")
	families, err := r.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "proffer_"+name {
			continue
		}
		for _, m := range f.GetMetric() {
			if label == "" || m.GetLabel()[0].GetValue() == label {
				if f.GetType().String() == "HISTOGRAM" {
					return float64(m.GetHistogram().GetSampleCount())
				}
				return m.GetCounter().GetValue()
			}
		}
	}
	t.Fatalf("no counter %s/%s", name, label)
	return 0
}

// expect compares counters.
func (r *rig) expect(t testing.TB, counters map[string]float64) {
	t.Helper()
	for name, want := range counters {
		if got := r.count(t, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

// answer is all of a response.
type answer struct {
	status  int
	header  http.Header
	trailer http.Header
	length  int64
	body    string
	err     error // of reading the body
}

var client = &http.Client{
	Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	},
}

// ask sends a request for a page of the site. Headers are "Name: value".
func ask(t testing.TB, server, method, path string, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequest(method, server+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = site
	r.Header.Set("User-Agent", "test")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		switch name {
		case "Host":
			r.Host = value
			continue
		case "User-Agent": // of two, net/http sends one
			r.Header.Del(name)
		}
		r.Header.Add(name, value)
	}
	res, err := client.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	a := answer{
		status: res.StatusCode, header: res.Header, trailer: res.Trailer,
		length: res.ContentLength, body: string(b), err: err,
	}
	a.header.Del("Date")
	return a
}

// serve runs a handler until the test ends and gives its URL.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = nil
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

// reverse runs a reverse proxy in front of an origin and gives its URL.
func reverse(t testing.TB, m *rig, origin string) string {
	t.Helper()
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, proxy.NewReverseProxy(m.Middleware, u))
}

// front puts offers into an origin's pages and gives the URL of a server.
type front func(testing.TB, *rig, http.Handler) string

// fronts are the two ways.
var fronts = map[string]front{
	"wrap":    func(t testing.TB, m *rig, h http.Handler) string { t.Helper(); return serve(t, m.Wrap(h)) },
	"reverse": func(t testing.TB, m *rig, h http.Handler) string { t.Helper(); return reverse(t, m, serve(t, h)) },
}

// everywhere runs a test on both.
func everywhere(t *testing.T, test func(t *testing.T, front front)) {
	t.Helper()
	for name, front := range fronts {
		t.Run(name, func(t *testing.T) { test(t, front) })
	}
}

// page answers with HTML.
func page(body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			if name == "Content-Type" {
				w.Header().Set(name, value)
				continue
			}
			w.Header().Add(name, value)
		}
		_, _ = io.WriteString(w, body)
	}
}

const (
	slotted  = `<!doctype html><title>T</title><p>é</p><div data-offer-space="hero">own</div><p>after`
	filledIn = `<!doctype html><title>T</title><p>é</p><div data-offer-space="hero"><b>offer one</b></div><p>after`
	slotless = `<!doctype html><title>T</title><p>é</p><div>own</div><p>after`
)

// engineFunc is an engine made of a function.
type engineFunc func() (host.Session, error)

func (f engineFunc) Acquire() (host.Session, error) { return f() }

// session is a session of an engine with another Handle.
type session struct {
	host.Session
	handle func(ctx context.Context, dst, request []byte) ([]byte, error)
}

func (s session) Handle(ctx context.Context, dst, request []byte) ([]byte, error) {
	return s.handle(ctx, dst, request)
}

// handling is the native engine with another Handle around its own.
func handling(t testing.TB, handle func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error)) proxy.Engine {
	t.Helper()
	e := nativeEngine(t)
	return engineFunc(func() (host.Session, error) {
		inner, err := e.Acquire()
		if err != nil {
			return nil, err
		}
		return session{inner, func(ctx context.Context, dst, request []byte) ([]byte, error) {
			return handle(inner, ctx, dst, request)
		}}, nil
	})
}

var errTest = errors.New("a failure made by the test")

// same compares two answers whole.
func same(t testing.TB, what string, got, want answer) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s:\n got %.1000q\nwant %.1000q", what, fmt.Sprint(got), fmt.Sprint(want))
	}
}

var testTime = time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC)
