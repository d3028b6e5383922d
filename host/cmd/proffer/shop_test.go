package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/examples/shop/origin"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/proxy"
)

const shopCatalog = "../../../examples/shop/catalog"

// july is a day on which no season's offer hides those that tests look for.
func july() time.Time { return time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC) }

// shop is the example shop on a free port.
func shop(t *testing.T, keys string) *httptest.Server {
	t.Helper()
	key, err := origin.ReadKey(keys)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := origin.New(origin.Config{Identity: key, Now: july})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

// output is what the running command writes; lines can be waited for.
type output struct {
	mu    sync.Mutex
	text  bytes.Buffer
	wrote chan struct{}
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.wrote <- struct{}{}:
	default:
	}
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// wait gives the first match of a pattern that the command writes.
func (o *output) wait(t *testing.T, pattern string) []string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	for {
		if m := re.FindStringSubmatch(o.String()); m != nil {
			return m
		}
		select {
		case <-o.wrote:
		case <-limit.C:
			t.Fatalf("%q was not written in a minute:\n%s", pattern, o)
		}
	}
}

// serving is a running "proffer serve".
type serving struct {
	url, admin string
	out        *output
}

// serve runs the command in front of an origin until the test ends.
func serve(t *testing.T, originURL, catalog, keys string, options ...func(*serveCommand)) serving {
	t.Helper()
	c := serveCommand{Origin: originURL, Catalog: catalog, Keys: keys, clock: july}
	for _, option := range options {
		option(&c)
	}
	return start(t, c)
}

// start runs a command on free ports until the test ends.
func start(t *testing.T, c serveCommand) serving {
	t.Helper()
	hosttest.Artefact(t, "proffer.wasm")
	ctx, cancel := context.WithCancel(context.Background())
	out := &output{wrote: make(chan struct{}, 1)}
	c.Listen, c.Admin = "127.0.0.1:0", "127.0.0.1:0"
	c.engineOptions = engineOptions{Engine: "wasm", Wasm: filepath.Join(hosttest.OutDir(t), "proffer.wasm")}
	done := make(chan error, 1)
	go func() { done <- c.serve(ctx, streams{nil, out, out}) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	urls := out.wait(t, `msg=serving pages=(\S+) admin=(\S+)`)
	return serving{urls[1], urls[2], out}
}

// person is a browser with cookies.
func person(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func get(t *testing.T, c *http.Client, u string) (string, *http.Response) {
	t.Helper()
	r, err := c.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), r
}

// strip is the text of the slot on top of each page.
func strip(page string) string {
	_, rest, _ := strings.Cut(page, `data-offer-space="strip"`)
	rest, _, _ = strings.Cut(rest, "</div>")
	_, rest, _ = strings.Cut(rest, ">")
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(rest, " ")), " ")
}

// TestShop walks through the shop as the README proposes.
func TestShop(t *testing.T) {
	keys := newKeys(t)
	site := shop(t, keys)
	s := serve(t, site.URL, shopCatalog, keys)
	me := person(t)

	page, r := get(t, me, s.url+"/")
	if len(r.Cookies()) != 1 || r.Cookies()[0].Name != "proffer" || !strings.HasPrefix(strip(page), "New here?") {
		t.Fatalf("a stranger: cookies %v, strip %q", r.Cookies(), strip(page))
	}
	page, r = get(t, me, s.url+"/")
	if len(r.Cookies()) != 1 || !strings.HasPrefix(strip(page), "Still looking?") {
		t.Errorf("the same stranger again: cookies %v, strip %q", r.Cookies(), strip(page))
	}
	if _, err := me.PostForm(s.url+"/login", url.Values{"customer": {"1002"}, "next": {"/"}}); err != nil {
		t.Fatal(err)
	}
	page, _ = get(t, me, s.url+"/")
	if !strings.Contains(page, "For customers") {
		t.Error("logged in: no customer offer")
	}
	if _, err := me.PostForm(s.url+"/logout", nil); err != nil {
		t.Fatal(err)
	}
	page, _ = get(t, me, s.url+"/")
	hero, _, _ := strings.Cut(page, `data-offer-space="hero_2"`)
	if !strings.Contains(hero, "For customers") {
		t.Error("logged out but known: the hero allows implicit identification, and has no customer offer")
	}
	if banner := between(page, `id="i_banner"`, "</section>"); banner == "" || strings.Contains(banner, "points") {
		t.Errorf("logged out but known: the banner does not allow implicit identification; it has %q", banner)
	}
	about, _ := get(t, me, s.url+"/about")
	plain, _ := get(t, person(t), site.URL+"/about")
	if got, want := between(about, `data-offer-space="unknown_thing"`, "</div>"), between(plain, `data-offer-space="unknown_thing"`, "</div>"); want == "" || got != want {
		t.Errorf("an unknown slot: got %q, want %q", got, want)
	}
}

// named is a person for whom every host name leads to one address.
func named(t *testing.T, address string) *http.Client {
	t.Helper()
	c := person(t)
	c.Transport = &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, strings.TrimPrefix(address, "http://"))
	}}
	return c
}

// TestShopAsksForConsent answers the question of the host that asks, no and yes
// and no again: before a yes and after a no the browser has no cookie of ours.
func TestShopAsksForConsent(t *testing.T) {
	keys := newKeys(t)
	s := serve(t, shop(t, keys).URL, shopCatalog, keys)
	me := named(t, s.url)
	const host = "http://consent.localhost"
	at, _ := url.Parse(host)
	look := func(what, answer, stripped string) {
		t.Helper()
		if answer != "" {
			r, err := me.PostForm(host+"/consent", url.Values{"answer": {answer}, "next": {"/about"}})
			if err != nil || r.Body.Close() != nil || r.Request.URL.Path != "/about" {
				t.Fatalf("%s: %v", what, err)
			}
		}
		page, r := get(t, me, host+"/")
		ours := ""
		for _, c := range me.Jar.Cookies(at) {
			if strings.HasPrefix(c.Name, "proffer") {
				ours += c.Name
			}
		}
		want := ""
		if answer == "yes" {
			want = "proffer"
		}
		if ours != want || !strings.HasPrefix(strip(page), stripped) || r.StatusCode != http.StatusOK {
			t.Errorf("%s: our cookies %q, want %q; strip %q, want %q", what, ours, want, strip(page), stripped)
		}
		if asks := strings.Contains(page, "May we remember you?"); asks != (answer == "") {
			t.Errorf("%s: asks %v", what, asks)
		}
	}
	look("not answered", "", "New here?")
	look("not answered, again", "", "New here?")
	look("no", "no", "New here?")
	look("yes", "yes", "Still looking?")
	look("no again", "no", "New here?")
	page, _ := get(t, me, strings.Replace(host, "consent.", "", 1)+"/")
	at.Host = "localhost"
	if c := me.Jar.Cookies(at); len(c) != 1 || strings.Contains(page, "remember") {
		t.Errorf("where consent is assumed: cookies %v, and a question", c)
	}
}

// TestShopInFrench holds that the shop's offers speak the browser's language,
// and the catalog's where they have no other.
func TestShopInFrench(t *testing.T) {
	keys := newKeys(t)
	s := serve(t, shop(t, keys).URL, shopCatalog, keys)
	for language, want := range map[string]string{"fr-CH, en;q=0.5": "<span>dès</span>", "it": "<span>from</span>", "": "<span>from</span>"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if language != "" {
			r.Header.Set("Accept-Language", language)
		}
		page := body(t, r)
		if hero := between(page, `data-offer-space="hero"`, `data-offer-space="hero_2"`); !strings.Contains(hero, want) {
			t.Errorf("language %q: the hero has no %s: %s", language, want, hero)
		}
	}
}

// body is what a stranger is answered.
func body(t *testing.T, r *http.Request) string {
	t.Helper()
	answer, err := person(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return text(t, answer)
}

// text is an answer's body.
func text(t *testing.T, answer *http.Response) string {
	t.Helper()
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func between(page, from, to string) string {
	_, rest, found := strings.Cut(page, from)
	if !found {
		return ""
	}
	text, _, _ := strings.Cut(rest, to)
	return text
}

// TestSavingACatalog swaps in what is saved, and keeps the last good catalog
// when that is broken.
func TestSavingACatalog(t *testing.T) {
	keys, dir := newKeys(t), t.TempDir()
	name := filepath.Join(dir, "catalog.yaml")
	save := func(text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save(smallCatalog)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><div data-offer-space="hero">own</div>`)
	}))
	defer site.Close()
	s := serve(t, site.URL, dir, keys)
	see := func(want string) {
		t.Helper()
		if page, _ := get(t, person(t), s.url+"/"); !strings.Contains(page, want) {
			t.Errorf("got %s, want %s", page, want)
		}
	}
	see("<b>Hello</b>")
	save(strings.Replace(smallCatalog, "title: Hello", "title: Changed", 1))
	s.out.wait(t, `(?s)swapped in.*swapped in`)
	see("<b>Changed</b>")
	save(strings.Replace(smallCatalog, "weights:", "wieghts:", 1))
	s.out.wait(t, `did you mean "weights"`)
	s.out.wait(t, `last good one stays`)
	see("<b>Changed</b>")
}

// TestOriginDown answers 502 with a plain page.
func TestOriginDown(t *testing.T) {
	down, err := net.Listen("tcp", "127.0.0.1:0") // its port stays taken
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { down.Close() })
	go func() {
		for {
			c, err := down.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	s := serve(t, "http://"+down.Addr().String(), shopCatalog, newKeys(t))
	page, r := get(t, person(t), s.url+"/")
	if r.StatusCode != http.StatusBadGateway || len(page) == 0 || len(r.Cookies()) != 0 {
		t.Errorf("status %d, page %q", r.StatusCode, page)
	}
}

// TestBadModulesLeaveThePage puts modules that panic, loop for ever and take
// all memory behind the shop: its pages stay the origin's, byte for byte.
func TestBadModulesLeaveThePage(t *testing.T) {
	keys := newKeys(t)
	site := shop(t, keys)
	want, _ := get(t, person(t), site.URL+"/")
	snapshot, err := loadCatalog(shopCatalog, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		mood byte
	}{{"panics", 'p'}, {"loops for ever", 's'}, {"exhausts memory", 'm'}, {"overflows the stack", 'k'}, {"lies", 'L'}, {"talks nonsense", 'j'}} {
		t.Run(c.name, func(t *testing.T) {
			e := badEngine(t, c.mood, snapshot)
			u, err := url.Parse(site.URL)
			if err != nil {
				t.Fatal(err)
			}
			pages, err := proxy.New(proxy.Config{Engine: e})
			if err != nil {
				t.Fatal(err)
			}
			front := httptest.NewServer(pages.Limit(proxy.NewReverseProxy(pages, u)))
			defer front.Close()
			for range 3 {
				page, r := get(t, person(t), front.URL+"/")
				if page != want || r.StatusCode != http.StatusOK || len(r.Cookies()) != 0 {
					t.Fatalf("status %d, cookies %v, %d bytes, want the origin's %d", r.StatusCode, r.Cookies(), len(page), len(want))
				}
			}
		})
	}
}

// badEngine runs host/internal/badguest and asks it to misbehave in one way,
// whatever the request; the proxy sees the real snapshot.
func badEngine(t *testing.T, mood byte, snapshot []byte) proxy.Engine {
	t.Helper()
	file := filepath.Join(t.TempDir(), "badguest.wasm")
	build := exec.Command("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w", "-o", file, "../../internal/badguest")
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	module, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	h, err := host.New(context.Background(), module, host.Config{CacheDir: hosttest.CacheDir(t), Instances: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close(context.Background()) })
	if err := h.Swap(context.Background(), append(bytes.Repeat([]byte{7}, 32), 'e')); err != nil {
		t.Fatal(err)
	}
	return &misbehaving{h, mood, snapshot}
}

type misbehaving struct {
	*host.Host
	mood     byte
	snapshot []byte
}

func (m *misbehaving) Acquire() (host.Session, error) {
	s, err := m.Host.Acquire()
	if err != nil {
		return nil, err
	}
	return &misbehavingSession{s, m}, nil
}

type misbehavingSession struct {
	host.Session
	engine *misbehaving
}

func (s *misbehavingSession) Snapshot() *host.Snapshot {
	return &host.Snapshot{Bytes: s.engine.snapshot}
}

func (s *misbehavingSession) Handle(ctx context.Context, dst, _ []byte) ([]byte, error) {
	out, err := s.Session.Handle(ctx, dst, []byte{s.engine.mood, 0})
	if err == nil && s.engine.mood != 'j' {
		return nil, fmt.Errorf("the module answered %q", out)
	}
	return out, err
}
