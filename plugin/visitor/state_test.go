package visitor_test

import (
	"bytes"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/visitor"
)

// encode writes a state as the guest writes what a call has not used.
func encode(s *visitor.State) []byte {
	b := s.AppendHead(nil)
	for i := range s.Sections[:s.N] {
		old := &s.Sections[i]
		w := visitor.BeginSection(b, old.Person, old.Name)
		w.Data(old)
		var h visitor.History
		for it := old.Histories(); it.Next(); {
			if it.Read(&h) {
				w.AppendHistory(it.Environment, &h)
			}
		}
		w.Other(old)
		b = w.End()
	}
	return b
}

// FuzzState decodes any body. What is well formed is written again, and from
// then on neither bytes nor meaning change.
func FuzzState(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 24))
	f.Add(append(make([]byte, 24), 1, 17, 0))
	f.Add(append(append(make([]byte, 24), 1, 19, 0, 5), append(make([]byte, 16), "ab"...)...))
	f.Add(append(make([]byte, 24), 2, 13, 0, 1, 2, 3, 4, 1, 6, 0, 9, 9, 9, 9, 0xa1, 'x', 3, 4, 0, 7, 7, 7, 7))
	f.Add(append(make([]byte, 24), 200, 1, 0, 0, 2, 4, 0, 0, 0, 0, 0))
	f.Fuzz(func(t *testing.T, body []byte) {
		var s, again visitor.State
		if !s.Decode(body) {
			if !reflect.DeepEqual(s, visitor.State{}) {
				t.Fatalf("a refused body leaves %+v", s)
			}
			return
		}
		for i := range s.Sections[:s.N] {
			walk(t, &s, i)
		}
		once := encode(&s)
		if len(once) > len(body) || !again.Decode(once) {
			t.Fatalf("%x is written as %x", body, once)
		}
		if again.ID != s.ID || again.VisitStart != s.VisitStart || again.LastNoted != s.LastNoted || !reflect.DeepEqual(again.Link, s.Link) {
			t.Fatalf("got %+v, want %+v", again, s)
		}
		if twice := encode(&again); !bytes.Equal(once, twice) {
			t.Fatalf("written as %x, then as %x", once, twice)
		}
	})
}

// walk goes through a section's attributes, and finds each of them.
func walk(t *testing.T, s *visitor.State, i int) {
	section := &s.Sections[i]
	if s.Section(section.Person, section.Name) == nil {
		t.Fatalf("section %d is not found", i)
	}
	at := 0
	for data := section.Data(); ; {
		_, start, end, ok := visitor.Attribute(data, at)
		if !ok {
			break
		}
		if start != at+4 || end <= start || end > len(data) {
			t.Fatalf("attribute at %d from %d to %d of %d", at, start, end, len(data))
		}
		at = end
	}
	if at > section.DataSize() {
		t.Fatalf("%d bytes of attributes in %d", at, section.DataSize())
	}
}

// find is the value of an attribute of a section, or nil.
func find(section *visitor.Section, name uint32) []byte {
	data, at := section.Data(), 0
	for {
		hash, start, end, ok := visitor.Attribute(data, at)
		if !ok {
			return nil
		}
		if hash == name {
			return data[start:end]
		}
		at = end
	}
}

// TestSections: what is written is found again, by kind and name, and only it.
func TestSections(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type key struct {
			person bool
			name   uint32
		}
		want := map[key]map[uint32]string{}
		s := visitor.State{ID: [16]byte{9}, VisitStart: 100, LastNoted: 200}
		body := s.AppendHead(nil)
		for range rapid.IntRange(0, 4).Draw(t, "sections") {
			k := key{rapid.Bool().Draw(t, "person"), rapid.Uint32Range(1, 5).Draw(t, "name")}
			if want[k] != nil {
				continue
			}
			attributes := map[uint32]string{}
			w := visitor.BeginSection(body, k.person, k.name)
			for range rapid.IntRange(0, 4).Draw(t, "attributes") {
				name := rapid.Uint32Range(1, 9).Draw(t, "attribute")
				value := rapid.StringN(0, 5, 9).Draw(t, "value")
				if _, twice := attributes[name]; !twice {
					attributes[name] = value
					w.Attribute(name, wire.AppendStr(nil, value))
				}
			}
			if body = w.End(); len(attributes) > 0 {
				want[k] = attributes
			}
		}
		if len(body) > visitor.MaxBody {
			return
		}
		var got visitor.State
		if !got.Decode(body) || got.N != len(want) {
			t.Fatalf("%d sections, want %d: %x", got.N, len(want), body)
		}
		for k, attributes := range want {
			section := got.Section(k.person, k.name)
			n := 0
			for name, value := range attributes {
				n += 4 + len(wire.AppendStr(nil, value))
				if v := find(section, name); !bytes.Equal(v, wire.AppendStr(nil, value)) {
					t.Fatalf("%v %d is %q, want %q", k, name, v, value)
				}
			}
			if section.DataSize() != n || find(section, 77) != nil || got.Section(!k.person, k.name+5) != nil {
				t.Fatalf("%v: %d bytes, want %d", k, section.DataSize(), n)
			}
		}
	})
}

// TestOtherParts: a section that is written anew keeps the parts of later
// versions, and loses attributes and histories that are not written again.
func TestOtherParts(t *testing.T) {
	old := visitor.Section{Name: 1, Parts: []byte{
		4, 2, 0, 'a', 'b',
		2, 1, 0, 'h',
		1, 6, 0, 9, 9, 9, 9, 0xa1, 'x',
		5, 1, 0, 'c',
		3, 1, 0, 's',
	}}
	w := visitor.BeginSection(nil, false, 1)
	w.Attribute(7, []byte{5})
	w.Other(&old)
	want := []byte{2, 20, 0, 1, 0, 0, 0, 1, 5, 0, 7, 0, 0, 0, 5, 4, 2, 0, 'a', 'b', 5, 1, 0, 'c'}
	want[1] = byte(len(want) - 3)
	if got := w.End(); !bytes.Equal(got, want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
	w = visitor.BeginSection([]byte("x"), true, 1)
	w.Other(nil)
	if got := w.End(); string(got) != "x" {
		t.Errorf("an empty section is written: %x", got)
	}
}

// TestBodiesOfOtherVersions: unknown parts are dropped, unknown tags of the
// body too; what is cut or doubled is refused.
func TestBodiesOfOtherVersions(t *testing.T) {
	head := make([]byte, 24)
	tests := []struct {
		name string
		rest []byte
		ok   bool
	}{
		{"head alone", nil, true},
		{"an unknown tag", []byte{99, 2, 0, 1, 2}, true},
		{"an empty section", []byte{2, 4, 0, 1, 2, 3, 4}, true},
		{"a section without a name", []byte{2, 3, 0, 1, 2, 3}, false},
		{"a link without a source", append([]byte{1, 17, 0}, make([]byte, 17)...), true},
		{"a link too short", append([]byte{1, 16, 0}, make([]byte, 16)...), false},
		{"a length behind the end", []byte{99, 3, 0, 1, 2}, false},
		{"a tag without a length", []byte{99}, false},
		{"a great length", []byte{99, 255, 255}, false},
		{"65 sections", bytes.Repeat([]byte{2, 4, 0, 1, 2, 3, 4}, 65), false},
		{"64 sections", bytes.Repeat([]byte{2, 4, 0, 1, 2, 3, 4}, 64), true},
		{"too long", append([]byte{99, 0, 2}, make([]byte, 514)...), false},
	}
	for _, tt := range tests {
		var s visitor.State
		if got := s.Decode(append(bytes.Clone(head), tt.rest...)); got != tt.ok || s.Known != tt.ok {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	var s visitor.State
	if s.Decode(head[:23]) {
		t.Error("23 bytes are no head")
	}
}
