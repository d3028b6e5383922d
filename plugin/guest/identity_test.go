package guest_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// people has two environments with people sources of their own, one without,
// and one of visitors.
const people = `
catalog: x
people: [main, club]
environments:
  mains: {kind: identified, people: main, target: {tier: {type: string, default: none}}, spaces: {m: {channel: web, fields: {t: text}, identification: {implicit: true}, store: {propositions: false}}},
    categories: {all: {offers: {m: {weights: 1, content: {m: {t: '{{ target.tier }}'}}}}}}}
  clubs: {kind: identified, people: club, target: {tier: {type: string, default: none}}, spaces: {c: {channel: web, fields: {t: text}, identification: {implicit: true}, store: {propositions: false}}},
    categories: {all: {offers: {c: {weights: 1, content: {c: {t: '{{ target.tier }}'}}}}}}}
  frees: {kind: identified, target: {tier: {type: string, default: none}}, spaces: {f: {channel: web, fields: {t: text}, identification: {implicit: true}, store: {propositions: false}}},
    categories: {all: {offers: {f: {weights: 1, content: {f: {t: '{{ target.tier }}'}}}}}}}
  visitors: {kind: anonymous, target: {n: {type: int, default: 0}}, spaces: {v: {channel: web, fields: {t: text}, store: {visitor: {n: target.n + 1}}}},
    categories: {all: {offers: {v: {weights: 1, content: {v: {t: '{{ target.n }}'}}}}}}}
`

// modes are how the slots of an answer were identified.
func modes(a *abi.Answer) string {
	var out []string
	for i := range a.Slots {
		out = append(out, a.Slots[i].Mode.String())
	}
	return strings.Join(out, " ")
}

// text is the only field of a slot's content.
func text(s *abi.SlotAnswer) string {
	_, value, _ := bytes.Cut(s.Content, []byte("\xa1t"))
	if len(value) == 0 {
		return "-"
	}
	return string(value[1:])
}

// TestNeed: what the module asks for depends on who may be there and what the
// slots can reach, and is asked once.
func TestNeed(t *testing.T) {
	g := ready(t, testConfig(), build(t, people))
	known := cookie(answer(t, g, asks(request(g), "v")))
	linked := cookie(answer(t, g, header(asks(request(g), "f"), "cookie", "proffer_identity="+token(t, "main", "anna"))))
	tests := []struct {
		name    string
		cookies string
		flags   abi.Flags
		slots   []string
		need    string // sources / folders, "" = no need
		who     string // of visitor, key, link
	}{
		{"a stranger", "", 0, []string{"m", "v"}, "", ""},
		{"a visitor, no people", known, 0, []string{"f", "v"}, "", ""},
		{"a visitor", known, 0, []string{"m", "v", "m"}, "main / visitors", "visitor"},
		{"a linked visitor", linked, 0, []string{"c", "m"}, "club main / ", "visitor link"},
		{"a token", "proffer_identity=" + token(t, "main", "anna"), 0, []string{"m"}, "main / ", "key"},
		{"both", linked + "; proffer_identity=" + token(t, "main", "anna"), 0, []string{"m"}, "main / ", "visitor key link"},
		{"a token, no people", "proffer_identity=" + token(t, "main", "anna"), 0, []string{"f", "v"}, "", ""},
		{"a token, the caller's people", "proffer_identity=" + token(t, "main", "anna"), abi.FlagPeople, []string{"f"}, " / ", "key"},
		{"a stranger, the caller's people", "", abi.FlagPeople, []string{"m"}, "", ""},
		{"the caller's visitors", "", abi.FlagVisitors, []string{"v"}, " / visitors", ""},
		{"refused", linked, abi.FlagConsentRefused, []string{"m"}, "", ""},
		{"refused with a token", linked + "; proffer_identity=" + token(t, "main", "anna"), abi.FlagConsentRefused, []string{"m"}, "main / ", "key"},
		{"unknown slots", linked, 0, []string{"x", "mains/x", "x/m"}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := header(asks(request(g), tt.slots...), "cookie", tt.cookies)
			if r.Flags |= tt.flags; tt.flags.Has(abi.FlagConsentRefused) {
				r.Flags ^= abi.FlagConsentGiven
			}
			out := send(t, g, r)
			if (out.Status == abi.StatusNeed) != (tt.need != "") {
				t.Fatalf("status %s, want a need %q", out.Status, tt.need)
			}
			if out.Status != abi.StatusNeed {
				return
			}
			n := &out.Need
			need := string(bytes.Join(n.Sources, []byte(" "))) + " / " + string(bytes.Join(n.Folders, []byte(" ")))
			var who []string
			for name, there := range map[string]bool{"1 visitor": n.Visitor != nil, "2 key": n.Key.Key != nil, "3 link": n.Link.Hash != nil} {
				if there {
					who = append(who, name)
				}
			}
			if got := ordered(who); need != tt.need || got != tt.who {
				t.Errorf("need %q of %q, want %q of %q", need, got, tt.need, tt.who)
			}
			r.HasRecord = true
			if again := send(t, g, r); again.Status != abi.StatusOK {
				t.Errorf("with an empty record: %s", again.Status)
			}
		})
	}
}

// ordered joins numbered words in order, without their numbers.
func ordered(words []string) string {
	var out []string
	for _, n := range []string{"1 ", "2 ", "3 "} {
		for _, w := range words {
			if s, ok := strings.CutPrefix(w, n); ok {
				out = append(out, s)
			}
		}
	}
	return strings.Join(out, " ")
}

// TestRecords: a person counts for the environments of its source and for no
// other, also where one of them names none.
func TestRecords(t *testing.T) {
	g := ready(t, testConfig(), build(t, people))
	linked := cookie(answer(t, g, header(asks(request(g), "f"), "cookie", "proffer_identity="+token(t, "main", "anna"))))
	person := func(source, key, tier string) abi.Person {
		return abi.Person{Source: []byte(source), Key: []byte(key), Attributes: abi.AppendAttributes(nil, []abi.Attribute{{
			Name: []byte("tier"), Value: append([]byte{0xa0 | byte(len(tier))}, tier...),
		}})}
	}
	mains, clubs := person("main", "anna", "gold"), person("club", "ben", "blue")
	tests := []struct {
		name    string
		cookies string
		persons []abi.Person
		modes   string // of m, c, f
		texts   string
	}{
		{"nobody found", "proffer_identity=" + token(t, "main", "anna"), nil, "nobody nobody explicit", "- - none"},
		{"by key", "proffer_identity=" + token(t, "main", "anna", seal.Attribute{Name: "tier", Value: "t"}), []abi.Person{mains}, "explicit nobody explicit", "gold - t"},
		{"key of another source", "proffer_identity=" + token(t, "club", "anna"), []abi.Person{mains}, "nobody nobody explicit", "- - none"},
		{"by cookie", linked, []abi.Person{mains, clubs}, "implicit implicit implicit", "gold blue none"},
		{"by key and by cookie", linked + "; proffer_identity=" + token(t, "club", "ben"), []abi.Person{mains, clubs}, "implicit explicit explicit", "gold blue none"},
		{"only one source", linked, []abi.Person{clubs}, "nobody implicit implicit", "- blue none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := header(asks(request(g), "m", "c", "f"), "cookie", tt.cookies)
			r.HasRecord, r.Record.Persons = true, tt.persons
			a := answer(t, g, r)
			texts := text(&a.Slots[0]) + " " + text(&a.Slots[1]) + " " + text(&a.Slots[2])
			if got := modes(a); got != tt.modes || texts != tt.texts {
				t.Errorf("%s: %s; want %s: %s", got, texts, tt.modes, tt.texts)
			}
		})
	}
}

// TestConsent: the request's word, else the catalog's; refusal expires what the
// browser sent and reads nothing of it.
func TestConsent(t *testing.T) {
	assumed, silent := build(t, shop), build(t, people)
	tests := []struct {
		name     string
		snapshot []byte
		space    string
		flags    abi.Flags
		given    bool
	}{
		{"assumed", assumed, "visitors/hero", 0, true},
		{"no source", silent, "v", 0, false},
		{"given", silent, "v", abi.FlagConsentGiven, true},
		{"refused", assumed, "visitors/hero", abi.FlagConsentRefused, false},
	}
	for _, tt := range tests {
		g := ready(t, testConfig(), tt.snapshot)
		r := asks(request(g), tt.space)
		known := cookie(answer(t, g, r))
		r.Flags = tt.flags
		header(r, "cookie", known)
		r.Visitor = bytes.Repeat([]byte{1}, abi.VisitorSize)
		a := answer(t, g, r)
		expires := len(a.Cookies) == 1 && string(a.Cookies[0]) == "proffer=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
		if a.HasVisitor != tt.given || expires == tt.given || (len(a.Propositions) > 0) != tt.given {
			t.Errorf("%s: %+v", tt.name, a)
		}
	}
}

// TestPeers: a person's and a country's header are believed from peers alone;
// the token's header is worth more than the person's, the target more than both.
func TestPeers(t *testing.T) {
	g := ready(t, testConfig(), build(t, people))
	tests := []struct {
		name   string
		flags  abi.Flags
		person string
		token  string
		target string
		texts  string
	}{
		{"a stranger's headers", 0, "ben", token(t, "main", "anna", seal.Attribute{Name: "tier", Value: "t"}), "", "-"},
		{"a peer's person", abi.FlagPeer, "ben", "", "", "none"},
		{"a peer's token", abi.FlagPeer, "ben", token(t, "main", "anna", seal.Attribute{Name: "tier", Value: "t"}), "", "t"},
		{"a bad token of a peer", abi.FlagPeer, "ben", "p1.0.x.y", "", "none"},
		{"an empty person", abi.FlagPeer, "", "", "", "-"},
		{"a target", abi.FlagPeer, "", token(t, "main", "anna", seal.Attribute{Name: "tier", Value: "t"}), "cleo", "none"},
	}
	for _, tt := range tests {
		r := asks(request(g), "f")
		r.Flags |= tt.flags
		header(header(r, "x-person", tt.person), "proffer-identity", tt.token)
		if tt.target != "" {
			r.Target.Key = []byte(tt.target)
		}
		if a := answer(t, g, r); text(&a.Slots[0]) != tt.texts {
			t.Errorf("%s: %s, want %s", tt.name, text(&a.Slots[0]), tt.texts)
		}
	}
}

// TestVisitorRecords: a host's record stands in place of the cookie's section,
// the one of the folder, or the one of every folder.
func TestVisitorRecords(t *testing.T) {
	g := ready(t, testConfig(), build(t, people))
	known := cookie(answer(t, g, asks(request(g), "v")))
	nine := abi.AppendAttributes(nil, []abi.Attribute{{Name: []byte("n"), Value: []byte{9}}, {Name: []byte("x"), Value: []byte{9}}})
	tests := []struct {
		name     string
		visitors []abi.Visitor
		text     string
	}{
		{"none: the cookie", nil, "1"},
		{"the folder's", []abi.Visitor{{Folder: []byte("visitors"), Known: true, Attributes: nine}}, "9"},
		{"every folder's", []abi.Visitor{{Folder: []byte{}, Known: true, Attributes: nine}}, "9"},
		{"another folder's", []abi.Visitor{{Folder: []byte("other"), Known: true, Attributes: nine}}, "1"},
		{"an empty one", []abi.Visitor{{Folder: []byte("visitors")}}, "0"},
	}
	for _, tt := range tests {
		r := header(asks(request(g), "v"), "cookie", known)
		r.Flags |= abi.FlagVisitors
		r.HasRecord, r.Record.Visitors = true, tt.visitors
		if a := answer(t, g, r); text(&a.Slots[0]) != tt.text {
			t.Errorf("%s: %s, want %s", tt.name, text(&a.Slots[0]), tt.text)
		}
	}
}

// TestAnotherPersonStartsEmpty: what the host holds of the visitor was the
// earlier person's, and is not the new visitor's. A key without a source is the
// same person whichever source the link is of.
func TestAnotherPersonStartsEmpty(t *testing.T) {
	g := ready(t, testConfig(), build(t, people))
	id := bytes.Repeat([]byte{3}, abi.EntropySize)
	tests := []struct {
		name          string
		first, second abi.PersonKey
		same          bool
	}{
		{"the same", abi.PersonKey{Source: []byte("main"), Key: []byte("anna")}, abi.PersonKey{Source: []byte("main"), Key: []byte("anna")}, true},
		{"another key", abi.PersonKey{Source: []byte("main"), Key: []byte("anna")}, abi.PersonKey{Source: []byte("main"), Key: []byte("ben")}, false},
		{"another source", abi.PersonKey{Source: []byte("main"), Key: []byte("anna")}, abi.PersonKey{Source: []byte("club"), Key: []byte("anna")}, false},
		{"no source", abi.PersonKey{Source: []byte("main"), Key: []byte("anna")}, abi.PersonKey{Key: []byte("anna")}, true},
		{"none at first", abi.PersonKey{Key: []byte("anna")}, abi.PersonKey{Source: []byte("club"), Key: []byte("anna")}, true},
		{"none and another key", abi.PersonKey{Key: []byte("anna")}, abi.PersonKey{Key: []byte("ben")}, false},
	}
	for _, tt := range tests {
		r := asks(request(g), "f", "v")
		r.Target = tt.first
		first := answer(t, g, r)
		r.Target, r.Entropy = tt.second, id
		r.Flags |= abi.FlagVisitors
		header(r, "cookie", cookie(first))
		r.HasRecord = true
		r.Record.Visitors = []abi.Visitor{{Attributes: abi.AppendAttributes(nil, []abi.Attribute{{Name: []byte("n"), Value: []byte{9}}})}}
		second := answer(t, g, r)
		want := "0"
		if tt.same {
			want = "9"
		}
		if same := bytes.Equal(first.Visitor.ID, second.Visitor.ID); same != tt.same || second.Visitor.New == tt.same || text(&second.Slots[1]) != want {
			t.Errorf("%s: same visitor %v, n %s", tt.name, same, text(&second.Slots[1]))
		}
	}
}

// TestNobodyLeavesNoTrace: where nobody was identified the page is served as it
// came, also to a visitor who is known elsewhere.
func TestNobodyLeavesNoTrace(t *testing.T) {
	g := ready(t, testConfig(), build(t, people))
	known := cookie(answer(t, g, asks(request(g), "v")))
	for _, slot := range []string{"m", "x"} {
		r := header(asks(request(g), slot), "cookie", known)
		r.Time += 2 * 60 * 60 * 1000
		if a := answer(t, g, r); len(a.Cookies) != 0 || a.Cache != abi.CacheOrigin || a.HasVisitor || len(a.Propositions) != 0 {
			t.Errorf("%s: %+v", slot, a)
		}
	}
}

// TestTokenLists: an attribute that comes more than once is a list, by the type
// of the schema; one value that does not read makes the whole list missing.
func TestTokenLists(t *testing.T) {
	g := ready(t, testConfig(), build(t, `
catalog: x
environments:
  e:
    kind: identified
    target: {d: list(double), i: list(int), s: list(string), x: {type: double, default: 1}, b: {type: bool, default: true}}
    spaces: {e: {channel: web}}
    categories:
      all:
        offers:
          a: {weights: [{value: 9, filter: '2.5 in target.d && size(target.d) == 2 && 3 in target.i && target.s == ["u", ""]'}], content: {e: {}}}
          b: {weights: [{value: 5, filter: 'size(target.d) == 1'}], content: {e: {}}}
          c: {weights: [{value: 3, filter: 'size(target.i) == 1'}], content: {e: {}}}
          d: {weights: [{value: 1, filter: 'target.x == 1.0 && target.b'}], content: {e: {}}}
`))
	attribute := func(list ...string) (out []seal.Attribute) {
		for i := 0; i < len(list); i += 2 {
			out = append(out, seal.Attribute{Name: list[i], Value: list[i+1]})
		}
		return out
	}
	tests := []struct {
		attributes []seal.Attribute
		offer      string
	}{
		{attribute("d", "2.5", "i", "3", "d", "1e3", "s", "u", "s", ""), "a"},
		{attribute("d", "2"), "b"},
		{attribute("d", "2", "d", "NaN", "i", "3"), "c"},
		{attribute("d", "2", "d", "x", "i", "3", "i", "3.5"), "d"},
		{attribute("x", "1e999", "b", "TRUE"), "d"},
		{attribute("x", "2", "b", "false"), "-"},
		{attribute("x", "1", "x", "2"), "d"}, // the first counts
	}
	for i, tt := range tests {
		r := header(asks(request(g), "e"), "cookie", "proffer_identity="+token(t, "main", "k", tt.attributes...))
		if got := offers(answer(t, g, r)); got != tt.offer {
			t.Errorf("token %d: %q, want %q", i+1, got, tt.offer)
		}
	}
}
