package proxy_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
)

// A call is decided as the page is that has the same slots.
func TestDecideLikeAPage(t *testing.T) {
	marked := `<!doctype html><div data-offer-space="hero">own</div><div data-offer-space="hero_2">own</div><div data-offer-space="side">own</div>`
	for name, engine := range map[string]proxy.Engine{
		"native": swapped(t, nativeEngine(t)),
		"wasm":   swapped(t, wasmEngine(t, offeringSnapshot(t))),
	} {
		t.Run(name, func(t *testing.T) {
			log := &taken{}
			m := middleware(t, proxy.Config{Engine: engine, Rand: zeros{}, Clock: func() time.Time { return testTime }, Events: log})
			base := serve(t, m.Wrap(page(marked)))
			cookie := ""
			for range 4 {
				headers := []string{"Accept-Language: fr", "User-Agent: test"}
				if cookie != "" {
					headers = append(headers, "Cookie: "+cookie)
				}
				log.put = nil
				shown := ask(t, base, "GET", "/page", append(headers, navigation...)...)
				lines := log.put
				log.put = nil
				_, header, text := call(t, base, `{"path":"/page","slots":[{"space":"hero"},{"space":"hero","n":2},{"space":"side"}]}`, headers...)
				d, body := read(t, text), marked
				for i, slot := range []string{"hero", "hero_2", "side"} {
					if d.Slots[i].HTML != "" {
						body = strings.Replace(body, `"`+slot+`">own`, `"`+slot+`">`+d.Slots[i].HTML, 1)
					}
				}
				if shown.body != body || !strings.Contains(body, "Plage") {
					t.Errorf("the page is\n%s\nby the call\n%s", shown.body, body)
				}
				if fmt.Sprint(shown.header["Set-Cookie"]) != fmt.Sprint(header["Set-Cookie"]) || len(lines) == 0 || fmt.Sprint(lines) != fmt.Sprint(log.put) {
					t.Errorf("the page sets %q and tells %q, the call %q and %q", shown.header["Set-Cookie"], lines, header["Set-Cookie"], log.put)
				}
				if set := header.Get("Set-Cookie"); set != "" {
					cookie, _, _ = strings.Cut(set, ";")
				}
			}
		})
	}
}

// Which pages may call is as for the module's own endpoints.
func TestDecideFromWhere(t *testing.T) {
	_, base := api(t, proxy.Config{})
	for name, headers := range map[string][]string{
		"nothing said":                  nil,
		"the same origin":               {"Origin: http://shop.example"},
		"the same, said by the browser": {"Origin: http://shop.example", "Sec-Fetch-Site: same-origin"},
		"another scheme":                {"Origin: https://shop.example"},
		"another port":                  {"Origin: http://shop.example:8080", "Sec-Fetch-Site: same-site"},
		"capitals":                      {"Origin: HTTP://Shop.Example"},
		"a rooted name":                 {"Origin: http://shop.example."},
		"a subdomain":                   {"Origin: http://a.shop.example", "Sec-Fetch-Site: same-site"},
		"another site":                  {"Origin: https://evil.example"},
		"another site, by its word":     {"Sec-Fetch-Site: cross-site"},
		"a cross-site word, our origin": {"Origin: http://shop.example", "Sec-Fetch-Site: cross-site"},
		"null":                          {"Origin: null"},
		"null of ours":                  {"Origin: null", "Sec-Fetch-Site: same-origin"},
		"null of a site":                {"Origin: null", "Sec-Fetch-Site: same-site"},
		"an extension":                  {"Origin: chrome-extension://shop.example"},
		"no scheme":                     {"Origin: shop.example"},
		"a longer name":                 {"Origin: http://shop.example.evil.example"},
		"a name in front":               {"Origin: http://shop.example@evil.example"},
		"an empty origin":               {"Origin: "},
		"typed in":                      {"Sec-Fetch-Site: none"},
	} {
		t.Run(name, func(t *testing.T) {
			decide, _, _ := call(t, base, `{"slots":[{"space":"hero"}]}`, headers...)
			event, _, _ := send(t, "POST", base+"/.proffer/forget", nil, headers...)
			if (decide == 403) != (event == 403) || decide != 403 && decide != 200 {
				t.Errorf("decide %d, forget %d", decide, event)
			}
		})
	}
}

// No consent and pages fetched ahead leave no trace, and consent is the site's.
func TestDecideConsent(t *testing.T) {
	log := &taken{}
	var seen told
	_, base := api(t, proxy.Config{Events: log, Recorder: &seen})
	const body = `{"slots":[{"space":"hero"}]}`
	for name, c := range map[string]struct {
		headers []string
		stored  bool
		links   bool // which a page that is fetched ahead needs once it is looked at
	}{
		"assumed":         {nil, true, true},
		"refused":         {[]string{"Sec-Gpc: 1"}, false, false},
		"fetched ahead":   {[]string{"Sec-Purpose: prefetch"}, false, true},
		"a crawler":       {[]string{"User-Agent: Googlebot/2.1"}, false, false},
		"by the trusted":  {[]string{"Authorization: Bearer peer"}, true, true},
		"not to be asked": {[]string{"Authorization: Bearer peer", "no_store"}, false, false},
		"not to be given": {[]string{"Authorization: Bearer peer", "consent"}, false, false},
	} {
		text, headers := body, c.headers
		if n := len(headers); n == 2 {
			text = strings.Replace(body, "}]", `}],"`+headers[1]+`":`+fmt.Sprint(headers[1] == "no_store"), 1)
			headers = headers[:1]
		}
		log.put, seen.keep = nil, nil
		status, header, got := call(t, base, text, headers...)
		links := read(t, got).Slots[0].Links.Seen != ""
		if status != 200 || (len(header["Set-Cookie"]) == 1) != c.stored || (len(log.put) == 1) != c.stored || links != c.links || len(seen.keep) != 1 || seen.keep[0] != c.stored {
			t.Errorf("%s: %d %v, %v, recorded %v, %s", name, status, header, log.put, seen.keep, got)
		}
	}
	r, err := http.NewRequest("POST", base+"/.proffer/decide", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for cookie, want := range map[string]int{"": 0, "consent=yes": 1, "consent=no": 0} {
		again := r.Clone(t.Context())
		again.Body, _ = r.GetBody()
		again.Host = "asking.example"
		again.Header.Set("Content-Type", "application/json")
		again.Header.Set("Cookie", cookie)
		res, err := client.Do(again)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if got := len(res.Header["Set-Cookie"]); got != want {
			t.Errorf("%q: %d cookies", cookie, got)
		}
	}
}
