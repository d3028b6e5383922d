package guest_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// TestCookieStaysSmall: however much is written and linked, the whole cookie is
// far below what all our cookies may take, and is read back.
func TestCookieStaysSmall(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	r := asks(request(g), "customers/hero", "visitors/hero")
	r.Flags |= abi.FlagVisitors | abi.FlagPeople
	r.Target = abi.PersonKey{Source: []byte(strings.Repeat("s", 256)), Key: []byte("anna")}
	r.HasRecord = true
	note := append([]byte{0xd9, 250}, bytes.Repeat([]byte{'n'}, 250)...)
	r.Record.Persons = []abi.Person{{Key: []byte("anna")}}
	r.Record.Visitors = []abi.Visitor{{Attributes: abi.AppendAttributes(nil, []abi.Attribute{
		{Name: []byte("note"), Value: note}, {Name: []byte("country"), Value: note},
	})}}
	a := answer(t, g, r)
	value := strings.TrimPrefix(cookie(a), "proffer=")
	body, _, ok := seal.Open(nil, seal.TestKeyring(), seal.UseCookie, "proffer", []byte(value))
	var s visitor.State
	if !ok || !s.Decode(body) || len(body) > visitor.MaxBody {
		t.Fatalf("a cookie of %d bytes, opened %v", len(value), ok)
	}
	data := 0
	for i := range s.Sections[:s.N] {
		data += s.Sections[i].DataSize()
	}
	if data == 0 || data > visitor.MaxData {
		t.Errorf("%d bytes of visitor data", data)
	}
}

// part is a tag, a length and bytes, as a cookie's content is made of.
func part(tag byte, content ...byte) []byte {
	return append([]byte{tag, byte(len(content)), byte(len(content) >> 8)}, content...)
}

// sealed is a visitor cookie with a content of the test's choice.
func sealed(parts ...[]byte) string {
	s := visitor.State{ID: [16]byte{5}, VisitStart: noon / 1000, LastNoted: noon / 1000}
	body := append(s.AppendHead(nil), bytes.Join(parts, nil)...)
	return "proffer=" + string(seal.Seal(nil, seal.TestKeyring(), seal.UseCookie, "proffer", body))
}

// opened is the content of the cookie that an answer sets.
func opened(t *testing.T, a *abi.Answer) *visitor.State {
	t.Helper()
	body, _, ok := seal.Open(nil, seal.TestKeyring(), seal.UseCookie, "proffer", []byte(strings.TrimPrefix(cookie(a), "proffer=")))
	s := &visitor.State{}
	if !ok || !s.Decode(body) {
		t.Fatalf("the cookie does not open: %q", cookie(a))
	}
	return s
}

// TestUnusedPartsOfTheCookie: what this version does not know in a section that
// it writes stays, and so do sections that the call did not reach, as long as
// there is room.
func TestUnusedPartsOfTheCookie(t *testing.T) {
	g := ready(t, testConfig(), build(t, people))
	first := opened(t, answer(t, g, asks(request(g), "v")))
	own := first.Sections[0]
	name := []byte{byte(own.Name), byte(own.Name >> 8), byte(own.Name >> 16), byte(own.Name >> 24)}
	later := part(9, 'n', 'e', 'w')
	for _, tt := range []struct {
		name  string
		other int // bytes of a section of another folder
		stays bool
	}{{"a small one", 50, true}, {"one that leaves no byte", 485, false}} {
		other := part(2, append([]byte{1, 2, 3, 4}, part(8, make([]byte, tt.other)...)...)...)
		n := append(bytes.Clone(own.Parts[3:7]), 127) // 128 takes a byte more
		sent := sealed(part(2, bytes.Join([][]byte{name, part(1, n...), later}, nil)...), other)
		s := opened(t, answer(t, g, header(asks(request(g), "v"), "cookie", sent)))
		if w := s.Section(false, own.Name); w == nil || !bytes.HasSuffix(w.Parts, later) || !bytes.Equal(value(w), []byte{0xcc, 128}) {
			t.Errorf("%s: the section is %+v", tt.name, w)
		}
		if got := s.Section(false, 0x04030201); (got != nil) != tt.stays {
			t.Errorf("%s: the other section stays: %v", tt.name, got != nil)
		}
	}
}

// value is that of a section's first attribute.
func value(s *visitor.Section) []byte {
	data := s.Data()
	_, start, end, _ := visitor.Attribute(data, 0)
	return data[start:end]
}
