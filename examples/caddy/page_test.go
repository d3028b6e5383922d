package caddy

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// TestPages: a page has its offers, and the visitor is known again, in both engines.
func TestPages(t *testing.T) {
	for name, options := range engines(t) {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.load(options, "reverse_proxy "+startOrigin(t, own))
			first := s.ask("/")
			if first.StatusCode != http.StatusOK || first.body != offered("first 0") || len(first.Cookies()) != 1 {
				t.Fatalf("%v, cookies %v, %s", first.Status, first.Cookies(), first.body)
			}
			c := first.Cookies()[0]
			if got := s.ask("/", "Cookie", c.Name+"="+c.Value); got.body != offered("first 1") {
				t.Errorf("the second time: %s", got.body)
			}
			if got := s.ask("/other"); got.body != own || len(got.Cookies()) > 0 {
				t.Errorf("a page that is not listed: cookies %v, %s", got.Cookies(), got.body)
			}
		})
	}
}

// TestEndpoints: they are answered here, below the prefix that is configured.
func TestEndpoints(t *testing.T) {
	for options, prefix := range map[string]string{"": "/.proffer/", "prefix /-/": "/-/"} {
		s := newSite(t)
		s.load("engine native\n"+options, "reverse_proxy "+startOrigin(t, own))
		if got := s.ask(prefix + "openapi.json"); got.StatusCode != http.StatusOK || !strings.Contains(got.body, `"openapi"`) {
			t.Errorf("%s: %s %.80s", prefix, got.Status, got.body)
		}
		if got := s.ask(prefix + "nothing"); got.StatusCode != http.StatusNotFound || got.body == own {
			t.Errorf("%s: %s %.80s", prefix, got.Status, got.body)
		}
		r, err := s.client.Post("http://"+s.addr+prefix+"decide", "application/json", strings.NewReader(`{"slots":[{"space":"hero"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if r.StatusCode != http.StatusOK || !strings.Contains(string(b), "first 0") {
			t.Errorf("%sdecide: %s %s", prefix, r.Status, b)
		}
	}
}

// TestEncode: pages are compressed with their offers in them, in whichever order
// encode and the handler stand, and whether the origin compresses them or not.
func TestEncode(t *testing.T) {
	s := newSite(t)
	plain, coded := startOrigin(t, own), startCodedOrigin(t, own)
	for name, others := range map[string]string{
		"encode before":                 "reverse_proxy " + plain + "\nencode zstd gzip",
		"the origin's":                  "reverse_proxy " + coded,
		"the origin's, encode before":   "reverse_proxy " + coded + "\nencode zstd gzip",
		"encode behind":                 "route {\nPROFFER\nencode zstd gzip\nreverse_proxy " + plain + "\n}",
		"the origin's, encode behind":   "route {\nPROFFER\nencode zstd gzip\nreverse_proxy " + coded + "\n}",
		"encode before, by route":       "route {\nencode zstd gzip\nPROFFER\nreverse_proxy " + plain + "\n}",
		"encode of files, in an order":  "route {\nPROFFER\nencode zstd gzip\nroot " + s.dir + "\nfile_server\n}",
		"files compressed on the disk":  "route {\nPROFFER\nroot " + s.dir + "\nfile_server {\nprecompressed gzip\n}\n}",
		"compressed files, with encode": "root " + s.dir + "\nfile_server {\nprecompressed gzip\n}\nencode zstd gzip",
	} {
		t.Run(name, func(t *testing.T) {
			s.save("index.html", own)
			s.save("index.html.gz", string(gzipped(own)))
			text := s.caddyfile("engine native", others)
			if strings.Contains(others, "PROFFER") {
				block := text[strings.Index(text, "\tproffer {"):]
				block = block[:strings.Index(block, "\t}\n")+3]
				text = strings.Replace(strings.Replace(text, block, "", 1), "PROFFER", strings.TrimSpace(block), 1)
			}
			if err := s.try(text); err != nil {
				t.Fatal(err)
			}
			for _, coding := range []string{"gzip", "zstd", "identity"} {
				got := s.ask("/", "Accept-Encoding", coding)
				if body := decoded(t, got); body != offered("first 0") || len(got.Cookies()) != 1 {
					t.Errorf("%s, for %s: %.150s", got.Header, coding, body)
				}
				if is := got.Header.Get("Content-Encoding"); is != "" && is != coding {
					t.Errorf("%s is not what was asked for, %s", is, coding)
				} else if is == "" && coding == "gzip" {
					t.Error("not compressed")
				}
			}
		})
	}
}

// startCodedOrigin compresses its page with gzip for who accepts that.
func startCodedOrigin(t *testing.T, page string) string {
	t.Helper()
	return serveOn(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Vary", "Accept-Encoding")
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			_, _ = io.WriteString(w, page)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(gzipped(page))
	})})
}

func gzipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text) // to memory
	_ = w.Close()
	return b.Bytes()
}

// decoded is a body without its content coding.
func decoded(t *testing.T, a answer) string {
	t.Helper()
	var r io.Reader = strings.NewReader(a.body)
	var err error
	switch a.Header.Get("Content-Encoding") {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "zstd":
		r, err = zstd.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestOtherHandlers: files and templates get offers as a proxied site does.
func TestOtherHandlers(t *testing.T) {
	s := newSite(t)
	s.save("index.html", strings.Replace(own, "<p>more</p>", `<p>{{"tem"}}{{"plate"}}</p>`, 1))
	s.load("engine native", "root "+s.dir+"\ntemplates\nfile_server")
	if got, want := s.ask("/"), strings.Replace(offered("first 0"), "<p>more</p>", "<p>template</p>", 1); got.body != want {
		t.Errorf("got %s", got.body)
	}
	s.load("engine native", "root "+s.dir+"\nfile_server")
	if got := s.ask("/"); !strings.Contains(got.body, "<b>first 0</b>") || !strings.Contains(got.body, `{{"tem"}}`) {
		t.Errorf("got %s", got.body)
	}
	want, err := os.ReadFile(s.path("catalog.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.ask("/catalog.yaml"); got.body != string(want) {
		t.Errorf("a file that is no page: %s", got.body)
	}
}

// TestRewritten: the catalog is asked for the path as it is when the page comes to the
// handler, which is the visitor's own where a route has it before the rewriting.
func TestRewritten(t *testing.T) {
	s := newSite(t)
	s.save("catalog.yaml", strings.NewReplacer(
		`{match: "/", slots: [hero]}`, "{match: /deep/**, slots: [hero]}, {match: /index.html, slots: [side]}",
		"    spaces:\n", "    spaces:\n      side: {channel: web, fields: {title: text}, render: {html: '<i>{{ title }}</i>'}}\n",
	).Replace(shop))
	s.save("index.html", own)
	text := s.caddyfile("engine native", "root "+s.dir+"\ntry_files {path} /index.html\nfile_server")
	block := text[strings.Index(text, "\tproffer {"):]
	block = block[:strings.Index(block, "\t}\n")+3]
	for name, c := range map[string]struct{ text, want string }{
		"behind a rewrite":    {text, own},
		"before it, by route": {strings.Replace(strings.Replace(text, block, "", 1), "try_files", "route {\n"+block+"try_files", 1) + "}\n", offered("WORD 0")},
	} {
		if err := s.try(c.text); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, c.text)
		}
		if got := s.ask("/deep/page"); got.body != c.want {
			t.Errorf("%s: %.100s", name, got.body)
		}
	}
}

// TestErrors: what fails behind us is Caddy's to answer.
func TestErrors(t *testing.T) {
	s := newSite(t)
	s.load("engine native", "reverse_proxy "+free(t)+"\nhandle_errors {\n respond \"sorry: {err.status_code}\" 503\n}")
	if got := s.ask("/"); got.StatusCode != http.StatusServiceUnavailable || got.body != "sorry: 502" {
		t.Errorf("%s: %s", got.Status, got.body)
	}
	s.load("engine native", "reverse_proxy "+free(t))
	if got := s.ask("/"); got.StatusCode != http.StatusBadGateway || got.body != "" {
		t.Errorf("%s: %s", got.Status, got.body)
	}
	s.load("engine native", "error /gone 410\nrespond * 204")
	if got := s.ask("/gone"); got.StatusCode != http.StatusGone {
		t.Error(got.Status)
	}
}

// TestHTTP2: streams of one connection have their pages.
func TestHTTP2(t *testing.T) {
	s := newSite(t)
	text := s.caddyfile("engine native", "reverse_proxy "+startOrigin(t, own))
	if err := s.try(strings.Replace(text, "protocols h1", "protocols h1 h2c", 1)); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	s.client.Transport = transport
	for range 3 {
		if got := s.ask("/"); got.ProtoMajor != 2 || got.body != offered("first 0") || len(got.Cookies()) != 1 {
			t.Errorf("HTTP/%d: cookies %v, %s", got.ProtoMajor, got.Cookies(), got.body)
		}
	}
}

// TestEvents: what is shown is in Caddy's log.
func TestEvents(t *testing.T) {
	s := newSite(t)
	s.load("engine native\nevents", "reverse_proxy "+startOrigin(t, own))
	s.logged("proffer-event/1 ")
	s.load("engine native", "reverse_proxy "+startOrigin(t, own))
	before, err := os.ReadFile(s.path("log"))
	if err != nil {
		t.Fatal(err)
	}
	s.ask("/")
	after, err := os.ReadFile(s.path("log"))
	if n := strings.Count(string(before), "proffer-event"); err != nil || n != strings.Count(string(after), "proffer-event") {
		t.Errorf("events are logged that nobody asked for: %v", err)
	}
}

// TestMetrics: Caddy tells our counters, of two handlers that share an engine, too.
func TestMetrics(t *testing.T) {
	s := newSite(t)
	text := s.caddyfile("engine native", "metrics /metrics\nreverse_proxy "+startOrigin(t, own))
	text += strings.Replace(text[strings.Index(text, "http://"):], s.addr, free(t), 1)
	if err := s.try(text); err != nil {
		t.Fatal(err)
	}
	if runs(t) != 1 {
		t.Errorf("%d engines for two handlers of the same options", runs(t))
	}
	s.ask("/")
	got := s.ask("/metrics").body
	for _, want := range []string{`proffer_pages_total{catalog="` + s.path("catalog.yaml"), `proffer_catalog_refused{`, `proffer_keys_refused{`} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %s", want, got)
		}
	}
}

// TestJSON: the same by Caddy's own configuration, with a snapshot and a
// configuration file.
func TestJSON(t *testing.T) {
	s := newSite(t)
	s.save("config.json", `{"prefix":"/-/","peers":["127.0.0.1"]}`)
	s.loadJSON(
		map[string]any{"handler": "proffer", "snapshot": s.path("catalog.yaml"), "keys": s.path("keys.json"), "engine": "native", "config": s.path("config.json")},
		map[string]any{"handler": "reverse_proxy", "upstreams": []any{map[string]any{"dial": startOrigin(t, own)}}},
	)
	if got := s.ask("/"); got.body != offered("first 0") {
		t.Error(got.body)
	}
	if got := s.ask("/-/nothing"); got.StatusCode != http.StatusNotFound {
		t.Error(got.Status)
	}
	secure := s.ask("/", "X-Forwarded-Proto", "https").Header["Set-Cookie"]
	if len(secure) != 1 || !slices.ContainsFunc(strings.Split(secure[0], "; "), func(a string) bool { return a == "Secure" }) {
		t.Errorf("a peer says that the visitor comes by https: %q", secure)
	}
}

// runs is how many engines there are.
func runs(t *testing.T) (n int) {
	t.Helper()
	pool.Range(func(_, _ any) bool { n++; return true })
	return n
}
