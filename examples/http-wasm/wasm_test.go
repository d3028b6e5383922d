package httpwasm_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/plugin/abi"
)

// small is a catalog with one offer for one page.
const small = `catalog: small
consent: assumed
environments:
  visitors:
    kind: anonymous
    pages: [{match: /, slots: [hero]}]
    spaces: {hero: {channel: web, fields: {t: text}, render: {html: '<b>{{ t }}</b>'}}}
    categories: {all: {offers: {one: {weights: 1, content: {hero: {t: an offer}}}}}}
`

const (
	slotted = `<!doctype html><p data-offer-space="hero">own</p>`
	filled  = `<!doctype html><p data-offer-space="hero"><b>an offer</b></p>`
)

func compileSmall(t testing.TB) []byte {
	t.Helper()
	b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(small)}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// page is a handler that answers with HTML.
func page(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if _, err := w.Write([]byte(body)); err != nil {
			panic(err)
		}
	}
}

// get asks a handler, without a server between.
func get(h http.Handler, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://shop.example/", nil)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestOriginIsAsked holds what the origin of a page is asked with: of a listed
// one plain, whole and afresh, of any other in the browser's words.
func TestOriginIsAsked(t *testing.T) {
	m := newMiddleware(t, guestConfig(t, compileSmall(t), pagecase.Settings()), wazero.NewModuleConfig())
	words := map[string]string{
		"Accept-Encoding": "gzip, br", "Range": "bytes=0-99", "If-Range": `"v1"`, "If-None-Match": `"v1"`,
		"If-Modified-Since": "Fri, 03 Jul 2026 08:00:00 GMT",
		"Accept":            "text/html", "Cookie": "theme=dark", "Accept-Language": "fr",
	}
	for path, kept := range map[string]bool{"/": false, "/index.html": true, "/shop": true} {
		var got http.Header
		h := m.NewHandler(t.Context(), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() }))
		get(h, func(r *http.Request) {
			r.URL.Path = path
			for name, v := range words {
				r.Header.Set(name, v)
			}
		})
		for name, v := range words {
			want := v
			if !kept && (name == "Accept-Encoding" || strings.HasPrefix(name, "If-") || name == "Range") {
				want = ""
			}
			if got.Get(name) != want {
				t.Errorf("%s: the origin is asked with %s: %q, want %q", path, name, got.Get(name), want)
			}
		}
	}
}

// TestUpgradePasses holds that a connection that leaves HTTP is not held.
func TestUpgradePasses(t *testing.T) {
	m := newMiddleware(t, guestConfig(t, compileSmall(t), pagecase.Settings()), wazero.NewModuleConfig())
	w := get(m.NewHandler(t.Context(), page(slotted)), func(r *http.Request) {
		r.Header.Set("Connection", "Upgrade")
		r.Header.Set("Upgrade", "websocket")
	})
	if w.Body.String() != slotted {
		t.Errorf("the body is %q, want the origin's", w.Body)
	}
}

func TestGzipPasses(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(slotted)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	m := newMiddleware(t, guestConfig(t, compileSmall(t), pagecase.Settings()), wazero.NewModuleConfig())
	h := m.NewHandler(t.Context(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		page(packed.String())(w, nil)
	}))
	w := get(h, nil)
	if w.Body.String() != packed.String() || w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("an encoded page comes as %q with %v", w.Body, w.Header())
	}
}

// TestSizes passes pages through the module's buffers: beyond 16 MiB a page
// goes out as it came, below that it is decided.
func TestSizes(t *testing.T) {
	m := newMiddleware(t, guestConfig(t, compileSmall(t), pagecase.Settings()), wazero.NewModuleConfig())
	for size, want := range map[int]string{0: filled, 64 << 10: filled, 3 << 20: filled, 17 << 20: slotted} {
		rest := strings.Repeat("<p>text</p>\n", size/12)
		w := get(m.NewHandler(t.Context(), page(slotted+rest)), nil)
		if got := w.Body.String(); got != want+rest {
			t.Errorf("a page of %d bytes comes with %d, beginning %.80q", size, len(got), got)
		}
	}
}

// TestManyHeaders sends more headers than a request of the contract may have.
func TestManyHeaders(t *testing.T) {
	m := newMiddleware(t, guestConfig(t, compileSmall(t), pagecase.Settings()), wazero.NewModuleConfig())
	w := get(m.NewHandler(t.Context(), page(slotted)), func(r *http.Request) {
		for i := range 1000 {
			r.Header.Add(fmt.Sprintf("X-%d", i%300), strings.Repeat("x", i))
		}
	})
	if w.Body.String() != filled {
		t.Errorf("the body is %q, want %q", w.Body, filled)
	}
}

// TestBrokenConfiguration holds that a module that cannot start its work says
// so, each instance once, and lets every page pass. The host makes a second
// instance where a garbage collection empties its pool.
func TestBrokenConfiguration(t *testing.T) {
	good := compileSmall(t)
	damaged := bytes.Clone(good)
	damaged[len(damaged)/2] ^= 1
	const form = `the configuration is not {"snapshot": BASE64, "settings": BASE64}`
	for name, c := range map[string]struct {
		config []byte
		want   string
	}{
		"nothing":           {nil, form},
		"no object":         {[]byte(`"AAAA"`), form},
		"no snapshot":       {[]byte(`{"settings":""}`), form},
		"unknown member":    {[]byte(`{"snapshot":"AAAA","setting":""}`), form},
		"not closed":        {[]byte(`{"snapshot":"AAAA"`), form},
		"comma at the end":  {[]byte(`{"snapshot":"AAAA",}`), form},
		"more than one":     {[]byte(`{"snapshot":"AAAA"}{}`), form},
		"no base64":         {[]byte(`{"snapshot":"A*"}`), form},
		"empty snapshot":    {guestConfig(t, nil, nil), "snapshot"},
		"no snapshot's":     {guestConfig(t, []byte("GIF89a"), nil), "snapshot"},
		"cut snapshot":      {guestConfig(t, good[:len(good)-1], nil), "snapshot"},
		"damaged snapshot":  {guestConfig(t, damaged, nil), "snapshot"},
		"settings' form":    {guestConfig(t, good, []byte("{}")), "edge: settings: "},
		"fixed by real key": {guestConfig(t, good, realKey()), "edge: settings: "},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMiddleware(t, c.config, wazero.NewModuleConfig())
			w := get(m.NewHandler(t.Context(), page(slotted)), nil)
			if w.Code != http.StatusOK || w.Body.String() != slotted || w.Header().Get("Set-Cookie") != "" {
				t.Errorf("the page comes as %d %q with %v", w.Code, w.Body, w.Header())
			}
			line, more, _ := strings.Cut(m.log.String(), "\n")
			if !strings.Contains(line, c.want) || strings.ReplaceAll(more, line+"\n", "") != "" {
				t.Errorf("the module logs %q and %q, want one line with %q", line, more, c.want)
			}
		})
	}
}

// realKey are settings with fixed values that are not for the test key only.
func realKey() []byte {
	c := abi.DefaultConfig()
	c.Keys = []abi.Key{{ID: 1, Use: abi.UseCookie, Primary: true, Secret: [32]byte{1}}}
	c.Fixed = &abi.Fixed{}
	return abi.AppendConfig(nil, c)
}

// TestBase64 takes both alphabets, with padding or without, and slashes as some
// encoders of JSON write them.
func TestBase64(t *testing.T) {
	config := string(guestConfig(t, compileSmall(t), pagecase.Settings()))
	url := strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(config)
	for name, c := range map[string]string{
		"standard": config,
		"URL":      url,
		"escaped":  strings.ReplaceAll(config, "/", `\/`),
		"spaces":   strings.NewReplacer(":", " :\n\t", ",", " , ", "{", " { ", "}", " } ").Replace(config),
	} {
		m := newMiddleware(t, []byte(c), wazero.NewModuleConfig())
		if w := get(m.NewHandler(t.Context(), page(slotted)), nil); w.Body.String() != filled {
			t.Errorf("%s: the body is %q, the log %q", name, w.Body, m.log.String())
		}
	}
}

// TestMemoryIsBounded serves pages of 24 KB, which an instance that kept them
// would have 48 MB of.
func TestMemoryIsBounded(t *testing.T) {
	const pages, limit = 2000, 12 << 20
	m := newMiddleware(t, guestConfig(t, compileSmall(t), pagecase.Settings()), wazero.NewModuleConfig())
	h := m.NewHandler(t.Context(), page(slotted+strings.Repeat("<p>text</p>\n", 2000)))
	for range pages {
		if w := get(h, nil); !strings.HasPrefix(w.Body.String(), filled) {
			t.Fatalf("the page comes as %.80q", w.Body)
		}
	}
	for i, in := range m.runtime.instances {
		if n := in.Memory().Size(); n > limit {
			t.Errorf("instance %d of %d has %d bytes of memory, more than %d", i+1, len(m.runtime.instances), n, limit)
		}
	}
}
