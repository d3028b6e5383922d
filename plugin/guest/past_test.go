package guest_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// TestStoreOfAnotherPerson: who identifies as somebody else on the same browser
// gets another id that starts empty, and the store hears of that one.
func TestStoreOfAnotherPerson(t *testing.T) {
	s := newShopper(t)
	s.page(t, "visitors/hero")
	s.record = notFound()
	as := func(key string) *abi.Request {
		r := s.request("people/own", "visitors/hero")
		r.Headers = append(r.Headers, abi.Header{Name: []byte("cookie"), Value: []byte("proffer_identity=" + token(t, "crm", key))})
		return r
	}
	two := s.send(t, as("anna"))
	c := &two.Changes
	if string(c.Person.Source) != "crm" || string(c.Person.Key) != "anna" || c.Link.Hash == nil || len(c.Persons) != 1 ||
		string(c.Persons[0].Source) != "crm" || string(c.Persons[0].Key) != "anna" {
		t.Fatalf("%+v", c)
	}
	// What the visitor was shown before counts for the person.
	if offers(two) != "b c" || toldOf(c.Persons[0].History) != "b/own presented" {
		t.Errorf("%s, %s", offers(two), toldOf(c.Persons[0].History))
	}
	old := bytes.Clone(c.Visitor)
	s.record = found(c)
	three := s.send(t, as("bert"))
	if offers(three) != "a b" || bytes.Equal(three.Changes.Visitor, old) || string(three.Changes.Person.Key) != "bert" ||
		toldOf(three.Changes.History) != "b/hero presented" || has(three.Changes.Folders[0].Attributes) != "pages=01" {
		t.Errorf("%s, %s, %+v", offers(three), toldOf(three.Changes.History), three.Changes.Person)
	}
	if len(s.state(t).Sections[0].Data()) > 0 {
		t.Error("the cookie has data, though the row is written at once")
	}
}

// TestStoreOfTwoDevices: what the person's other visitors were shown counts where
// histories are merged, from the link on.
func TestStoreOfTwoDevices(t *testing.T) {
	other := abi.AppendHistory(nil, []abi.HistoryEntry{
		{ID: []byte("abcdefgh"), Offer: []byte("a"), Channel: []byte("web"), Environment: []byte("visitors"), Status: catalog.Presented, Time: noon},
		{ID: []byte("ijklmnop"), Offer: []byte("b"), Environment: []byte("visitors"), Status: abi.Withdrawn, Time: noon},
	})
	s := newShopper(t)
	r := s.request("people/own", "visitors/hero")
	header(r, "cookie", "proffer_identity="+token(t, "crm", "anna"))
	s.record = notFound()
	s.record.Linked = other
	if a := s.send(t, r); offers(a) != "b a" {
		t.Errorf("%s", offers(a))
	}
	s.record.Persons = []abi.Person{{Source: []byte("crm"), Key: []byte("anna"), History: abi.AppendHistory(nil, []abi.HistoryEntry{
		{Offer: []byte("b"), Environment: []byte("people"), Time: noon},
		{Offer: []byte("x"), Environment: []byte("another"), Time: noon},
	})}}
	if a := s.page(t, "people/own"); offers(a) != "x" || string(a.Changes.Persons[0].Key) != "anna" || a.Changes.Person.Key != nil {
		t.Errorf("by the link: %s, %+v", offers(a), a.Changes)
	}
	stranger := newShopper(t)
	stranger.record = notFound()
	stranger.record.Linked = other
	if a := stranger.page(t, "visitors/hero"); offers(a) != "a" {
		t.Errorf("nobody: %s", offers(a))
	}
}

// TestStoreOfATokensPerson: the store's record of a token's person has the
// history, and what the token says of the person stands.
func TestStoreOfATokensPerson(t *testing.T) {
	s := newShopper(t)
	s.record = notFound()
	s.record.Persons = []abi.Person{{
		Source: []byte("crm"), Key: []byte("anna"),
		Attributes: abi.AppendAttributes(nil, []abi.Attribute{{Name: []byte("tier"), Value: wire.AppendStr(nil, "lead")}}),
		History:    abi.AppendHistory(nil, []abi.HistoryEntry{{Offer: []byte("a"), Time: noon}}),
	}}
	for key, want := range map[string]string{"anna": "b gold", "bert": "a gold"} {
		r := s.request("people/own")
		header(r, "cookie", "proffer_identity="+token(t, "crm", key, seal.Attribute{Name: "tier", Value: "gold"}))
		need := send(t, s.guest, r)
		if need.Status != abi.StatusNeed || fmt.Sprintf("%s", need.Need.Sources) != "[crm]" {
			t.Fatalf("%v %s", need.Status, need.Need.Sources)
		}
		if a := s.send(t, r); offers(a)+" "+content(a) != want {
			t.Errorf("%s: %s %s", key, offers(a), content(a))
		}
	}
}

// content is the field t of an answer's first slot.
func content(a *abi.Answer) string {
	var out abi.Attribute
	it := abi.Attributes(a.Slots[0].Content).Iterate()
	it.Next(&out)
	return string(out.Value[1:])
}

// TestStoreNamesWhatIsGone: a proposition of an offer that the snapshot lacks is
// told by its hash, and a record may name it so.
func TestStoreNamesWhatIsGone(t *testing.T) {
	s := newShopper(t)
	s.page(t, "visitors/hero")
	s.guest = ready(t, testConfig(), build(t, strings.Replace(strings.Replace(kept, "OFFERS", "z: {weights: 1, content: {hero: {}}}", 1), "hero: {channel: web,", "hero: {channel: mobile,", 1)))
	s.record = notFound()
	a := s.page(t, "visitors/hero")
	var e abi.HistoryEntry
	it := a.Changes.History.Iterate()
	it.Next(&e)
	it.Next(&e)
	if want := "#" + hex.EncodeToString(hash32("a")); string(e.Offer) != want || string(e.Channel) != "web" {
		t.Errorf("%s on %s, want %s", e.Offer, e.Channel, want)
	}
	s = newShopper(t)
	s.page(t, "visitors/hero") // a
	s.record = found(&abi.Changes{History: abi.AppendHistory(nil, []abi.HistoryEntry{
		{Offer: []byte("#" + hex.EncodeToString(hash32("b"))), Environment: []byte("#" + hex.EncodeToString(hash32("visitors"))), Time: noon},
		{Offer: []byte("c"), Environment: []byte("#" + hex.EncodeToString(hash32("people"))), Time: noon},
	})})
	if a := s.page(t, "visitors/hero"); offers(a) != "c" {
		t.Errorf("%s", offers(a))
	}
}

// TestStoreKnowsSpaces: a rule can ask in which space a proposition was, where the
// store has it; of the first page nobody knows.
func TestStoreKnowsSpaces(t *testing.T) {
	text := strings.Replace(kept, "counted: self}", `counted: self, propositions: 'proposition.space == "hero"'}`, 1)
	text = strings.ReplaceAll(text, "typology: [once]\n    target: {tier", "target: {tier")
	text = strings.Replace(text, "visitor_folder: plain\n    typology: [once]", "visitor_folder: plain", 1)
	text = strings.Replace(text, "OFFERS", "a: {weights: 9, content: {hero: {}, seen: {}}}, b: {weights: 8, content: {hero: {}, seen: {}}}", 1)
	s := &shopper{guest: ready(t, testConfig(), build(t, text)), jar: jar{}}
	s.page(t, "visitors/seen") // a
	s.record = notFound()
	two := s.page(t, "visitors/seen")
	s.record = found(&two.Changes)
	three := s.page(t, "visitors/hero")
	if offers(two) != "b" || offers(three) != "b" {
		t.Errorf("%s, then %s", offers(two), offers(three))
	}
}

// hash32 is the hash of a name, as names are told by it.
func hash32(name string) []byte {
	return binary.BigEndian.AppendUint32(nil, snapshot.Hash32([]byte(name)))
}
