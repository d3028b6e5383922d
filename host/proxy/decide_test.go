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
		string(asked.Path) != "/p" || string(asked.Query) != "a=b" || asked.Want != abi.WantHTML|abi.WantJSON|abi.WantText|abi.WantContent|abi.WantLinks || asked.Target.Key != nil || asked.Visitor != nil {
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
