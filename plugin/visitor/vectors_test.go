package visitor_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// hexes are bytes that the file writes in hexadecimal.
type hexes []byte

func (h *hexes) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

// vectors are plugin/testdata/cookies.json: what COOKIES.md says, written by a
// program that shares no line with this one.
type vectors struct {
	Key struct {
		ID     uint8
		Secret hexes
	}
	Names []struct {
		Name           string
		Hash32, Hash16 hexes
	}
	Envelopes []struct {
		Label, Value string
		Body         hexes
	}
	Links []struct {
		Source, Key string
		Hash        hexes
	}
	Visitors []visitorVector
	Events   []eventsVector
	Tickets  []ticketVector
	Tokens   []tokenVector
	Peers    []struct {
		Exp            int64
		Payload, Token string
	}
}

type visitorVector struct {
	Name       string
	Secure     bool
	ID         hexes
	VisitStart int64 `json:"visit_start"`
	LastNoted  int64 `json:"last_noted"`
	Link       *struct {
		Source, Key string
		Listed      bool
	}
	Sections []sectionVector
	Body     hexes
	Value    string
}

type sectionVector struct {
	Kind, Name string
	Data       []struct {
		Name  string
		Value hexes
	}
	History []propositionVector
	Shared  []struct {
		Environment string
		History     []propositionVector
	}
}

type propositionVector struct {
	ID             hexes
	Offer, Channel string
	Status         catalog.Status
	First, Last    uint32
	Kind, Section  string
	Space          string
}

type eventsVector struct {
	Name    string
	Secure  bool
	Visitor hexes
	Events  []propositionVector
	Body    hexes
	Value   string
}

type ticketVector struct {
	Action, Environment, Space, Offer, Channel string
	ID, Visitor, Body                          hexes
	Minute                                     uint32
	Status                                     catalog.Status
	Destination, Value                         string
}

type tokenVector struct {
	Source, Key    string
	Exp            int64
	Attributes     [][2]string
	Payload, Token string
}

func readVectors(t *testing.T) (v vectors) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "testdata", "cookies.json"))
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func hash32(name string) uint32 { return snapshot.Hash32([]byte(name)) }

func channel(name string) uint16 { return decide.ChannelHash([]byte(name)) }

// TestVectorsOfNames: hashes, links and envelopes are what the page says.
func TestVectorsOfNames(t *testing.T) {
	v := readVectors(t)
	ring := seal.TestKeyring()
	_, mac, _ := ring.Primary(seal.UseCookie)
	if v.Key.ID != seal.TestKeyID || len(v.Names) < 10 || len(v.Envelopes) < 4 || len(v.Links) < 3 {
		t.Fatalf("the file is cut short: %+v", v.Key)
	}
	for _, n := range v.Names {
		if got := fmt.Sprintf("%08x %04x", hash32(n.Name), channel(n.Name)); got != fmt.Sprintf("%x %x", []byte(n.Hash32), []byte(n.Hash16)) {
			t.Errorf("%q hashes to %s, want %x %x", n.Name, got, n.Hash32, n.Hash16)
		}
	}
	for _, l := range v.Links {
		if got := visitor.LinkHash(mac, []byte(l.Source), []byte(l.Key)); string(got[:]) != string(l.Hash) {
			t.Errorf("link of %s/%s is %x, want %x", l.Source, l.Key, got, l.Hash)
		}
	}
	for _, e := range v.Envelopes {
		if got := seal.Seal(nil, ring, seal.UseCookie, e.Label, e.Body); string(got) != e.Value {
			t.Errorf("%s of %x is %s, want %s", e.Label, e.Body, got, e.Value)
		}
		if body, id, ok := seal.Open(nil, ring, seal.UseCookie, e.Label, []byte(e.Value)); !ok || id != 0 || string(body) != string(e.Body) {
			t.Errorf("%s opens to %x, %d, %v", e.Value, body, id, ok)
		}
	}
}

// entry is what a history keeps of a proposition; folded without an id.
func (p *propositionVector) entry() visitor.Entry {
	e := visitor.Entry{Offer: hash32(p.Offer), Channel: channel(p.Channel), Status: p.Status, First: p.First, Last: p.Last}
	copy(e.ID[:], p.ID)
	return e
}

// body writes what a vector says.
func (v *visitorVector) body(mac *seal.MAC) []byte {
	s := visitor.State{Known: true, VisitStart: v.VisitStart, LastNoted: v.LastNoted}
	copy(s.ID[:], v.ID)
	if v.Link != nil {
		s.Link = visitor.Link{Set: true, Listed: v.Link.Listed, Source: []byte(v.Link.Source), Hash: visitor.LinkHash(mac, []byte(v.Link.Source), []byte(v.Link.Key))}
	}
	body := s.AppendHead(nil)
	for _, one := range v.Sections {
		w := visitor.BeginSection(body, one.Kind == "environment", hash32(one.Name))
		for _, a := range one.Data {
			w.Attribute(hash32(a.Name), a.Value)
		}
		w.AppendHistory(0, history(one.History))
		for _, shared := range one.Shared {
			w.AppendHistory(hash32(shared.Environment), history(shared.History))
		}
		body = w.End()
	}
	return body
}

func history(list []propositionVector) *visitor.History {
	h := &visitor.History{}
	for _, p := range list {
		h.Entries[h.N] = p.entry()
		h.N++
		if p.ID != nil {
			h.Whole++
		}
	}
	return h
}

// TestVectorsOfVisitors: the visitor cookie is written and read as the page
// says.
func TestVectorsOfVisitors(t *testing.T) {
	v := readVectors(t)
	ring := seal.TestKeyring()
	_, mac, _ := ring.Primary(seal.UseCookie)
	if len(v.Visitors) < 3 {
		t.Fatal("the file is cut short")
	}
	for _, one := range v.Visitors {
		body := one.body(mac)
		if string(body) != string(one.Body) {
			t.Errorf("%s: body %x, want %x", one.Name, body, one.Body)
		}
		set, _ := visitor.AppendSetCookie(nil, ring, body, one.Secure)
		pair, _, _ := strings.Cut(string(set), ";")
		if pair != visitor.Name(one.Secure)+"="+one.Value {
			t.Errorf("%s: %s, want %s", one.Name, pair, one.Value)
		}
		var s visitor.State
		scratch := make([]byte, 0, seal.OpenSize)
		if _, _, ok := s.Open(scratch, ring, []byte(pair), one.Secure); !ok || string(s.ID[:]) != string(one.ID) ||
			s.VisitStart != one.VisitStart || s.LastNoted != one.LastNoted || s.Link.Set != (one.Link != nil) {
			t.Fatalf("%s opens to %+v", one.Name, s)
		}
		if one.Link != nil && (s.Link.Listed != one.Link.Listed || !s.Link.Matches(ring, []byte(one.Link.Source), []byte(one.Link.Key))) {
			t.Errorf("%s: the link names somebody else than %+v", one.Name, one.Link)
		}
		for _, want := range one.Sections {
			checkSection(t, &s, &want)
		}
	}
}

func checkSection(t *testing.T, s *visitor.State, want *sectionVector) {
	t.Helper()
	section := s.Section(want.Kind == "environment", hash32(want.Name))
	if section == nil {
		t.Fatalf("section %s is not there", want.Name)
	}
	checkHistory(t, section, 0, want.History)
	for _, shared := range want.Shared {
		checkHistory(t, section, hash32(shared.Environment), shared.History)
	}
	at := 0
	for _, a := range want.Data {
		name, start, end, ok := visitor.Attribute(section.Data(), at)
		if at = end; !ok || name != hash32(a.Name) || string(section.Data()[start:end]) != string(a.Value) {
			t.Errorf("section %s: attribute %08x, %v, want %+v", want.Name, name, ok, a)
		}
	}
	if at != section.DataSize() {
		t.Errorf("section %s: data of %d bytes, want %d", want.Name, section.DataSize(), at)
	}
}

func checkHistory(t *testing.T, s *visitor.Section, env uint32, want []propositionVector) {
	t.Helper()
	var h visitor.History
	if !s.History(env, &h) || h.N != len(want) {
		t.Fatalf("section %08x: %d propositions, want %d", s.Name, h.N, len(want))
	}
	for i := range want {
		if e := want[i].entry(); h.Entries[i] != e || (i < h.Whole) != (want[i].ID != nil) {
			t.Errorf("section %08x: %+v, want %+v", s.Name, h.Entries[i], e)
		}
	}
}

// TestVectorsOfEvents: the second cookie is written and read as the page says.
func TestVectorsOfEvents(t *testing.T) {
	v := readVectors(t)
	ring := seal.TestKeyring()
	if len(v.Events) < 2 {
		t.Fatal("the file is cut short")
	}
	for _, one := range v.Events {
		want := visitor.Events{Visitor: visitor.Tag((*[16]byte)(one.Visitor))}
		for _, p := range one.Events {
			e := &want.List[want.N]
			want.N++
			if p.Space != "" {
				e.Space = hash32(p.Space)
			}
			if e.Entry = p.entry(); p.Section == "" {
				e.Channel = 0
				continue
			}
			e.Create, e.Person, e.Section = true, p.Kind == "environment", hash32(p.Section)
		}
		if body := want.Append(nil); string(body) != string(one.Body) {
			t.Errorf("%s: body %x, want %x", one.Name, body, one.Body)
		}
		set, _ := visitor.AppendEventsCookie(nil, ring, one.Body, one.Secure)
		pair, _, _ := strings.Cut(string(set), ";")
		if pair != visitor.EventsCookie(one.Secure)+"="+one.Value {
			t.Errorf("%s: %s, want %s", one.Name, pair, one.Value)
		}
		var got visitor.Events
		if _, ok := got.Open(make([]byte, 0, seal.OpenSize), ring, []byte(pair), one.Secure); !ok || got != want {
			t.Errorf("%s opens to %+v, want %+v", one.Name, got, want)
		}
	}
}
