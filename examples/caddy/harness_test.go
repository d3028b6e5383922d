package caddy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	_ "github.com/caddyserver/caddy/v2/modules/caddyhttp/standard"
	_ "github.com/caddyserver/caddy/v2/modules/filestorage"
	_ "github.com/caddyserver/caddy/v2/modules/logging"
	_ "github.com/caddyserver/caddy/v2/modules/metrics"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/hosttest"
)

// shop has one offer for the page "/", of which WORD is a part.
const shop = `catalog: shop
consent: assumed
environments:
  visitors:
    kind: anonymous
    target: {visits: {type: int, default: 0}}
    spaces:
      hero:
        channel: web
        fields: {title: {type: text, required: true}}
        render: {html: '<b>{{ title }}</b>'}
        store: {visitor: {visits: 'target.visits + 1'}}
    pages: [{match: "/", slots: [hero]}]
    categories:
      all: {offers: {one: {weights: 1, content: {hero: {title: 'WORD {{ target.visits }}'}}}}}
`

// own is the origin's page, long enough to be worth compressing.
var own = `<!doctype html><meta charset="utf-8"><div data-offer-space="hero">own</div>` + strings.Repeat("<p>more</p>\n", 200)

// offered is the page with an offer in it.
func offered(text string) string { return strings.Replace(own, ">own<", "><b>"+text+"</b><", 1) }

// site is Caddy with our handler, and the files that it was given.
type site struct {
	*testing.T
	addr, dir string
	bind      string // the socket of addr, which is ours, so that a reload leaves it open
	client    *http.Client
}

// newSite has files for a Caddy that does not run yet.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{T: t, dir: t.TempDir()}
	s.addr, s.bind = kept(t)
	keys, err := config.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	s.save("keys.json", string(keys))
	s.save("catalog.yaml", strings.ReplaceAll(shop, "WORD", "first"))
	s.client = &http.Client{Transport: &http.Transport{DisableCompression: true}, Timeout: time.Minute}
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		if err := caddy.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// kept is an address and a socket that listens there until the test ends. A port that
// Caddy opens itself is a socket of each configuration, and what waits at one is
// reset when its configuration ends.
func kept(t *testing.T) (addr, bind string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.(*net.TCPListener).File()
	if err == nil {
		err = l.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return l.Addr().String(), fmt.Sprintf("fd/%d", f.Fd())
}

// free is an address where nobody listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

func (s *site) save(name, text string) {
	s.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

// engines are the options by which one is chosen.
func engines(t *testing.T) map[string]string {
	return map[string]string{
		"native": "engine native",
		"wasm":   "module " + filepath.Join(hosttest.OutDir(t), "proffer.wasm"),
	}
}

// caddyfile is the site with a directive of ours that has options besides catalog
// and keys, and with what stands before it and behind it.
func (s *site) caddyfile(options, others string) string {
	return fmt.Sprintf(`{
	admin off
	persist_config off
	auto_https off
	storage file_system %s
	log {
		output file %s
		format json
	}
	servers {
		protocols h1
	}
}
http://%s {
	bind %s
	proffer {
		catalog %s
		keys %s
		%s
	}
	%s
}
`, s.dir, s.path("log"), s.addr, s.bind, s.path("catalog.yaml"), s.path("keys.json"), options, others)
}

// adapt makes JSON of a Caddyfile.
func adapt(text string) ([]byte, error) {
	b, warnings, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(text), map[string]any{"filename": "Caddyfile"})
	for _, w := range warnings {
		if !strings.Contains(w.Message, "not formatted") {
			err = fmt.Errorf("warning: %s", w)
		}
	}
	return b, err
}

// try loads a Caddyfile.
func (s *site) try(text string) error {
	b, err := adapt(text)
	if err != nil {
		return err
	}
	return caddy.Load(b, true)
}

// load is try for what has to work.
func (s *site) load(options, others string) {
	s.Helper()
	if err := s.try(s.caddyfile(options, others)); err != nil {
		s.Fatal(err)
	}
}

// loadJSON is tryJSON for what has to work.
func (s *site) loadJSON(handlers ...map[string]any) {
	s.Helper()
	if err := s.tryJSON(handlers...); err != nil {
		s.Fatal(err)
	}
}

// tryJSON loads one route of handlers.
func (s *site) tryJSON(handlers ...map[string]any) error {
	b, err := json.Marshal(map[string]any{
		"admin":   map[string]any{"disabled": true, "config": map[string]any{"persist": false}},
		"storage": map[string]any{"module": "file_system", "root": s.dir},
		"logging": map[string]any{"logs": map[string]any{"default": map[string]any{
			"writer": map[string]any{"output": "file", "filename": s.path("log")}, "encoder": map[string]any{"format": "json"},
		}}},
		"apps": map[string]any{"http": map[string]any{"servers": map[string]any{"site": map[string]any{
			"listen": []string{s.bind}, "automatic_https": map[string]any{"disable": true},
			"routes": []any{map[string]any{"handle": handlers}},
		}}}},
	})
	if err == nil {
		err = caddy.Load(b, true)
	}
	return err
}

// answer is a response with its body.
type answer struct {
	*http.Response
	body string
}

// ask sends a GET as browsers do for a page.
func (s *site) ask(path string, header ...string) answer {
	s.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://"+s.addr+path, nil)
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	a, err := exchange(s.client, r)
	for end := time.Now().Add(time.Minute); errors.Is(err, io.EOF) && time.Now().Before(end); {
		a, err = exchange(s.client, r) // a server that is about to end reads requests and drops them
	}
	if err != nil {
		s.Fatal(err)
	}
	return a
}

func exchange(c *http.Client, r *http.Request) (answer, error) {
	got, err := c.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer got.Body.Close()
	b, err := io.ReadAll(got.Body)
	return answer{got, string(b)}, err
}

// see asks until the page has a text.
func (s *site) see(want string) {
	s.Helper()
	s.until("the page is "+want, func() bool { return s.ask("/").body == want })
}

// logged asks until the log has a text.
func (s *site) logged(want string) {
	s.Helper()
	s.until("the log has "+want, func() bool {
		s.ask("/")
		b, err := os.ReadFile(s.path("log"))
		return err == nil && strings.Contains(string(b), want)
	})
}

func (s *site) until(what string, done func() bool) {
	s.Helper()
	for end := time.Now().Add(time.Minute); !done(); {
		if time.Now().After(end) {
			b, _ := os.ReadFile(s.path("log"))
			s.Fatalf("not in a minute: %s\nlog: %s", what, b[max(0, len(b)-2000):])
		}
	}
}

// startOrigin answers everything with a page.
func startOrigin(t *testing.T, page string) string {
	t.Helper()
	o := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, page)
	}))
	t.Cleanup(o.Close)
	return o.Listener.Addr().String()
}
