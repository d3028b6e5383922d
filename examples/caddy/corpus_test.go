package caddy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/hosttest"
	nativeengine "github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// fixed is the time of all cases.
var fixed = time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC)

// settle makes a configuration that of all cases: the published keys, and fixed time,
// seed and entropy, so that a page has one answer.
func settle(c *abi.Config, paused []abi.Paused) {
	c.Keys, c.Paused = config.TestKeys(), paused
	c.Fixed = &abi.Fixed{Time: fixed.UnixMilli(), Seed: 1, Entropy: [abi.EntropySize]byte{1, 2, 3}}
}

// fixedHandler is the handler with the configuration of a case.
type fixedHandler struct {
	Handler
	Paused []abi.Paused `json:"paused"`
}

// CaddyModule implements caddy.Module.
func (*fixedHandler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.proffer_fixed", New: func() caddy.Module { return new(fixedHandler) }}
}

// Provision implements caddy.Provisioner.
func (f *fixedHandler) Provision(ctx caddy.Context) error {
	f.edit = func(c *abi.Config) { settle(c, f.Paused) }
	return f.Handler.Provision(ctx)
}

func init() { caddy.RegisterModule(new(fixedHandler)) }

// TestCorpus: the page cases of http-wasm are answered by Caddy, with the module, as
// they are by our own proxy in this process, byte for byte.
func TestCorpus(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("..", "http-wasm", "testdata", "*.txtar"))
	if err != nil || len(names) < 20 {
		t.Fatalf("%d cases: %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			runCase(t, archive)
		})
	}
}

func runCase(t *testing.T, archive *txtar.Archive) {
	var files []catalog.File
	var paused []abi.Paused
	for _, f := range archive.Files {
		switch f.Name {
		case "catalog.yaml":
			files = append(files, catalog.File{Name: f.Name, Text: f.Data})
		case "paused":
			for line := range strings.SplitSeq(strings.TrimSpace(string(f.Data)), "\n") {
				env, code, _ := strings.Cut(line, " ")
				paused = append(paused, abi.Paused{Environment: env, Kind: abi.PausedOffer, Name: code})
			}
		}
	}
	snapshot, err := hosttest.Compile(files)
	if err != nil {
		t.Fatal(err)
	}
	var origin textOrigin
	server := httptest.NewServer(&origin)
	t.Cleanup(server.Close)
	own := proxied(t, snapshot, paused, server.URL)
	s := newSite(t)
	s.save("snapshot", string(snapshot))
	s.save("config.json", `{"peers":["127.0.0.1"]}`)
	s.loadJSON(map[string]any{
		"handler": "proffer_fixed", "snapshot": s.path("snapshot"), "keys": s.path("keys.json"), "paused": paused,
		"module": filepath.Join(hosttest.OutDir(t), "proffer.wasm"), "config": s.path("config.json"),
	}, map[string]any{"handler": "reverse_proxy", "upstreams": []any{map[string]any{"dial": server.Listener.Addr().String()}}})
	var want, got answer
	cookie, asked := "", 0
	for _, f := range archive.Files {
		switch f.Name {
		case "origin":
			text := string(f.Data)
			origin.text.Store(&text)
		case "request":
			asked++
			request := fill(t, strings.ReplaceAll(string(f.Data), "$cookie", cookie))
			want, got = send(t, own, request), send(t, s.addr, request)
			if got.String() != want.String() {
				t.Errorf("%s\nCaddy:\n%s\nour proxy:\n%s", request, got, want)
			}
			for _, c := range want.Cookies() {
				if strings.HasSuffix(c.Name, "proffer") { // __Host-proffer under TLS
					cookie = c.Name + "=" + c.Value
				}
			}
		case "decided":
			if _, body, _ := strings.Cut(string(f.Data), "\n\n"); got.body != body {
				t.Errorf("the body is %q, in http-wasm %q", got.body, body)
			}
		}
	}
	if asked == 0 {
		t.Error("the case asks for nothing")
	}
}

// proxied is our own proxy in front of an origin.
func proxied(t *testing.T, snapshot []byte, paused []abi.Paused, origin string) string {
	t.Helper()
	settings := abi.DefaultConfig()
	settle(settings, paused)
	e, err := nativeengine.New(abi.AppendConfig(nil, settings))
	if err == nil {
		err = e.Swap(t.Context(), snapshot)
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := proxy.New(proxy.Config{Engine: e, Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(proxy.NewReverseProxy(m, u))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

var token = regexp.MustCompile(`\$token\(([^)]*)\)`)

// fill puts tokens into a request.
func fill(t *testing.T, request string) string {
	t.Helper()
	return token.ReplaceAllStringFunc(request, func(s string) string {
		form, err := url.ParseQuery(token.FindStringSubmatch(s)[1])
		if err != nil {
			t.Fatal(err)
		}
		var attributes []seal.Attribute
		for name, values := range form {
			if rest, ok := strings.CutPrefix(name, "a."); ok {
				attributes = append(attributes, seal.Attribute{Name: rest, Value: values[0]})
			}
		}
		b, err := seal.AppendToken(nil, seal.TestKeyring(), form.Get("source"), form.Get("key"), fixed.Unix()+3600, attributes)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	})
}

// textOrigin answers every request with one response, given as text.
type textOrigin struct{ text atomic.Pointer[string] }

// ServeHTTP implements http.Handler.
func (o *textOrigin) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	head, body, _ := strings.Cut(*o.text.Load(), "\n\n")
	status, fields, _ := strings.Cut(head, "\n")
	for line := range strings.SplitSeq(fields, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			w.Header().Add(name, value)
		}
	}
	var code int
	if _, err := fmt.Sscanf(status, "HTTP/1.1 %d", &code); err != nil {
		panic("origin: " + status)
	}
	w.WriteHeader(code)
	_, _ = io.WriteString(w, body) // of HEAD there is none
}

// send writes a request, lines ended by "\n", as it is.
func send(t *testing.T, addr, request string) answer {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	head, body, _ := strings.Cut(request+"\n", "\n\n")
	if _, err := io.WriteString(conn, strings.ReplaceAll(head, "\n", "\r\n")+"\r\nConnection: close\r\n\r\n"+body); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	r, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r.Body)
	if err = errors.Join(err, r.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return answer{r, string(b)}
}

// String is the answer with its header in order, without what Caddy adds to any and
// what tells the time.
func (a answer) String() string {
	var lines []string
	for name, values := range a.Header {
		for _, v := range values {
			if !slices.Contains([]string{"Date", "Connection", "Server", "Via"}, name) {
				lines = append(lines, name+": "+v+"\n")
			}
		}
	}
	slices.Sort(lines)
	return fmt.Sprintf("%s\n%s\n%s", a.Status, strings.Join(lines, ""), a.body)
}
