package proxy_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
)

// asking is a catalog of which each site reads consent from somewhere else.
const asking = `catalog: asking
consent: {cookie: consent, value: "yes"}
sites:
  shop.example: visitors
  header.example: {environment: visitors, consent: {header: X-CONSENT-given, value: "1"}}
  tcf.example: {environment: visitors, consent: {tcf: euconsent-v2, purposes: [1, 3]}}
  token.example: {environment: visitors, consent: {cookie: proffer_identity, value: "yes"}}
  "*.example": {environment: visitors, consent: {assumed: true, gpc: ignore}}
environments:
  visitors:
    kind: anonymous
    spaces: {hero: {channel: web, fields: {t: text}, render: {html: '<b>{{ t }}</b>'}}}
    categories: {all: {offers: {one: {weights: 1, content: {hero: {t: one}}}}}}
`

func engineOf(t *testing.T, text string) *native.Engine {
	t.Helper()
	e, err := native.New(hosttest.Settings())
	if err != nil {
		t.Fatal(err)
	}
	swap(t, e, text)
	return e
}

func swap(t *testing.T, e *native.Engine, text string) {
	t.Helper()
	b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Swap(context.Background(), b); err != nil {
		t.Fatal(err)
	}
}

// Purposes 1 and 3, and 1 alone, of a TCF string of version 2.
const (
	tcfBoth = "euconsent-v2=CAAAAAAAAAAAAAAAAAAAAAAAAKAAAAAAAAAAAAAA"
	tcfOne  = "euconsent-v2=CAAAAAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAA"
)

// TestConsentComesThrough: what a site's source reads reaches the module with
// nothing lost that could be a refusal, and refusals of the browser's own do.
func TestConsentComesThrough(t *testing.T) {
	long := strings.Repeat("x", 5000)
	ours := "Cookie: proffer=x; proffer_e=x"
	for name, c := range map[string]struct {
		send []string
		want string // names of cookies that are set; "-" before one that expires
	}{
		"nothing said":                {[]string{ours}, "-proffer -proffer_e"},
		"cookie":                      {[]string{"Cookie: a=b; consent=yes"}, "proffer"},
		"cookie in a second line":     {[]string{"Cookie: a=b", "Cookie: consent=yes"}, "proffer"},
		"cookie that says no":         {[]string{"Cookie: consent=no"}, ""},
		"cookies that disagree":       {[]string{"Cookie: consent=yes", "Cookie: consent=no"}, ""},
		"a no after too many":         {[]string{"Cookie: " + strings.Repeat("consent=yes; ", 9) + "consent=no"}, ""},
		"a no that is too long":       {[]string{"Cookie: consent=yes; consent=" + long}, ""},
		"as many as there may be":     {[]string{"Cookie: " + strings.Repeat("consent=yes; ", 8)}, "proffer"},
		"cookie, but GPC":             {[]string{"Cookie: consent=yes", ours, "Sec-GPC: 1"}, "-proffer -proffer_e"},
		"GPC in a second line":        {[]string{"Cookie: consent=yes", "Sec-GPC: 0", "Sec-GPC: 1"}, ""},
		"cookie, fetched ahead":       {[]string{"Cookie: consent=yes", "Sec-Purpose: prefetch"}, ""},
		"cookie of a crawler":         {[]string{"Cookie: consent=yes", "User-Agent: Googlebot/2.1"}, ""},
		"header":                      {[]string{"Host: header.example", "X-Consent-Given: 1"}, "proffer"},
		"header in other capitals":    {[]string{"Host: header.example", "x-conSENT-given: 1"}, "proffer"},
		"headers that disagree":       {[]string{"Host: header.example", "X-Consent-Given: 1", "X-Consent-Given: 0"}, ""},
		"a header after too many":     {[]string{"Host: header.example", "X-Consent-Given: 1", "X-Consent-Given: 1", "X-Consent-Given: 1", "X-Consent-Given: 1", "X-Consent-Given: 1", "X-Consent-Given: 1", "X-Consent-Given: 1", "X-Consent-Given: 1", "X-Consent-Given: 0"}, ""},
		"a header that is too long":   {[]string{"Host: header.example", "X-Consent-Given: 1", "X-Consent-Given: " + long}, ""},
		"another site's cookie":       {[]string{"Host: header.example", "Cookie: consent=yes"}, ""},
		"TCF":                         {[]string{"Host: tcf.example", "Cookie: " + tcfBoth}, "proffer"},
		"TCF without a purpose":       {[]string{"Host: tcf.example", "Cookie: " + tcfOne}, ""},
		"a cookie that we have named": {[]string{"Host: token.example", "Cookie: proffer_identity=yes"}, "proffer"},
		"assumed, GPC ignored":        {[]string{"Host: www.example", "Sec-GPC: 1"}, "proffer"},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				m := middleware(t, proxy.Config{Engine: engineOf(t, asking)})
				a := ask(t, front(t, m, page(slotted)), "GET", "/", append(navigation, c.send...)...)
				var names []string
				for _, set := range (&http.Response{Header: a.header}).Cookies() {
					if set.MaxAge < 0 {
						set.Name = "-" + set.Name
					}
					names = append(names, set.Name)
				}
				if got := strings.Join(names, " "); got != c.want || !strings.Contains(a.body, "<b>one</b>") {
					t.Errorf("sets %q, want %q; %s", got, c.want, a.body)
				}
			})
		})
	}
}

// TestConsentAfterASwap: a catalog that is swapped in says where consent is read
// from then on.
func TestConsentAfterASwap(t *testing.T) {
	e := engineOf(t, asking)
	front := serve(t, middleware(t, proxy.Config{Engine: e}).Wrap(page(slotted)))
	given := func(header string) bool {
		t.Helper()
		return len(ask(t, front, "GET", "/", append(navigation, header)...).header["Set-Cookie"]) == 1
	}
	if !given("Cookie: consent=yes") || given("X-Agreed: yes") {
		t.Error("before: not as the catalog says")
	}
	swap(t, e, strings.Replace(asking, "cookie: consent,", "header: X-Agreed,", 1))
	if given("Cookie: consent=yes") || !given("X-Agreed: yes") {
		t.Error("after: not as the new catalog says")
	}
}

// TestConsentReachesTheOrigin: the answer is the site's own, so the origin sees
// it, and of ours it sees neither cookie.
func TestConsentReachesTheOrigin(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		var got http.Header
		url := front(t, middleware(t, proxy.Config{Engine: engineOf(t, asking)}), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = r.Header.Clone()
			page(slotted)(w, r)
		}))
		ask(t, url, "GET", "/", append(navigation, "Cookie: proffer_e=x; consent=yes; __Host-proffer_e=x", "X-Consent-Given: 1")...)
		if cookies := strings.Join(got["Cookie"], "|"); cookies != "consent=yes" || got.Get("X-Consent-Given") != "1" {
			t.Errorf("the origin sees cookies %q, header %q", cookies, got.Get("X-Consent-Given"))
		}
	})
}
