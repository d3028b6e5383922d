package edge_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	catalogsnapshot "github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/edge"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

const shop = `catalog: shop
consent: assumed
sites: {"shop.example": visitors}
environments:
  visitors:
    kind: anonymous
    pages: [{match: /, slots: [hero]}, {match: /travel/**, slots: [hero]}]
    spaces: {hero: {channel: web, fields: {t: text}, render: {html: '<b>{{ t }}</b>'}}}
    categories: {all: {offers: {one: {weights: 1, content: {hero: {t: one}}}, two: {weights: 1, content: {hero: {t: two}}}}}}
`

func snapshot(t testing.TB) []byte {
	t.Helper()
	c, diags := author.Parse([]catalog.File{{Name: "catalog.yaml", Text: []byte(shop)}})
	b, more := compile.Compile(c)
	if diags = append(diags, more...); diags.HasErrors() {
		t.Fatal(diags)
	}
	return b
}

// secret is a cookie key that is not the published one.
var secret = [abi.SecretSize]byte{7, 7, 7}

func settings() []byte {
	c := abi.DefaultConfig()
	c.Keys = []abi.Key{{ID: 3, Use: abi.UseCookie, Primary: true, Secret: secret}}
	return abi.AppendConfig(nil, c)
}

func newEdge(t testing.TB, settings []byte) *edge.Edge {
	t.Helper()
	e, err := edge.New(fmt.Appendf(nil, `{"snapshot":%q,"settings":%q}`,
		base64.StdEncoding.EncodeToString(snapshot(t)), base64.StdEncoding.EncodeToString(settings)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func exchange() *edge.Exchange {
	return &edge.Exchange{
		Method: []byte("GET"), URI: []byte("/?a=1"), Host: []byte("Shop.Example.:8080"), Source: []byte("192.0.2.1:1234"),
		Headers: []abi.Header{{Name: []byte("accept"), Value: []byte("text/html")}, {Name: []byte("cookie"), Value: []byte("theme=dark")}},
		Now:     1_800_000_000_123_456_789, Random: [32]byte{1, 2, 3},
	}
}

const page = `<p data-offer-space="hero">own</p>`

// TestEntropy computes entropy and seed as plugin/ABI.md says, "http-wasm", and
// demands what the module's core makes of them.
func TestEntropy(t *testing.T) {
	e, core := newEdge(t, settings()), guest.New()
	core.Configure(settings())
	core.Load(snapshot(t))
	for counter := range uint64(3) {
		x := exchange()
		entropy := entropyOf(x, counter+1)
		expanded := seal.Expand(&entropy, "seed", 0)
		want := ask(t, core, &abi.Request{
			Kind: abi.KindPage, Snapshot: core.View().Hash(), Time: x.Now / 1e6, Seed: binary.BigEndian.Uint64(expanded[:]),
			Entropy: entropy[:], Want: abi.WantHTML, Host: []byte("shop.example"), Path: []byte("/"), Query: []byte("a=1"),
			Headers: x.Headers, HasSlots: true, Slots: []abi.Slot{{Space: []byte("hero"), N: 1, Held: abi.HeldYes}},
		})
		got, ok := e.Decide(x, []byte(page))
		if !ok || !got.Private || len(got.Cookies) != 1 || !slices.Equal(got.Cookies[0], want.Cookies[0]) {
			t.Errorf("call %d: cookies %q, want %q", counter+1, got.Cookies, want.Cookies)
		}
		if body := strings.Replace(page, "own", string(want.Slots[0].HTML), 1); string(got.Body) != body {
			t.Errorf("call %d: body %q, want %q", counter+1, got.Body, body)
		}
	}
}

func entropyOf(x *edge.Exchange, counter uint64) (sum [abi.EntropySize]byte) {
	h := hmac.New(sha256.New, secret[:])
	h.Write([]byte("entropy"))
	h.Write(x.Random[:])
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(x.Now)))
	h.Write(binary.LittleEndian.AppendUint64(nil, counter))
	field := func(b []byte) {
		h.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(b))))
		h.Write(b)
	}
	field(x.Source)
	field(x.Method)
	field(x.URI)
	for i := range x.Headers {
		field(x.Headers[i].Name)
		field(x.Headers[i].Value)
	}
	return [abi.EntropySize]byte(h.Sum(nil))
}

func ask(t *testing.T, g *guest.Guest, r *abi.Request) *abi.Answer {
	t.Helper()
	out, err := abi.DecodeResponse(g.Handle(nil, abi.AppendRequest(nil, r)))
	if err != nil || out.Status != abi.StatusOK {
		t.Fatalf("status %v, %v", out.Status, err)
	}
	return &out.Answer
}

func TestListed(t *testing.T) {
	e := newEdge(t, nil)
	for name, c := range map[string]struct {
		method, host, uri string
		want              bool
	}{
		"home":         {"GET", "shop.example", "/", true},
		"query":        {"GET", "shop.example", "/?a=/b", true},
		"pattern":      {"GET", "shop.example", "/travel/a/b?c", true},
		"port":         {"GET", "shop.example:443", "/", true},
		"capitals":     {"GET", "SHOP.Example", "/", true},
		"rooted":       {"GET", "shop.example.", "/", true},
		"another host": {"GET", "example", "/", false},
		"IPv6":         {"GET", "[::1]:8080", "/", false},
		"no host":      {"GET", "", "/", false},
		"another path": {"GET", "shop.example", "/travels", false},
		"no path":      {"GET", "shop.example", "", false},
		"HEAD":         {"HEAD", "shop.example", "/", false},
		"POST":         {"POST", "shop.example", "/", false},
	} {
		t.Run(name, func(t *testing.T) {
			x := &edge.Exchange{Method: []byte(c.method), Host: []byte(c.host), URI: []byte(c.uri)}
			if got := e.Holds(x, nil); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestRefusedRequestPasses sends what the core refuses: the page stays, and the
// next one is decided.
func TestRefusedRequestPasses(t *testing.T) {
	e := newEdge(t, settings())
	x := exchange()
	x.Headers = append(x.Headers, abi.Header{Name: []byte("x"), Value: make([]byte, abi.MaxRequest)})
	if out, ok := e.Decide(x, []byte(page)); ok {
		t.Errorf("a request of more than 1 MiB is decided: %q", out.Body)
	}
	if out, ok := e.Decide(exchange(), []byte(page)); !ok || out.Body == nil {
		t.Error("the next page is not decided")
	}
}

func TestPageWithoutSlotsKeepsItsBytes(t *testing.T) {
	out, ok := newEdge(t, settings()).Decide(exchange(), []byte("<p>text</p>"))
	if !ok || out.Body != nil || len(out.Cookies) != 1 || !out.Private {
		t.Errorf("got %+v, %v", out, ok)
	}
}

// TestReplies: requests below the prefix are answered, with lines if they are
// asked for, and others are not ours.
func TestReplies(t *testing.T) {
	ticket := visitor.AppendTicket(nil, keyring(t), visitor.Accept, &visitor.Ticket{
		ID: [8]byte{1}, Environment: catalogsnapshot.Hash32([]byte("visitors")), Space: catalogsnapshot.Hash32([]byte("hero")), Minute: visitor.Minute(1_800_000_000_123),
	})
	for _, events := range []string{"", `,"events":"log"`} {
		e, err := edge.New(fmt.Appendf(nil, `{"snapshot":%q,"settings":%q%s}`,
			base64.StdEncoding.EncodeToString(snapshot(t)), base64.StdEncoding.EncodeToString(settings()), events), nil)
		if err != nil {
			t.Fatal(err)
		}
		x := exchange()
		x.Method, x.URI, x.Headers = []byte("POST"), []byte("/.proffer/event?a=b"), nil
		r, ok := e.Reply(x, append([]byte("accept="), ticket...), false)
		if !e.Owns(x) || !ok || r.Code != 204 || len(r.Cookies) != 1 || len(r.Events) == 1 != (events != "") {
			t.Errorf("%s: %v, %+v", events, ok, r)
		}
		if x.URI = []byte("/?/.proffer/"); e.Owns(x) {
			t.Error("a page is ours")
		}
	}
	e := newEdge(t, settings())
	x := exchange()
	x.URI = []byte("/.proffer/offers.js")
	x.Headers = append(x.Headers, abi.Header{Name: []byte("x"), Value: make([]byte, abi.MaxRequest)})
	if _, ok := e.Reply(x, nil, false); ok {
		t.Error("a request of more than 1 MiB is answered")
	}
	if r, ok := e.Reply(&edge.Exchange{Method: []byte("GET"), URI: []byte("/.proffer/offers.js")}, nil, false); !ok || r.Code != 200 {
		t.Error("the next one is not answered")
	}
	for _, bad := range []string{`,"events":"lines"`, `,"events":""`, `,"events":true`, `,"log":"events"`} {
		if _, err := edge.New(fmt.Appendf(nil, `{"snapshot":%q%s}`, base64.StdEncoding.EncodeToString(snapshot(t)), bad), nil); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

// keyring holds the key of settings.
func keyring(t *testing.T) *seal.Keyring {
	t.Helper()
	ring, err := seal.NewKeyring([]seal.Key{{ID: 3, Use: seal.UseCookie, Primary: true, Secret: secret}})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}
