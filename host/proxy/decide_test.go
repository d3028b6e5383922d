package proxy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// offering is a catalog with everything that an answer can hold.
const offering = `catalog: offering
consent: assumed
language: en
people: [main]
sites:
  shop.example: visitors
  asking.example: {environment: visitors, consent: {cookie: consent, value: "yes"}}
  members.example: customers
environments:
  visitors:
    kind: anonymous
    target: {visits: {type: int, default: 0}}
    attributes: {basket: double}
    pages: [{match: "/page", slots: [hero, hero_2, side]}]
    filters: {rich: 'interaction.basket > 100.0'}
    spaces:
      hero:
        channel: web
        track: true
        fields: {title: {type: text, required: true}, url: url, price: number, new: bool}
        render: {html: '<a href="{{ url }}">{{ title }}</a>'}
        store: {visitor: {visits: 'target.visits + (interaction.new_visit ? 1 : 0)'}}
      side: {channel: web, fields: {title: {type: text, required: true}}}
    categories:
      all:
        offers:
          gold: {filter: rich, weights: 20, content: {hero: {title: gold, url: /gold, price: 1.5}}}
          sale: {filter: 'request.path == "/sale" && request.query.a == "b"', weights: 15, content: {hero: {title: sale, url: /sale}}}
          beach:
            weights: 9
            content: {hero: {title: 'Beach & sun', url: /beach, price: 3, new: true}}
            translations: {fr: {hero: {title: Plage}}}
          shade: {weights: 1, content: {side: {title: shade}}}
          hill: {weights: 8, content: {hero: {title: hill, url: "https://hill.example/"}}}
  customers:
    kind: identified
    people: main
    spaces: {hero: {channel: web, fields: {title: {type: text, required: true}}, render: {html: '<b>{{ title }}</b>'}, identification: {implicit: true, fallback: visitors/hero}}}
    categories: {all: {offers: {club: {weights: 1, content: {hero: {title: club}}}}}}
`

// offeringSnapshot compiles it.
func offeringSnapshot(t testing.TB) []byte {
	t.Helper()
	b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(offering)}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// trusted believes one token.
func trusted(r *http.Request) error {
	if r.Header.Get("Authorization") == "Bearer peer" {
		return nil
	}
	return errors.New("peer token: expired")
}

// zeros is randomness that a test knows.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// api is a server with the decide API, at a fixed time and with known randomness.
func api(t testing.TB, c proxy.Config) (*rig, string) {
	t.Helper()
	if c.Engine == nil {
		c.Engine = swapped(t, nativeEngine(t))
	}
	c.Trusted, c.Rand, c.Clock = trusted, zeros{}, func() time.Time { return testTime }
	m := middleware(t, c)
	return m, serve(t, m.Wrap(nobody(t)))
}

func swapped(t testing.TB, e swapper) proxy.Engine {
	t.Helper()
	if err := e.Swap(context.Background(), offeringSnapshot(t)); err != nil {
		t.Fatal(err)
	}
	return e
}

const asJSON = "Content-Type: application/json"

// call posts a call, with a type unless another is given.
func call(t testing.TB, url, body string, headers ...string) (int, http.Header, string) {
	t.Helper()
	if !strings.Contains(strings.Join(headers, "\n"), "Content-Type") {
		headers = append([]string{asJSON}, headers...)
	}
	return send(t, "POST", url+"/.proffer/decide", strings.NewReader(body), headers...)
}

// decided is an answer as a program reads it.
type decided struct {
	Slots []struct {
		Space, Environment, Offer, HTML, Mode string
		N, Rank                               int
		Weight                                *float64
		Content                               map[string]any
		Links                                 struct {
			Seen, Accept, Reject string
			Click                map[string]string
		}
	}
	Visitor *struct {
		ID  string
		New bool
	}
	Propositions []struct{ ID, Target, Status string }
	SetCookies   []string `json:"set_cookies"`
}

func read(t testing.TB, body string) (d decided) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &d); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return d
}

func TestDecide(t *testing.T) {
	for name, engine := range map[string]func() proxy.Engine{
		"native": func() proxy.Engine { return swapped(t, nativeEngine(t)) },
		"wasm":   func() proxy.Engine { return swapped(t, wasmEngine(t, offeringSnapshot(t))) },
	} {
		t.Run(name, func(t *testing.T) {
			m, url := api(t, proxy.Config{Engine: engine()})
			status, header, body := call(t, url, `{"slots":[{"space":"side"},{"space":"hero","n":2},{"space":"hero"},{"space":"hero","n":9},{"space":"nowhere"}]}`)
			if status != 200 || header.Get("Content-Type") != "application/json" || header.Get("Cache-Control") != "no-store" ||
				header.Get("X-Content-Type-Options") != "nosniff" || len(header["Set-Cookie"]) != 1 || header["Vary"] != nil {
				t.Fatalf("%d %v %s", status, header, body)
			}
			d := read(t, body)
			var got []string
			for _, s := range d.Slots {
				got = append(got, fmt.Sprintf("%s/%d %s %s %d %v", s.Space, s.N, s.Environment, s.Offer, s.Rank, s.Content))
			}
			want := "[side/1 visitors shade 1 map[title:shade] hero/2 visitors hill 2 map[title:hill url:https://hill.example/]" +
				" hero/1 visitors beach 1 map[new:true price:3 title:Beach & sun url:/beach] hero/9 visitors  0 map[] nowhere/1   0 map[]]"
			if fmt.Sprint(got) != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			hero := d.Slots[2]
			if !strings.HasPrefix(hero.HTML, `<a href="/.proffer/click?t=`) || !strings.HasSuffix(hero.HTML, `">Beach &amp; sun</a>`) || hero.Mode != "anonymous" {
				t.Errorf("html is %s", hero.HTML)
			}
			if status, header, _ := send(t, "GET", url+hero.Links.Click["url"], nil); status != 303 || header.Get("Location") != "/beach" {
				t.Errorf("the click is answered by %d %v", status, header)
			}
			cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
			if status, header, _ := send(t, "POST", url+hero.Links.Accept, nil, "Cookie: "+cookie); status != 204 || len(header["Set-Cookie"]) != 1 {
				t.Errorf("the acceptance is answered by %d %v", status, header)
			}
			m.expect(t, map[string]float64{"slots_total/filled": 3, "slots_total/empty": 2, "decision_seconds": 1, "visitor_cookie_bytes": 1})
			if n := m.replies(t, "decide", "2xx"); n != 1 {
				t.Errorf("%v calls counted", n)
			}
		})
	}
}

// What is said of the page and of the call counts.
func TestDecideByCall(t *testing.T) {
	_, url := api(t, proxy.Config{})
	for body, want := range map[string]string{
		`{"slots":[{"space":"hero"}]}`:                                                "Beach &amp; sun",
		`{"slots":[{"space":"hero"}],"language":"fr-CA"}`:                             "Plage",
		`{"slots":[{"space":"hero"}],"path":"/sale","query":"a=b"}`:                   "sale",
		`{"slots":[{"space":"hero"}],"path":"/sale"}`:                                 "Beach &amp; sun",
		`{"slots":[{"space":"hero"}],"attributes":{"basket":100.5}}`:                  "gold",
		`{"slots":[{"space":"hero"}],"attributes":{"basket":100}}`:                    "Beach &amp; sun",
		`{"slots":[{"space":"hero","attributes":{"basket":200}}]}`:                    "gold",
		`{"slots":[{"space":"hero","environment":"customers"}]}`:                      "Beach &amp; sun",
		`{"slots":[{"space":"hero","categories":["none"]}]}`:                          "",
		`{"slots":[{"space":"hero"}],"attributes":{"nobody declares this":"at all"}}`: "Beach &amp; sun",
	} {
		status, _, got := call(t, url, body, "Accept-Language: en")
		if status != 200 {
			t.Fatalf("%s: %d %s", body, status, got)
		}
		title := regexp.MustCompile(`>(.*)</a>`).FindStringSubmatch(read(t, got).Slots[0].HTML)
		if want == "" && title != nil || want != "" && (title == nil || title[1] != want) {
			t.Errorf("%s: %s", body, got)
		}
	}
	if _, _, got := call(t, url, `{"slots":[{"space":"hero"}]}`, "Accept-Language: fr"); !strings.Contains(got, "Plage") {
		t.Errorf("the browser's language does not count: %s", got)
	}
}

// The module is asked as for a page that holds the slots, and knows the caller by
// cookies alone.
func TestDecideAsks(t *testing.T) {
	var asked abi.Request
	engine := handling(t, func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
		var q abi.Request
		q.Decode(bytes.Clone(request))
		asked = q
		return inner.Handle(ctx, dst, request)
	})
	m := middleware(t, proxy.Config{
		Engine: engine, Trusted: trusted, Peers: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")}, PersonHeader: "X-Person", CountryHeader: "X-Country",
	})
	url := serve(t, m.Wrap(nobody(t)))
	ours := []string{"Cookie: a=b; proffer=v; proffer_e=w; proffer_identity=z", "Sec-Gpc: 1", "X-Person: 1001", "X-Country: FR", "X-Forwarded-Proto: https", "User-Agent: me"}
	names := func() (out string) {
		for _, h := range asked.Headers {
			out += fmt.Sprintf("%s=%s|", h.Name, h.Value)
		}
		return out
	}
	body := `{"path":"/p","query":"a=b","slots":[{"space":"hero","n":2}]`
	if status, _, text := call(t, url, body+"}", ours...); status != 200 {
		t.Fatal(status, text)
	}
	const cookies = "cookie=proffer=v; proffer_e=w; proffer_identity=z|"
	if names() != cookies+"user-agent=me|sec-gpc=1|" || asked.Flags != 0 || string(asked.Host) != site {
		t.Errorf("a stranger's: %s, flags %d, host %s", names(), asked.Flags, asked.Host)
	}
	if asked.Kind != abi.KindPage || asked.Mode != abi.SlotsAsked || !asked.HasSlots || len(asked.Slots) != 1 || asked.Slots[0].Held != abi.HeldYes ||
		string(asked.Path) != "/p" || string(asked.Query) != "a=b" || asked.Want != abi.WantHTML|abi.WantContent|abi.WantLinks || asked.Target.Key != nil || asked.Visitor != nil {
		t.Errorf("asked is %+v", asked)
	}
	more := `,"target":{"source":"main","key":"7"},"visitor":{"id":"00112233445566778899aabbccddeeff"},"consent":true,"no_store":true}`
	if status, _, text := call(t, url, body+more, append(ours, "Authorization: Bearer peer")...); status != 200 {
		t.Fatal(status, text)
	}
	if names() != cookies+"user-agent=me|sec-gpc=1|x-person=1001|x-country=FR|" ||
		asked.Flags != abi.FlagPeer|abi.FlagSecure|abi.FlagConsentGiven|abi.FlagNoStore || !asked.Want.Has(abi.WantPropositions) ||
		string(asked.Target.Source)+"/"+string(asked.Target.Key) != "main/7" || fmt.Sprintf("%x", asked.Visitor) != "00112233445566778899aabbccddeeff" {
		t.Errorf("a trusted caller's: %s, %+v", names(), asked)
	}
}

// A stranger sees nothing of what a trusted caller does.
func TestDecideForWhom(t *testing.T) {
	_, url := api(t, proxy.Config{Events: &taken{}})
	const body = `{"slots":[{"space":"hero"}]}`
	_, _, text := call(t, url, body)
	_, header, whole := call(t, url, body, "Authorization: Bearer peer")
	d := read(t, whole)
	if d.Visitor == nil || !d.Visitor.New || len(d.Propositions) != 1 || len(d.SetCookies) != 1 || d.SetCookies[0] != header.Get("Set-Cookie") ||
		d.Slots[0].Weight == nil || *d.Slots[0].Weight != 9 || strings.Contains(whole, "proffer-event") {
		t.Errorf("a trusted caller gets %s", whole)
	}
	for _, secret := range []string{d.Visitor.ID, d.Propositions[0].ID, "weight", "visitor\"", "proposition", "cookie", "attributes", "proffer-event", header.Get("Set-Cookie")} {
		if strings.Contains(text, secret) {
			t.Errorf("a stranger sees %q in %s", secret, text)
		}
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &fields); err != nil || len(fields) != 4 {
		t.Errorf("a stranger's answer is %s", text)
	}
}

// Who is not trusted may not say who the visitor is; a token that is not good
// makes nobody trusted, and a site's own does no harm.
func TestDecideTrust(t *testing.T) {
	for name, trust := range map[string]func(*http.Request) error{"trusts": trusted, "trusts nobody": nil} {
		t.Run(name, func(t *testing.T) {
			url := serve(t, middleware(t, proxy.Config{Engine: swapped(t, nativeEngine(t)), Trusted: trust}).Wrap(nobody(t)))
			for _, field := range []string{`"target":"1001"`, `"visitor":{"id":"00112233445566778899aabbccddeeff"}`, `"consent":true`, `"consent":false`, `"no_store":true`} {
				name := strings.Split(field, `"`)[1]
				for _, headers := range [][]string{nil, {"Authorization: Bearer old"}, {"Authorization: Basic cGVlcg=="}} {
					status, header, text := call(t, url, `{"slots":[{"space":"hero"}],`+field+`}`, headers...)
					if status != 403 || header.Get("Content-Type") != "application/problem+json" || len(header["Set-Cookie"]) != 0 ||
						!strings.Contains(text, `"field":"`+name+`"`) || !strings.Contains(text, "only a trusted caller may say "+name) {
						t.Errorf("%s %s: %d %s", field, headers, status, text)
					}
				}
			}
			if status, _, text := call(t, url, `{"slots":[{"space":"hero"}]}`, "Authorization: Bearer of the site"); status != 200 || strings.Contains(text, "propositions") {
				t.Errorf("a site's token: %d %s", status, text)
			}
		})
	}
}

// refusal is a problem as a program reads it.
type refusal struct {
	Type, Title, Detail, Field string
	Status                     int
}

// What is wrong is said with its field.
func TestDecideRefuses(t *testing.T) {
	m, url := api(t, proxy.Config{})
	for name, c := range map[string]struct {
		body    string
		headers []string
		status  int
		field   string
	}{
		"unknown field":       {`{"slots":[{"space":"hero"}],"seed":1}`, nil, 400, "seed"},
		"twice":               {`{"slots":[],"slots":[]}`, nil, 400, "slots"},
		"wrong type":          {`{"slots":[{"space":7}]}`, nil, 400, "slots[0].space"},
		"nested":              {strings.Repeat("[", 1000), nil, 400, ""},
		"huge number":         {`{"slots":[{"space":"hero"}],"attributes":{"basket":1e400}}`, nil, 400, "attributes.basket"},
		"not UTF-8":           {"{\"slots\":[{\"space\":\"\xff\"}]}", nil, 400, ""},
		"trailing":            {`{"slots":[{"space":"hero"}]}x`, nil, 400, ""},
		"nothing":             {"", nil, 400, ""},
		"as long as may be":   {`{"slots":[{"space":"hero"}]}` + strings.Repeat(" ", 64<<10-28), nil, 200, ""},
		"too long":            {`{"slots":[{"space":"hero"}]}` + strings.Repeat(" ", 64<<10-27), nil, 413, ""},
		"time of the trusted": {`{"slots":[{"space":"hero"}],"time":"2026-07-10T12:00:00Z"}`, []string{"Authorization: Bearer peer"}, 400, "time"},
		"a form":              {`{"slots":[{"space":"hero"}]}`, []string{"Content-Type: text/plain"}, 415, ""},
		"no type":             {`{"slots":[{"space":"hero"}]}`, []string{"Content-Type: "}, 415, ""},
		"a type's charset":    {`{"slots":[{"space":"hero"}]}`, []string{"Content-Type: application/json; charset=utf-8"}, 200, ""},
		"another site":        {`{"slots":[{"space":"hero"}]}`, []string{"Origin: https://evil.example"}, 403, ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, header, text := call(t, url, c.body, c.headers...)
			if status != c.status {
				t.Fatalf("%d %s", status, text)
			}
			if status == 200 {
				return
			}
			var p refusal
			if err := json.Unmarshal([]byte(text), &p); err != nil || p.Type != "about:blank" || p.Status != status || p.Title != http.StatusText(status) ||
				p.Detail == "" || p.Field != c.field || header.Get("Content-Type") != "application/problem+json" || header.Get("Cache-Control") != "no-store" ||
				len(header["Set-Cookie"]) != 0 {
				t.Errorf("%v %v %s", err, header, text)
			}
		})
	}
	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"} {
		if status, header, _ := send(t, method, url+"/.proffer/decide", nil); status != 405 || header.Get("Allow") != "POST" {
			t.Errorf("%s: %d %v", method, status, header)
		}
	}
	if n := m.replies(t, "decide", "4xx"); n != 18 {
		t.Errorf("%v refusals counted", n)
	}
	m.expect(t, map[string]float64{"decision_seconds": 2})
}

// Whatever the engine does, the caller is told that it does not work now.
func TestDecideFails(t *testing.T) {
	for name, c := range failing(t) {
		t.Run(name, func(t *testing.T) {
			_, url := api(t, proxy.Config{Engine: c.engine})
			want, kind := 503, "application/problem+json"
			switch {
			case name == "refusal":
				want = 400
			case strings.HasPrefix(name, "panic"):
				kind = "text/plain; charset=utf-8"
			}
			for range 2 {
				status, header, text := call(t, url, `{"slots":[{"space":"hero"}]}`)
				if status != want || header.Get("Content-Type") != kind || header.Get("Cache-Control") != "no-store" || strings.Contains(text, "not this one") {
					t.Errorf("%d %v %s", status, header, text)
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

// An explicit person of a trusted caller goes before what others sign.
func TestDecideTarget(t *testing.T) {
	asked := 0
	_, base := api(t, proxy.Config{
		Identity: func(*http.Request) (string, string, bool) { asked++; return "main", "of the token", true }, Keyring: seal.TestKeyring,
	})
	status, _, text := call(t, base, `{"slots":[{"space":"hero","environment":"customers"}],"target":"1001"}`, "Authorization: Bearer peer")
	if status != 200 || asked != 0 {
		t.Errorf("%d, the identity is asked %d times: %s", status, asked, text)
	}
}
