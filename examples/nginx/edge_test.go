//go:build edges

package nginx_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
)

// patience is how long a test waits for what takes some milliseconds.
const patience = 20 * time.Second

const offers = `
catalog: edge
zone: Europe/Paris
language: en
consent: {cookie: consent, value: "yes"}
sites: {"*": visitors}
rules:
  twice: {applies_to: 'offer.code == "trip"', period: 10d, quantity: 2, counted: self}
environments:
  visitors:
    kind: anonymous
    typology: [twice]
    target: {visits: {type: int, default: 0}}
    pages: [{match: "/**", slots: [hero, side]}]
    spaces:
      hero:
        channel: web
        fields: {title: {type: text, required: true}, url: url}
        render: {html: "<a\n href=\"{{ url }}\">{{ title }}</a>"}
      side:
        channel: web
        fields: {title: {type: text, required: true}}
        render: {html: '<i>{{ title }}</i>'}
    categories:
      all:
        offers:
          trip: {weights: [{value: 9}], content: {hero: {title: "{{ request.query['who'] }} caf\u00e9 $1 \\0", url: /trip}}}
          book: {weights: [{value: 1}], content: {hero: {title: Book, url: /book}}}
`

// proffer is Proffer, which a test can kill or let hang.
type proffer struct {
	*httptest.Server
	pages http.Handler
	hangs chan struct{}
}

func newProffer(t *testing.T) *proffer {
	t.Helper()
	snapshot, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(offers)}})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := native.New(hosttest.Settings())
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Swap(context.Background(), snapshot); err != nil {
		t.Fatal(err)
	}
	m, err := proxy.New(proxy.Config{Engine: engine, Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	p := &proffer{pages: m.Wrap(http.NotFoundHandler())}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.hangs != nil {
			select {
			case <-p.hangs:
			case <-r.Context().Done():
			}
			return
		}
		p.pages.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

func address(t *testing.T, server string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// free is an address that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// run runs a program until the test ends; it serves when its address takes
// connections.
func run(t *testing.T, serves, program string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%v; build/install-edges installs it", err)
	}
	var log bytes.Buffer
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(patience):
			_ = cmd.Process.Kill()
		}
		if t.Failed() {
			t.Logf("%s wrote:\n%s", program, log.Bytes())
		}
	})
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ends: %v\n%s", program, err, log.Bytes())
		default:
		}
		if c, err := net.DialTimeout("tcp", serves, patience); err == nil {
			_ = c.Close()
			return
		}
	}
	t.Fatalf("%s does not serve", program)
}

// configuration is the example's file with the addresses of a test.
func configuration(t *testing.T, file string, pairs ...string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !bytes.Contains(b, []byte(pairs[i])) {
			t.Fatalf("%s has no %q", file, pairs[i])
		}
	}
	path := filepath.Join(t.TempDir(), filepath.Base(file))
	if err := os.WriteFile(path, []byte(strings.NewReplacer(pairs...).Replace(string(b))), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// answer is a response, whole.
type answer struct {
	*http.Response
	body string
}

// visitor is a browser.
type visitor struct {
	server string
	cookie string
}

func (v *visitor) ask(t *testing.T, method, path string, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, v.server+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "www.example.com"
	r.Header.Set("Accept", "text/html")
	r.Header.Set("User-Agent", "test")
	if v.cookie != "" {
		r.Header.Set("Cookie", v.cookie)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	client := &http.Client{
		Timeout:       patience,
		Transport:     &http.Transport{DisableKeepAlives: true, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	for name := range res.Header {
		if strings.HasPrefix(name, "Proffer") {
			t.Errorf("%s %s: the visitor sees %s: %q", method, path, name, res.Header[name])
		}
	}
	for _, c := range res.Cookies() {
		if strings.HasPrefix(c.Name, "proffer") {
			v.cookie = "consent=yes; " + c.Name + "=" + c.Value
		}
	}
	return answer{res, string(b)}
}

func (a answer) personal() bool {
	return a.Header.Get("Cache-Control") == "private, no-store" && len(a.Header["Cache-Control"]) == 1
}
