package guest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// consents is the catalog of the tests of consent: an offer under a rule, which
// nobody sees without consent and nobody sees twice, one without, and data that
// is written with each page.
const consents = `
catalog: x
CONSENT
rules: {once: {period: 1d, quantity: 1, counted: self, applies_to: 'offer.code == "ruled"'}}
environments:
  visitors:
    kind: anonymous
    typology: [once]
    target: {n: {type: int, default: 0}}
    spaces:
      hero: {channel: web, fields: {t: text}, store: {visitor: {n: target.n + 1}}}
      side: {channel: web, store: {visitor: {n: target.n + 1}}}
    categories:
      all:
        offers:
          ruled: {weights: 9, content: {hero: {t: 'ruled {{ target.n }}'}}}
          plain: {weights: 5, content: {hero: {t: 'plain {{ target.n }}'}}}
          aside: {weights: 1, content: {side: {}}}
`

// crawler and firefox are user agents.
const (
	crawler = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
)

// tcfString is a consent string of version 2 that agrees to some purposes.
func tcfString(purposes ...int) string {
	var b [40]byte
	b[0] = 2 << 2
	for _, p := range purposes {
		b[19+(p-1)/8] |= 0x80 >> ((p - 1) % 8)
	}
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// source is a source of consent as a catalog has it, and what a browser sends
// in each state of it, as "name: value".
type source struct {
	name, yaml                    string
	absent, other, broken, agreed string
}

var sources = []source{
	{name: "none"},
	{name: "assumed", yaml: "assumed: true"},
	{"cookie", "cookie: consent, value: yes1", "cookie: a=yes1", "cookie: consent=no", "cookie: consent=yes1; consent=no", "cookie: consent=yes1"},
	{"header", "header: X-Consent, value: yes1", "x-other: yes1", "x-consent: no", "x-consent: yes1,yes1", "x-consent: yes1"},
	{"tcf", "tcf: euconsent-v2, purposes: [1, 4]", "cookie: euconsent=" + tcfString(1, 4), "cookie: euconsent-v2=" + tcfString(1, 3), "cookie: euconsent-v2=" + tcfString(1, 4)[:26], "cookie: euconsent-v2=" + tcfString(1, 4)},
}

// cell is one case of the matrix.
type cell struct {
	source          source
	place           string // which the source is of: "catalog" or "site"
	option          string // what the source says of GPC, "" = nothing
	state           string // of the source: "absent", "other", "broken" or "agreed"
	gpc             string // "" = no header
	crawls, fetches bool   // by a crawler; ahead of a visit
	word            string // of the caller: "", "given" or "refused"
	who             string // "stranger", "cookie": known by it, "record": by the host's as well
}

func (c *cell) String() string {
	return fmt.Sprintf("%s of the %s, gpc %q; %s, Sec-GPC %q, crawler %v, ahead %v, caller says %q; %s",
		c.source.name, c.place, c.option, c.state, c.gpc, c.crawls, c.fetches, c.word, c.who)
}

// cells are all cases of a source.
func cells(s source) (out []cell) {
	options, places, states := []string{"", "refuse", "ignore"}, []string{"catalog", "site"}, []string{"absent", "other", "broken", "agreed"}
	if s.yaml == "" {
		options, places = options[:1], places[:1]
	}
	if s.agreed == "" {
		states = states[:1]
	}
	for i := range len(options) * len(places) * len(states) * 4 * 2 * 2 * 3 * 3 {
		pick := func(n int) (k int) { k, i = i%n, i/n; return k }
		out = append(out, cell{
			s, places[pick(len(places))], options[pick(len(options))], states[pick(len(states))],
			[]string{"", "1", "0", "?1"}[pick(4)], pick(2) == 1, pick(2) == 1,
			[]string{"", "given", "refused"}[pick(3)], []string{"stranger", "cookie", "record"}[pick(3)],
		})
	}
	return out
}

// catalog is that of the cell.
func (c *cell) catalog() string {
	own := ""
	if c.source.yaml != "" {
		own = "{" + c.source.yaml + "}"
		if c.option != "" {
			own = "{" + c.source.yaml + ", gpc: " + c.option + "}"
		}
	}
	switch {
	case own == "":
		return strings.Replace(consents, "CONSENT", "", 1)
	case c.place == "catalog":
		return strings.Replace(consents, "CONSENT", "consent: "+own, 1)
	}
	// What the catalog says is the opposite of what the site does.
	catalogs := "consent: {cookie: never, value: never, gpc: ignore}"
	if c.source.agreed != "" {
		catalogs = "consent: assumed"
	}
	return strings.Replace(consents, "CONSENT", catalogs+"\nsites: {www.shop.example: {environment: visitors, consent: "+own+"}}", 1)
}

// request is that of the cell, by a visitor with these cookies if it is none who
// is new.
func (c *cell) request(g *guest.Guest, known string) *abi.Request {
	r := asks(request(g), "visitors/hero")
	r.Flags = map[string]abi.Flags{"": 0, "given": abi.FlagConsentGiven, "refused": abi.FlagConsentRefused}[c.word]
	r.HasRecord = true
	if c.who != "stranger" {
		header(r, "cookie", known)
	}
	if c.who == "record" {
		r.Flags |= abi.FlagVisitors
		r.Record.Visitors = []abi.Visitor{{
			Known: true, Attributes: abi.AppendAttributes(nil, []abi.Attribute{{Name: []byte("n"), Value: []byte{9}}}),
			History: abi.AppendHistory(nil, []abi.HistoryEntry{{Offer: []byte("ruled"), Channel: []byte("web"), Status: catalog.Presented, Time: noon - 3_600_000}}),
		}}
	}
	agent := firefox
	if c.crawls {
		agent = crawler
	}
	header(r, "user-agent", agent)
	said := map[string]string{"absent": c.source.absent, "other": c.source.other, "broken": c.source.broken, "agreed": c.source.agreed}[c.state]
	if name, value, ok := strings.Cut(said, ": "); ok {
		header(r, name, value)
	}
	if c.gpc != "" {
		header(r, "sec-gpc", c.gpc)
	}
	if c.fetches {
		header(r, "sec-purpose", "prefetch;prerender")
	}
	return r
}

// consented is whether the visitor may be known, as the meaning of consent has
// it and not as the module finds out.
func (c *cell) consented() bool {
	switch {
	case c.crawls: // a declared crawler is treated as refused
		return false
	case c.gpc == "1" && c.option != "ignore": // a refusal, unless configured otherwise
		return false
	case c.word != "": // the caller's word is the source
		return c.word == "given"
	}
	return c.source.name == "assumed" || c.state == "agreed" // unknown counts as refused
}

// want is what the cell's request leads to.
func (c *cell) want(knownID string) string {
	const expired = "=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
	known := c.who != "stranger"
	if !c.consented() {
		w := "plain 0, no visitor, 0 propositions"
		if known {
			w += ", set proffer" + expired + ", set proffer_e" + expired
		}
		return w
	}
	code, n, id := "ruled", 0, ""
	switch c.who {
	case "cookie":
		n, id = 1, knownID
	case "record": // in which the offer under the rule was shown
		code, n, id = "plain", 9, knownID
	}
	if c.fetches {
		return fmt.Sprintf("%s %d, visitor %q with %d, new false, 0 propositions", code, n, id, n)
	}
	if !known {
		sum := sha256.Sum256(append(bytes.Repeat([]byte{7}, abi.EntropySize), "\x00\x00\x00\x00visitor"...))
		id = hex.EncodeToString(sum[:abi.VisitorSize])
	}
	return fmt.Sprintf("%s %d, visitor %q with %d, new %v, 1 propositions of %q, set proffer of %q", code, n, id, n+1, !known, id, id)
}

// told is what an answer tells and keeps, in the words of want.
func told(t *testing.T, a *abi.Answer) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprint(&b, text(&a.Slots[0]))
	if a.HasVisitor {
		number := wire.NewCursor(a.Visitor.Attributes)
		number.Map()
		number.Str()
		fmt.Fprintf(&b, ", visitor %q with %d, new %v", hex.EncodeToString(a.Visitor.ID), number.Int(), a.Visitor.New)
	} else {
		b.WriteString(", no visitor")
	}
	fmt.Fprintf(&b, ", %d propositions", len(a.Propositions))
	for i := range a.Propositions {
		fmt.Fprintf(&b, " of %q", a.Propositions[i].Target)
	}
	for _, set := range a.Cookies {
		var s visitor.State
		pair, _, _ := strings.Cut(string(set), ";")
		if _, _, ok := s.Open(make([]byte, 0, visitor.MaxBody), seal.TestKeyring(), []byte(pair), false); ok {
			fmt.Fprintf(&b, ", set proffer of %q", hex.EncodeToString(s.ID[:]))
		} else {
			fmt.Fprintf(&b, ", set %s", set)
		}
	}
	return b.String()
}

// TestConsentMatrix asks in every state of every source of consent, with and
// without Global Privacy Control, as a browser and as a crawler, for a page that
// is looked at and for one fetched ahead, and with whatever a caller says: where
// nothing may be known there is no id, no cookie, no event, no proposition and no
// history, and the answer is the same bytes whoever asks; elsewhere all are there.
func TestConsentMatrix(t *testing.T) {
	guests := map[string]*guest.Guest{}
	count := map[bool]int{}
	for _, s := range sources {
		for _, c := range cells(s) {
			text := c.catalog()
			g := guests[text]
			if g == nil {
				g = ready(t, testConfig(), build(t, text))
				guests[text] = g
			}
			first := answer(t, g, asks(request(g), "visitors/side"))
			known := cookie(first)
			count[c.consented()]++
			a := answer(t, g, c.request(g, known+"; proffer_e=x"))
			if got, want := told(t, a), c.want(hex.EncodeToString(first.Visitor.ID)); got != want || len(a.Events) > 0 && !c.consented() {
				t.Fatalf("%v:\n got %s, %d events\nwant %s", &c, got, len(a.Events), want)
			}
			if c.consented() {
				continue
			}
			nobody := asks(request(g), "visitors/hero")
			nobody.Flags = abi.FlagConsentRefused
			want := answer(t, g, nobody)
			want.Cookies, want.Cache = a.Cookies, a.Cache
			if got, want := fmt.Sprintf("%+v", *a), fmt.Sprintf("%+v", *want); got != want {
				t.Fatalf("%v: who is told apart\n got %s\nwant %s", &c, got, want)
			}
		}
	}
	if count[true] < 1000 || count[false] < 1000 {
		t.Errorf("%d cells with consent and %d without are no matrix", count[true], count[false])
	}
}

// TestConsentSources reads what browsers, scripts and servers in front send.
func TestConsentSources(t *testing.T) {
	long := strings.Repeat("c", 64)
	tests := []struct {
		consent string
		headers string // "name: value" with newlines between
		want    bool
	}{
		{`{cookie: consent, value: "yes"}`, `cookie: a=b; consent=yes`, true},
		{`{cookie: consent, value: "yes"}`, "cookie: a=b\ncookie: consent=yes", true},
		{`{cookie: consent, value: "yes"}`, `cookie: consent="yes"`, true},
		{`{cookie: consent, value: "yes"}`, `cookie: consent=""yes""`, false},
		{`{cookie: consent, value: "yes"}`, `cookie: consent="yes`, false},
		{`{cookie: consent, value: "yes"}`, `cookie: consent="`, false},
		{`{cookie: consent, value: "yes"}`, `cookie: consent=Yes`, false},
		{`{cookie: consent, value: "yes"}`, `cookie: Consent=yes`, false},
		{`{cookie: consent, value: "yes"}`, `cookie: consent=yes2`, false},
		{`{cookie: consent, value: "yes"}`, `cookie: consent=ye`, false},
		{`{cookie: consent, value: "yes"}`, `cookie: consent=`, false},
		{`{cookie: consent, value: "yes"}`, `cookie: consent`, false},
		{`{cookie: consent, value: "yes"}`, `cookie: xconsent=yes`, false},
		{`{cookie: consent, value: "yes"}`, `cookie: consent=yes; consent=yes`, true},
		{`{cookie: consent, value: "yes"}`, `cookie: consent=no; consent=yes`, false},
		{`{cookie: consent, value: "yes"}`, "cookie: consent=yes\ncookie: consent=no", false},
		{`{cookie: consent, value: "yes"}`, `consent: yes`, false},
		{`{cookie: ` + long + `, value: "yes"}`, `cookie: ` + long + `=yes`, true},
		{`{header: X-Consent, value: granted}`, `x-consent: granted`, true},
		{`{header: X-Consent, value: granted}`, "x-consent: granted\nx-consent: granted", true},
		{`{header: X-Consent, value: granted}`, "x-consent: granted\nx-consent: denied", false},
		{`{header: X-Consent, value: granted}`, "x-consent: granted\nx-consent:", false},
		{`{header: X-Consent, value: granted}`, `x-consent: "granted"`, true},
		{`{header: X-Consent, value: granted}`, `x-consent: Granted`, false},
		{`{header: X-Consent, value: granted}`, `x-consent: granted, denied`, false},
		{`{header: X-Consent, value: granted}`, `cookie: x-consent=granted`, false},
		{`{tcf: c, purposes: [1, 24]}`, `cookie: c=` + tcfString(1, 24), true},
		{`{tcf: c, purposes: [1, 24]}`, `cookie: c=` + tcfString(1, 24) + ".YAAAAAAAAAA", true},
		{`{tcf: c, purposes: [1, 24]}`, `cookie: c="` + tcfString(1, 2, 24) + `"`, true},
		{`{tcf: c, purposes: [1, 24]}`, `cookie: c=` + tcfString(1, 23), false},
		{`{tcf: c, purposes: [1, 24]}`, `cookie: c=` + tcfString(1, 24) + `; c=` + tcfString(1), false},
		{`{tcf: c, purposes: [1, 24]}`, `cookie: c=1`, false},
		{`{tcf: c, purposes: [1]}`, "cookie: c=" + tcfString(1) + "\nsec-gpc: 1", false},
		{`{tcf: c, purposes: [1]}`, "cookie: c=" + tcfString(1) + "\nsec-gpc: 0\nsec-gpc: 1", false},
		{`{tcf: c, purposes: [1], gpc: ignore}`, "cookie: c=" + tcfString(1) + "\nsec-gpc: 1", true},
		{`assumed`, "sec-gpc: 1", false},
		{`assumed`, "sec-gpc: true", true},
		{`assumed`, "user-agent: " + firefox + "\nuser-agent: " + crawler, false},
		{`{assumed: true, gpc: ignore}`, "sec-gpc: 1\nuser-agent: curl/8.17.0", true},
		{`{header: Sec-GPC, value: "0"}`, "sec-gpc: 0", true},
	}
	for _, tt := range tests {
		g := ready(t, testConfig(), build(t, strings.Replace(consents, "CONSENT", "consent: "+tt.consent, 1)))
		r := asks(request(g), "visitors/hero")
		r.Flags = 0
		for line := range strings.Lines(tt.headers) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
			header(r, name, strings.TrimPrefix(value, " "))
		}
		if got := answer(t, g, r).HasVisitor; got != tt.want {
			t.Errorf("consent: %s, %q: %v, want %v", tt.consent, tt.headers, got, tt.want)
		}
		message := abi.AppendRequest(nil, r)
		dst := g.Handle(nil, message)
		if n := testing.AllocsPerRun(10, func() { dst = g.Handle(dst[:0], message) }); n != 0 {
			t.Errorf("consent: %s, %q: %v allocations", tt.consent, tt.headers, n)
		}
	}
}

// TestRefusalUnderTLS expires the cookies that are sent under TLS, each only if
// it came, and no others.
func TestRefusalUnderTLS(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	for sent, want := range map[string]string{
		"":                               "",
		"proffer=x; proffer_e=x":         "",
		"__Host-proffer=x":               "__Host-proffer",
		"__Host-proffer_e=x":             "__Host-proffer_e",
		"__Host-proffer_e=; theme=dark":  "__Host-proffer_e",
		"__Host-proffer_e=x; proffer_e=": "__Host-proffer_e",
		"__Host-proffer_e=x; __Host-proffer=x; __Host-proffer=y": "__Host-proffer __Host-proffer_e",
	} {
		r := header(request(g), "cookie", sent)
		r.Flags = abi.FlagConsentRefused | abi.FlagSecure
		var names []string
		for _, set := range answer(t, g, r).Cookies {
			name, rest, _ := strings.Cut(string(set), "=")
			names = append(names, name)
			if rest != "; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure" {
				t.Errorf("%q: %s", sent, set)
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%q: expires %q, want %q", sent, got, want)
		}
	}
}
