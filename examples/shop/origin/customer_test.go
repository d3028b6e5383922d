package origin_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/examples/shop/origin"
)

func post(t *testing.T, shop http.Handler, path string, form url.Values) page {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return ask(t, shop, r)
}

func cookies(p page) map[string]*http.Cookie {
	all := map[string]*http.Cookie{}
	for _, c := range p.Cookies() {
		all[c.Name] = c
	}
	return all
}

func TestLogin(t *testing.T) {
	shop := newShop(t, origin.Key{ID: 2, Secret: secret})
	cases := []struct {
		name, chosen, typed   string
		number, country, tier string
	}{
		{"chosen", "1001", "", "1001", "FR", "blue"},
		{"gold", "1002", " ", "1002", "FR", "gold"},
		{"abroad", "1003", "", "1003", "CA", "blue"},
		{"typed wins", "1001", "1002", "1002", "FR", "gold"},
		{"typed as mail", "1001", " 1003@Wayfern.Example ", "1003", "CA", "blue"},
		{"somebody new", "1001", "20264711", "20264711", "FR", "blue"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := post(t, shop, "/login", url.Values{"customer": {c.chosen}, "number": {c.typed}, "next": {"/trip/kyoto-in-blossom?a=b"}})
			if p.StatusCode != http.StatusSeeOther || p.Header.Get("Location") != "/trip/kyoto-in-blossom?a=b" {
				t.Fatalf("status %d to %q", p.StatusCode, p.Header.Get("Location"))
			}
			set := cookies(p)
			if len(set) != 2 || set["shop_session"] == nil || set["proffer_identity"] == nil {
				t.Fatalf("cookies %v, want shop_session and proffer_identity", set)
			}
			for _, cookie := range set {
				if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.MaxAge <= 0 {
					t.Errorf("cookie %s, want HttpOnly, SameSite=Lax, Path=/ and an age", cookie)
				}
			}
			if got := set["shop_session"].Value; got != c.number {
				t.Errorf("session %q, want %q", got, c.number)
			}
			checkClaims(t, payload(t, set["proffer_identity"].Value, "2", secret), c.number, c.country, c.tier)
		})
	}
}

func checkClaims(t *testing.T, got url.Values, number, country, tier string) {
	t.Helper()
	want := url.Values{"source": {"main"}, "key": {number}, "exp": got["exp"], "a.country": {country}, "a.tier": {tier}}
	if got.Encode() != want.Encode() {
		t.Errorf("claims %s, want %s", got.Encode(), want.Encode())
	}
	exp, err := strconv.ParseInt(got.Get("exp"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if life := time.Unix(exp, 0).Sub(noon); life <= 0 || life > origin.MaxTokenLife {
		t.Errorf("token lives for %v, want up to %v", life, origin.MaxTokenLife)
	}
}

// On the club's host name a token names a person of the club's list.
func TestLoginAtTheClub(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "http://club.localhost:8080/login", strings.NewReader("customer=1003"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	p := ask(t, newShop(t, origin.Key{ID: 2, Secret: secret}), r)
	got := payload(t, cookies(p)["proffer_identity"].Value, "2", secret)
	if got.Get("source") != "club" || got.Get("key") != "1003" {
		t.Errorf("the token says %s, want source club and key 1003", got.Encode())
	}
}

func TestLoginRefused(t *testing.T) {
	shop := newShop(t, origin.Key{ID: 2, Secret: secret})
	for _, number := range []string{"", "123", "123456789", "12a4", "1001@elsewhere.example", "-1001", "１００１"} {
		p := post(t, shop, "/login", url.Values{"number": {number}, "customer": {""}})
		if p.StatusCode != http.StatusUnprocessableEntity || len(p.Cookies()) > 0 {
			t.Errorf("number %q: status %d with cookies %v, want 422 and none", number, p.StatusCode, p.Cookies())
		}
		wellFormed(t, p)
	}
	huge := post(t, shop, "/login", url.Values{"number": {strings.Repeat("1", 1<<20)}})
	if huge.StatusCode != http.StatusBadRequest {
		t.Errorf("a form of 1 MiB: status %d, want 400", huge.StatusCode)
	}
}

func TestLoginStaysHere(t *testing.T) {
	shop := newShop(t, origin.Key{})
	for next, want := range map[string]string{
		"":                      "/",
		"/account":              "/account",
		"https://example.com/":  "/",
		"//example.com/":        "/",
		`/\example.com`:         "/",
		"javascript:alert(1)":   "/",
		"travel/":               "/",
		"/x\r\nSet-Cookie: a=b": "/",
	} {
		p := post(t, shop, "/login", url.Values{"customer": {"1001"}, "next": {next}})
		if got := p.Header.Get("Location"); got != want {
			t.Errorf("next %q leads to %q, want %q", next, got, want)
		}
	}
}

func TestLoginWithoutKey(t *testing.T) {
	set := cookies(post(t, newShop(t, origin.Key{}), "/login", url.Values{"customer": {"1001"}}))
	if set["shop_session"] == nil || set["proffer_identity"] != nil {
		t.Errorf("cookies %v, want shop_session alone", set)
	}
}

func TestLogout(t *testing.T) {
	p := post(t, newShop(t, origin.Key{ID: 2, Secret: secret}), "/logout", nil)
	if p.StatusCode != http.StatusSeeOther || p.Header.Get("Location") != "/" {
		t.Errorf("status %d to %q, want 303 to /", p.StatusCode, p.Header.Get("Location"))
	}
	set := cookies(p)
	if len(set) != 2 {
		t.Errorf("cookies %v, want two", set)
	}
	for _, name := range []string{"shop_session", "proffer_identity"} {
		if c := set[name]; c == nil || c.MaxAge >= 0 || c.Value != "" || c.Path != "/" {
			t.Errorf("cookie %s is %v, want it expired", name, c)
		}
	}
}

func TestForgedSession(t *testing.T) {
	shop := newShop(t, origin.Key{})
	for _, value := range []string{"<b>1001</b>", "0", "1001 or 1=1"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Cookie", "shop_session="+value)
		if p := ask(t, shop, r); p.StatusCode != 200 || !strings.Contains(p.text("header"), "Log in") {
			t.Errorf("session %q: status %d, header %q, want nobody logged in", value, p.StatusCode, p.text("header"))
		}
	}
}

// Whoever presses "Forget me" where nothing stands in front of the shop is told
// so, on a page like the others.
func TestForgetWithoutProffer(t *testing.T) {
	p := post(t, newShop(t, origin.Key{}), "/.proffer/forget", nil)
	if p.StatusCode != http.StatusOK || len(p.Cookies()) > 0 || !strings.Contains(p.body, "Nothing to forget") {
		t.Errorf("status %d, cookies %v, want a page that says that there is nothing", p.StatusCode, p.Cookies())
	}
	wellFormed(t, p)
}
