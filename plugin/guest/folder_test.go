package guest_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// brands are two environments with one visitor folder, and content in two
// languages.
const brands = `
catalog: brands
consent: assumed
language: en
environments:
  red:
    kind: anonymous
    visitor_folder: brands
    share_folder: true
    target: {note: string, pages: {type: int, default: 0}}
    attributes: {note: string}
    spaces: {r: {channel: web, fields: {t: text}, store: {propositions: false, visitor: {note: interaction.note, pages: target.pages + 1}}}}
    categories: {all: {offers: {a: {weights: 1, content: {r: {t: 'Note {{ target.note }}'}}, translations: {fr: {r: {t: 'Mot {{ target.note }}'}}}}}}}
  blue:
    kind: anonymous
    visitor_folder: brands
    share_folder: true
    target: {other: string, pages: {type: int, default: 0}}
    attributes: {other: string}
    spaces: {b: {channel: web, fields: {t: text}, store: {propositions: false, visitor: {other: interaction.other, pages: target.pages + 1}}}}
    categories: {all: {offers: {b: {weights: 1, content: {b: {t: '{{ target.other }} {{ target.pages }}'}}}}}}
`

// says adds call data of text to a request.
func says(r *abi.Request, name, value string) *abi.Request {
	raw := append([]byte{0xd9, byte(len(value))}, value...)
	r.Attributes = append(r.Attributes, abi.Attribute{Name: []byte(name), Value: raw})
	return r
}

// TestSharedFolderKeepsItsBudget fills the cookie from one environment: what the
// other writes beyond the budget is taken back, and nothing of the first is lost.
func TestSharedFolderKeepsItsBudget(t *testing.T) {
	g := ready(t, testConfig(), build(t, brands))
	other := strings.Repeat("o", 200)
	first := answer(t, g, says(asks(request(g), "b"), "other", other))
	fits, tooLong := strings.Repeat("n", 30), strings.Repeat("n", 60)
	for _, c := range []struct{ note, want string }{{fits, fits}, {tooLong, ""}} {
		second := answer(t, g, header(says(asks(request(g), "r"), "note", c.note), "cookie", cookie(first)))
		third := answer(t, g, header(asks(request(g), "r", "b"), "cookie", cookie(second)))
		if got := string(third.Slots[1].Content); !strings.Contains(got, other) {
			t.Errorf("a note of %d bytes: blue's content is %q", len(c.note), got)
		}
		if got := string(third.Slots[0].Content); !strings.HasSuffix(got, "Note "+c.want) {
			t.Errorf("a note of %d bytes: red's content is %q", len(c.note), got)
		}
	}
}

// TestSharedFolderOfACallToBoth writes from both environments in one call: one
// section holds all of it, within its budget.
func TestSharedFolderOfACallToBoth(t *testing.T) {
	g := ready(t, testConfig(), build(t, brands))
	both := answer(t, g, says(says(asks(request(g), "r", "b"), "note", "N"), "other", "O"))
	if sections, attributes := held(t, cookie(both)); sections != 1 || attributes != 3 {
		t.Errorf("%d sections with %d attributes, want 1 with note, other and pages", sections, attributes)
	}
	second := answer(t, g, header(asks(request(g), "b", "r"), "cookie", cookie(both)))
	if got := string(second.Slots[0].Content); !strings.HasSuffix(got, "O 1") {
		t.Errorf("blue's content is %q", got)
	}
	if got := string(second.Slots[1].Content); !strings.HasSuffix(got, "Note N") {
		t.Errorf("red's content is %q", got)
	}
	long := says(says(asks(request(g), "r", "b"), "note", strings.Repeat("n", 150)), "other", strings.Repeat("o", 150))
	third := answer(t, g, header(asks(request(g), "r", "b"), "cookie", cookie(answer(t, g, long))))
	if got := string(third.Slots[0].Content); !strings.HasSuffix(got, strings.Repeat("n", 150)) {
		t.Errorf("red's content is %q", got)
	}
	if got := string(third.Slots[1].Content); strings.Contains(got, "o") || !strings.HasSuffix(got, "1") {
		t.Errorf("blue's content is %q: what is last does not fit", got)
	}
}

// held counts the sections of a visitor cookie and the attributes in them.
func held(t *testing.T, cookie string) (sections, attributes int) {
	t.Helper()
	var s visitor.State
	if _, _, ok := s.Open(nil, seal.TestKeyring(), []byte(cookie), false); !ok {
		t.Fatalf("no visitor in %q", cookie)
	}
	for i := range s.N {
		data := s.Sections[i].Data()
		for at := 0; ; attributes++ {
			_, _, end, ok := visitor.Attribute(data, at)
			if !ok {
				break
			}
			at = end
		}
	}
	return s.N, attributes
}

// TestSharedFolderWithoutNews sets no cookie where nothing has changed.
func TestSharedFolderWithoutNews(t *testing.T) {
	quiet := strings.NewReplacer("pages: target.pages + 1", `pages: target.pages`).Replace(brands)
	g := ready(t, testConfig(), build(t, quiet))
	first := answer(t, g, says(says(asks(request(g), "r", "b"), "note", "N"), "other", "O"))
	for _, slots := range [][]string{{"r"}, {"b"}, {"r", "b"}, {"b", "r"}} {
		a := answer(t, g, header(asks(request(g), slots...), "cookie", cookie(first)))
		if len(a.Cookies) != 0 {
			t.Errorf("%v: %q", slots, a.Cookies)
		}
	}
}

// TestNoGarbageOfTwoBrands does as TestNoGarbage does.
func TestNoGarbageOfTwoBrands(t *testing.T) {
	g := ready(t, testConfig(), build(t, brands))
	first := answer(t, g, says(says(asks(request(g), "r", "b"), "note", "N"), "other", "O"))
	r := header(header(says(asks(request(g), "r", "b"), "note", "M"), "cookie", cookie(first)), "accept-language", "FR-ch, en;q=0.5")
	message := abi.AppendRequest(nil, r)
	dst := make([]byte, 0, 64<<10)
	handle := func() { dst = g.Handle(dst[:0], message) }
	handle()
	if !bytes.Contains(dst, []byte("Mot N")) {
		t.Errorf("no content in French: %q", dst)
	}
	if n := testing.AllocsPerRun(100, handle); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestConsentOfTheSite asks on hosts with a source of their own, where the caller
// says nothing of consent: another's source says nothing there.
func TestConsentOfTheSite(t *testing.T) {
	sites := strings.Replace(brands, "consent: assumed", `consent: {cookie: consent, value: "yes"}
sites:
  assumed.example: {environment: red, consent: assumed}
  catalog.example: red
  "*.example": {environment: red, consent: {header: X-Consent, value: "1"}}
  tcf.test: {environment: red, consent: {tcf: euconsent-v2, purposes: [1]}}`, 1)
	g := ready(t, testConfig(), build(t, sites))
	granted := "cookie: euconsent-v2=" + tcfString(1)
	for host, speaks := range map[string]string{
		"assumed.example": "", "catalog.example": "cookie: consent=yes", "www.example": "x-consent: 1",
		"tcf.test": granted, "elsewhere.test": "cookie: consent=yes",
	} {
		for _, said := range []string{"", "cookie: consent=yes", "x-consent: 1", granted} {
			name, value, _ := strings.Cut(said, ": ")
			r := header(asks(request(g), "red/r"), name, value)
			r.Flags &^= abi.FlagConsentGiven
			r.Host = []byte(host)
			want := speaks == "" || speaks == said
			if a := answer(t, g, r); len(a.Cookies) == 1 != want || offers(a) != "a" {
				t.Errorf("%s, %q: %d cookies, offers %s", host, said, len(a.Cookies), offers(a))
			}
		}
	}
}
