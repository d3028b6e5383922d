package proxy_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
)

// Which requests may bring a page, and which ask for one.
func TestClasses(t *testing.T) {
	for name, c := range map[string]struct {
		method  string
		headers []string
		edited  bool // the origin is asked for a whole page
		filled  bool
	}{
		"navigation":               {"GET", navigation, true, true},
		"frame":                    {"GET", []string{"Sec-Fetch-Dest: iframe", "Accept: */*"}, true, true},
		"older browser":            {"GET", []string{"Accept: Text/HTML, */*;q=0.1"}, true, true},
		"xhtml":                    {"GET", []string{"Accept: application/xhtml+xml"}, true, true},
		"curl":                     {"GET", []string{"Accept: */*"}, false, true},
		"no word":                  {"GET", nil, false, true},
		"text":                     {"GET", []string{"Accept: text/*"}, false, true},
		"fetch of a fragment":      {"GET", []string{"Sec-Fetch-Dest: empty", "Accept: text/html"}, true, true},
		"fetch of whatever":        {"GET", []string{"Sec-Fetch-Dest: empty", "Accept: */*"}, false, true},
		"a destination to come":    {"GET", []string{"Sec-Fetch-Dest: hologram", "Accept: */*"}, false, true},
		"image":                    {"GET", []string{"Sec-Fetch-Dest: image", "Accept: image/avif,*/*;q=0.8"}, false, false},
		"script":                   {"GET", []string{"Sec-Fetch-Dest: script", "Accept: */*"}, false, false},
		"data":                     {"GET", []string{"Accept: application/json"}, false, false},
		"form":                     {"POST", navigation, false, false},
		"upgrade":                  {"GET", with("Connection: Upgrade", "Upgrade: websocket"), false, false},
		"upgrade without its word": {"GET", with("Upgrade: websocket"), true, true},
	} {
		t.Run(name, func(t *testing.T) {
			m := middleware(t, proxy.Config{})
			edited := false
			r := httptest.NewRequest(c.method, "http://"+site+"/any", nil)
			for _, h := range c.headers {
				name, value, _ := strings.Cut(h, ": ")
				r.Header.Set(name, value)
			}
			r.Header.Set("If-None-Match", `"1"`)
			w := httptest.NewRecorder()
			m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				edited = r.Header.Get("If-None-Match") == ""
				page(slotted)(w, r)
			})).ServeHTTP(w, r)
			if edited != c.edited || (w.Body.String() == filledIn) != c.filled {
				t.Errorf("edited %t, body %q", edited, w.Body)
			}
		})
	}
}

func TestPrefix(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		url := front(t, middleware(t, proxy.Config{Prefix: "/-/"}), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "origin "+r.URL.Path)
		}))
		for _, path := range []string{"/-/", "/-/decided", "/%2d/click?x", "/-/../"} {
			for _, method := range []string{"GET", "POST", "OPTIONS"} {
				a := ask(t, url, method, path)
				if a.status != 404 || strings.Contains(a.body, "origin") || a.header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s %s: %v", method, path, a)
				}
			}
		}
		for _, path := range []string{"/-", "/x/-/", "/.proffer/"} {
			if a := ask(t, url, "GET", path); a.body != "origin "+path {
				t.Errorf("%s: %v", path, a)
			}
		}
	})
}

// What the origin sees of a request.
func TestOriginRequest(t *testing.T) {
	for name, c := range map[string]struct {
		peer  bool
		send  []string
		check string // header, "Name: value" or "Name:" for none
	}{
		"visitor's cookie":           {false, []string{"Cookie: a=1; proffer=x; b=2;c=\"3; 4\""}, `Cookie: a=1; b=2; c="3; 4"`},
		"secure visitor's cookie":    {false, []string{"Cookie: __Host-proffer=x"}, "Cookie:"},
		"identity cookie":            {false, []string{"Cookie: proffer_identity=t; proffer=x"}, "Cookie: proffer_identity=t"},
		"other cookies as they came": {false, []string{"Cookie: a=1;;  b;xproffer=1"}, "Cookie: a=1; b; xproffer=1"},
		"untouched cookies":          {false, []string{"Cookie: a=1;;  b; $Version=1"}, "Cookie: a=1;;  b; $Version=1"},
		"a stranger's identity":      {false, []string{"Proffer-Identity: t"}, "Proffer-Identity:"},
		"a stranger's country":       {false, []string{"X-Country: FR"}, "X-Country:"},
		"a peer's country":           {true, []string{"X-Country: FR"}, "X-Country: FR"},
		"anything else":              {false, []string{"X-Own: 1"}, "X-Own: 1"},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				for _, path := range []string{"/any", "/pic"} {
					config := proxy.Config{CountryHeader: "x-country"}
					if c.peer {
						config.Peers = []netip.Prefix{netip.MustParsePrefix("::ffff:127.0.0.0/104")}
					}
					var got http.Header
					url := front(t, middleware(t, config), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						got = r.Header.Clone()
					}))
					headers := append([]string{"Accept: text/html"}, c.send...)
					if path == "/pic" {
						headers[0] = "Sec-Fetch-Dest: image"
					}
					ask(t, url, "GET", path, headers...)
					key, value, _ := strings.Cut(c.check, ":")
					if have := strings.Join(got[key], "|"); have != strings.TrimSpace(value) {
						t.Errorf("%s: %q is %q", path, key, have)
					}
				}
			})
		})
	}
}

// What the module is told.
func TestQuestion(t *testing.T) {
	now := testTime
	config := proxy.Config{
		Clock: func() time.Time { return now }, CountryHeader: "X-Country", PersonHeader: "x-person",
		Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
	body := strings.ReplaceAll(slotted, "hero", "side") + slotted
	long := strings.Repeat("x", 5000)
	r := asked(t, config, page(body), "/a%2Fb/%C3%A9?q=1;2&x", append(navigation, "Host: SHOP.example.:80",
		"Cookie: a=1; proffer=v; b=2; proffer_identity=t; proffer="+long, "Cookie: __Host-proffer=s",
		"Accept-Language: fr", "Sec-Purpose: prefetch", "Sec-GPC: 1", "X-Country: FR", "X-Person: one", "X-Person: two", "X-Other: 1")...)
	var headers []string
	for _, h := range r.Headers {
		headers = append(headers, string(h.Name)+"="+string(h.Value))
	}
	got := fmt.Sprintf("%d %s %s ? %s %d %d %t %d [%s]", r.Time, r.Host, r.Path, r.Query, r.Flags, r.Want, r.HasSlots, r.Mode, strings.Join(headers, " | "))
	want := fmt.Sprintf("%d shop.example /a%%2Fb/%%C3%%A9 ? q=1;2&x %d %d true 0 [%s]", now.UnixMilli(), abi.FlagPeer, abi.WantHTML,
		"cookie=proffer=v; proffer_identity=t; __Host-proffer=s | accept-language=fr | user-agent=test | sec-gpc=1 | sec-purpose=prefetch | x-country=FR")
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(r.Slots) != 2 || string(r.Slots[0].Space) != "side" || string(r.Slots[1].Space) != "hero" || r.Slots[0].Held != abi.HeldYes {
		t.Errorf("slots: %+v", r.Slots)
	}
	if len(r.Entropy) != abi.EntropySize || len(r.Snapshot) != abi.HashSize || r.HasRecord {
		t.Errorf("entropy of %d bytes, snapshot of %d, record %t", len(r.Entropy), len(r.Snapshot), r.HasRecord)
	}
	stranger := config
	stranger.Peers = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fe80::/10")}
	r = asked(t, stranger, page(slotted), "/any", append(navigation, "X-Country: FR", "X-Forwarded-Proto: https")...)
	for _, h := range r.Headers {
		if string(h.Name) == "x-country" {
			t.Error("a stranger's country counts")
		}
	}
	if r.Flags != 0 {
		t.Errorf("flags of a stranger: %d", r.Flags)
	}
}

// The body's slots are told where they are known: of a listed page whose rest is
// still to come, only when all that are listed have been seen.
func TestQuestionAboutSlots(t *testing.T) {
	filler := strings.Repeat("<p>x</p>", 1000)
	all := `<div data-offer-space="hero">1</div><div data-offer-space=hero_2>2</div><div data-offer-space=side>3</div>`
	for name, c := range map[string]struct {
		path, body string
		known      bool
		slots      int
	}{
		"listed, whole":          {"/listed", slotted, true, 1},
		"listed, whole, none":    {"/listed", slotless, true, 0},
		"listed, head, all held": {"/listed", all + filler, true, 3},
		"listed, head, one held": {"/listed", slotted + filler, false, 0},
		"not listed, head":       {"/any", slotted + filler, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := asked(t, proxy.Config{ReadAhead: 1024}, page(c.body), c.path, navigation...)
			if r.HasSlots != c.known || len(r.Slots) != c.slots {
				t.Errorf("known %t, %d slots", r.HasSlots, len(r.Slots))
			}
		})
	}
	t.Run("HEAD", func(t *testing.T) {
		var got *abi.Request
		engine := handling(t, func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
			got = new(abi.Request)
			got.Decode(append([]byte(nil), request...))
			return inner.Handle(ctx, dst, request)
		})
		a := ask(t, serve(t, middleware(t, proxy.Config{Engine: engine}).Wrap(page(slotted))), "HEAD", "/listed", navigation...)
		if got == nil || got.HasSlots || !got.Flags.Has(abi.FlagNoStore) || len(a.header["Set-Cookie"]) != 0 {
			t.Errorf("asked %+v, answer %v", got, a)
		}
	})
}

// TLS as we see it, or as a peer does.
func TestSecure(t *testing.T) {
	local := []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")}
	for name, c := range map[string]struct {
		peers  []netip.Prefix
		tls    bool
		proto  string
		secure bool
	}{
		"plain":               {nil, false, "", false},
		"tls":                 {nil, true, "http", true},
		"a stranger says":     {nil, false, "https", false},
		"a peer says":         {local, false, "HTTPS", true},
		"a peer says, list":   {local, false, "https, http", true},
		"a peer says http":    {local, false, "http", false},
		"a peer says nothing": {local, false, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "http://"+site+"/any", nil)
			if c.tls {
				r.TLS = &tls.ConnectionState{}
			}
			if c.proto != "" {
				r.Header.Set("X-Forwarded-Proto", c.proto)
			}
			w := httptest.NewRecorder()
			middleware(t, proxy.Config{Peers: c.peers}).Wrap(page(slotted)).ServeHTTP(w, r)
			cookie := w.Header().Get("Set-Cookie")
			if strings.HasPrefix(cookie, "__Host-proffer=") != c.secure || strings.HasSuffix(cookie, "; Secure") != c.secure || cookie == "" {
				t.Errorf("cookie %q", cookie)
			}
		})
	}
	t.Run("an address that is none", func(t *testing.T) {
		r := httptest.NewRequest("GET", "http://"+site+"/any", nil)
		r.RemoteAddr = "@"
		r.Header.Set("X-Forwarded-Proto", "https")
		w := httptest.NewRecorder()
		middleware(t, proxy.Config{Peers: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}}).
			Wrap(page(slotted)).ServeHTTP(w, r)
		if strings.Contains(w.Header().Get("Set-Cookie"), "__Host") {
			t.Error("nobody is a peer")
		}
	})
}

// Cookies as attackers send them change nothing for the page.
func TestHostileCookies(t *testing.T) {
	m := middleware(t, proxy.Config{})
	url := serve(t, m.Wrap(page(slotted)))
	many := strings.Repeat("proffer=x; ", 5000)
	for name, cookie := range map[string]string{
		"long":      "proffer=" + strings.Repeat("A", 60_000),
		"many":      many,
		"forged":    "proffer=AQAsvGkC3cVn-kl2mGEXiFabwN5QasDeUGoCDAD0rfS0AQUALZLgAwGP3a0pmcY0ea0xRwS5PU7u",
		"empty":     "proffer=; proffer",
		"version":   "$Version=1; proffer=\"x\"; $Path=/",
		"separated": ";;;===;proffer==;",
	} {
		if a := ask(t, url, "GET", "/any", append(navigation, "Cookie: "+cookie)...); a.status != 200 || a.body != filledIn || len(a.header["Set-Cookie"]) != 1 {
			t.Errorf("%s: %v", name, a)
		}
	}
}
