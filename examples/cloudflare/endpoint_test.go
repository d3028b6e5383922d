//go:build edges

package cloudflare_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
)

const ours = `<!doctype html><title>Shop</title><div data-offer-space="hero">own hero</div><aside id="i_side">own side</aside>`

const front = "GET / HTTP/1.1\nHost: shop.example\nAccept: text/html\n"

// html answers with the page, whatever is asked.
func html(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=60")
	w.Header().Add("Set-Cookie", "site=1; Path=/")
	if r.URL.Path == "/.proffer/event" {
		w.WriteHeader(http.StatusTeapot) // it is none of the origin's
	}
	_, _ = fmt.Fprint(w, ours)
}

// TestEndpoints clicks an offer, and asks for what else is below the prefix.
func TestEndpoints(t *testing.T) {
	w := start(t, setup{settings: keys(), snapshot: shop(t), origin: http.HandlerFunc(html)})
	p := w.send(t, front)
	if v := p.Header.Values("Set-Cookie"); len(v) != 2 || v[0] != "site=1; Path=/" {
		t.Errorf("the cookies are %q, want the origin's and ours", v)
	}
	link := regexp.MustCompile(`/\.proffer/click\?t=[\w-]+`).FindString(p.Text)
	if link == "" {
		t.Fatalf("the page has no link: %q", p.Text)
	}
	cookie := "Cookie: " + p.Cookie() + "\n"
	click := w.send(t, "GET "+link+" HTTP/1.1\nHost: shop.example\n"+cookie)
	if click.StatusCode != http.StatusSeeOther || click.Header.Get("Location") != "/beach" || len(click.Header.Values("Set-Cookie")) != 1 {
		t.Errorf("a click: %s %v", click.Status, click.Header)
	}
	if script := w.send(t, "GET /.proffer/offers.js HTTP/1.1\nHost: shop.example\n"); script.StatusCode != 200 || len(script.Text) < 1000 {
		t.Errorf("the script: %s, %d bytes", script.Status, len(script.Text))
	}
	fragment := w.send(t, "GET /.proffer/fragment?page=/&slot=side HTTP/1.1\nHost: shop.example\n")
	if fragment.Text != "<p>Boats</p>" {
		t.Errorf("a fragment: %s %q", fragment.Status, fragment.Text)
	}
	seen := url.Values{"seen": {strings.TrimPrefix(link, "/.proffer/click?t=")}}.Encode()
	for _, c := range []struct {
		name, head, body string
		status           int
	}{
		{"an event that is none", "POST /.proffer/event", "seen=x", 400},
		{"another method", "PUT /.proffer/event", "", 405},
		{"another's page", "POST /.proffer/event", seen, 403},
		{"another path", "GET /.proffer/nothing", "", 404},
		{"a long body", "POST /.proffer/event", strings.Repeat("x", abi.MaxBody+1), 413},
		{"a body as long as it may be", "POST /.proffer/event", strings.Repeat("x", abi.MaxBody), 400},
		{"to be forgotten", "POST /.proffer/forget", "", 204},
	} {
		site := "same-origin"
		if c.status == 403 {
			site = "cross-site"
		}
		got := w.send(t, fmt.Sprintf("%s HTTP/1.1\nHost: shop.example\nSec-Fetch-Site: %s\n%sContent-Length: %d\n\n%s",
			c.head, site, cookie, len(c.body), c.body))
		if got.StatusCode != c.status {
			t.Errorf("%s: %s, want %d", c.name, got.Status, c.status)
		}
	}
	for _, e := range []string{"proffer-event/1 e=decided&", "proffer-event/1 e=clicked&"} {
		w.said.await(t, e)
	}
}

// keys is a configuration with a key of its own, so that time and chance count.
func keys() []byte {
	c := abi.DefaultConfig()
	c.Keys = []abi.Key{{ID: 1, Use: abi.UseCookie, Primary: true, Secret: [32]byte{1, 2, 3}}}
	return abi.AppendConfig(nil, c)
}

// TestSecrets holds that the Worker makes the module's configuration of the
// secrets that it is bound to.
func TestSecrets(t *testing.T) {
	w := start(t, setup{
		snapshot: shop(t), origin: http.HandlerFunc(html),
		bindings: `(name = "PREFIX", text = "/offers/"),`,
	})
	t.Run("without", func(t *testing.T) {
		if p := w.send(t, front); p.Cookie() != "" || !strings.Contains(p.Text, `<a href="/beach">Beach week</a>`) {
			t.Errorf("without a key: %v %q", p.Header, p.Text)
		}
	})
	w = start(t, setup{
		snapshot: shop(t), origin: http.HandlerFunc(html), environ: []string{"COOKIE_KEY=" + strings.Repeat("QUFB", 10) + "QUE="},
		bindings: `(name = "PREFIX", text = "/offers/"),`,
	})
	t.Run("with", func(t *testing.T) {
		if p := w.send(t, front); p.Cookie() == "" || !strings.Contains(p.Text, `<a href="/offers/click?t=`) {
			t.Errorf("with a key: %v %q", p.Header, p.Text)
		}
		if p := w.send(t, "GET /offers/offers.js HTTP/1.1\nHost: shop.example\n"); p.StatusCode != 200 {
			t.Errorf("the script: %s", p.Status)
		}
		one, two := w.send(t, front).Cookie(), w.send(t, front).Cookie()
		if one == two {
			t.Errorf("two strangers have one cookie, %q", one)
		}
	})
}
