package abi_test

import (
	"bytes"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/plugin/abi"
)

// decode decodes into a fresh request and fails the test unless that is well.
func decode(t fataler, b []byte) *abi.Request {
	t.Helper()
	r := new(abi.Request)
	if s, text := r.Decode(b); s != abi.StatusOK {
		t.Fatalf("status %v: %s; message %x", s, text, b)
	}
	return r
}

func TestRequestRoundTrip(t *testing.T) {
	var reused abi.Request // keeps lists of other requests
	rapid.Check(t, func(t *rapid.T) {
		want := drawRequest(t)
		b := abi.AppendRequest([]byte("x"), want)
		if b[0] != 'x' {
			t.Fatal("dst was not kept")
		}
		if got := decode(t, b[1:]).Bare(); !reflect.DeepEqual(&got, want) {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
		if s, text := reused.Decode(b[1:]); s != abi.StatusOK {
			t.Fatalf("reused: %v: %s", s, text)
		}
		if again := abi.AppendRequest(nil, &reused); !bytes.Equal(again, b[1:]) {
			t.Fatalf("reused: got  %x\nwant %x", again, b[1:])
		}
	})
}

func TestRequestAgainstOtherCodec(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := drawRequest(rt)
		tree := foreignRequest(want)
		if got, foreign := abi.AppendRequest(nil, want), encode(t, tree, true); !bytes.Equal(got, foreign) {
			rt.Fatalf("appended %x\nother    %x", got, foreign)
		}
		if got := decode(rt, encode(t, tree, false)).Bare(); !reflect.DeepEqual(&got, want) {
			rt.Fatalf("got  %+v\nwant %+v", got, want)
		}
	})
}

// Every list of every slot must still be what was sent after the arenas behind
// them have moved a few times.
func TestSlotListsSurviveGrowth(t *testing.T) {
	want := &abi.Request{Kind: abi.KindPage, HasSlots: true, Path: []byte("/"), Host: []byte{}, Query: []byte{}}
	for i := range abi.MaxSlots {
		s := abi.Slot{Space: []byte{'s', byte(i)}, N: 1}
		for j := range i % (abi.MaxThemes + 1) {
			s.Categories = append(s.Categories, []byte{'c', byte(i), byte(j)})
			s.Themes = append(s.Themes, []byte{'t', byte(i), byte(j)})
			s.Attributes = append(s.Attributes, abi.Attribute{Name: []byte{'a', byte(i), byte(j)}, Value: []byte{byte(j)}})
		}
		want.Slots = append(want.Slots, s)
	}
	got := decode(t, abi.AppendRequest(nil, want))
	if bare := got.Bare(); !reflect.DeepEqual(&bare, want) {
		t.Fatalf("got  %+v\nwant %+v", bare, want)
	}
}

// A list is cut so that appending to it cannot reach into the next one, which
// lies behind it once the arenas are large enough.
func TestSlotListsAreApart(t *testing.T) {
	b := encode(t, withElement(12, []any{
		[]any{"a", 1, nil, []any{"c1"}, []any{"t1"}, pairs{"x", 1}},
		[]any{"b", 1, nil, []any{"c2"}, []any{"t2"}, pairs{"y", 2}},
	}), true)
	r := decode(t, b)
	if s, text := r.Decode(b); s != abi.StatusOK {
		t.Fatal(s, text)
	}
	first := &r.Slots[0]
	grown := len(append(first.Categories, []byte("mine"))) + len(append(first.Themes, []byte("mine"))) +
		len(append(first.Attributes, abi.Attribute{Name: []byte("mine"), Value: []byte{0}}))
	if got := abi.AppendRequest(nil, r); grown != 6 || !bytes.Equal(got, abi.AppendRequest(nil, decode(t, b))) {
		t.Fatalf("appending to one list changed another: %x", got)
	}
}

// A request that is used again must keep nothing of the one before, and must
// not grow from one to the next.
func TestRequestIsReused(t *testing.T) {
	rich := abi.AppendRequest(nil, typicalRequest())
	plain := encode(t, withElement(12, repeated(3, []any{"side", 2, nil, nil, nil, nil, 0})), true)
	want := abi.AppendRequest(nil, decode(t, plain))
	r := decode(t, rich)
	arenas := r.Arenas()
	for range 3 {
		if s, text := r.Decode(plain); s != abi.StatusOK {
			t.Fatal(s, text)
		}
		if got := abi.AppendRequest(nil, r); !bytes.Equal(got, want) || r.Arenas() != 0 {
			t.Fatalf("got  %x\nwant %x", got, want)
		}
		if s, text := r.Decode(rich); s != abi.StatusOK || r.Arenas() != arenas {
			t.Fatalf("%v %q: %d elements in the arenas, at first %d", s, text, r.Arenas(), arenas)
		}
	}
}

// Unknown elements may nest to the contract's limit from wherever they stand.
func TestDepthOfUnknownElements(t *testing.T) {
	entry := func(v any) []any { return []any{[]any{nil, "o", "s", "c", 0, 0, nil, 0, v}} }
	places := []struct {
		name  string
		level int
		tree  func(v any) []any
	}{
		{"request", 1, func(v any) []any { return append(page(), v) }},
		{"slot", 3, func(v any) []any {
			return withElement(12, []any{[]any{"a", 1, nil, nil, nil, nil, 0, v}})
		}},
		{"target", 2, func(v any) []any { return withElement(15, []any{nil, "k", v}) }},
		{"record", 2, func(v any) []any { return withElement(17, []any{nil, nil, false, nil, v}) }},
		{"person", 4, func(v any) []any { return withElement(17, []any{[]any{[]any{"s", "k", nil, nil, v}}}) }},
		{"visitor", 4, func(v any) []any { return withElement(17, []any{nil, []any{[]any{"", true, nil, nil, v}}}) }},
		{"history", 6, func(v any) []any { return withElement(17, []any{nil, []any{[]any{"", true, nil, entry(v)}}}) }},
	}
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			r := decode(t, encode(t, p.tree(nest(abi.MaxDepth-p.level)), true))
			s, text := r.Decode(encode(t, p.tree(nest(abi.MaxDepth-p.level+1)), true))
			if s != abi.StatusMalformed || text != "message: nested over the limit of 16, or an extension" {
				t.Fatalf("one deeper: %v %q", s, text)
			}
		})
	}
}

func TestRequestAccepts(t *testing.T) {
	hash := make([]byte, abi.HashSize)
	full := []any{1, hash, 0, 0, nil, 0, 0, "", "", "", []any{}, 0, nil, nil, nil, nil, nil, nil, "POST", nil, nil, nil}
	cases := []struct {
		name string
		tree []any
	}{
		{"ping alone", []any{0}},
		{"ping with what follows", []any{0, "anything", []any{"at", "all"}}},
		{"kind alone", []any{1}},
		{"cut after the path", []any{1, hash, 0, 0, nil, 0, 0, "h", "/p"}},
		{"nil everywhere", []any{1, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil}},
		{"elements of a later version", append(full[:22:22], "more", []any{pairs{"a", 1}}, nil)},
		{"as deep as allowed", append(full[:22:22], nest(abi.MaxDepth-1))},
		{"inline snapshot above the request's limit", []any{1, make([]byte, 2*abi.MaxRequest)}},
		{"method without body and offers", full[:19]},
		{"short slot", withElement(12, []any{[]any{"hero", 1}})},
		{"longer slot", withElement(12, []any{[]any{"hero", 1, nil, nil, nil, nil, 0, []any{}, "more"}})},
		{"empty arrays", withElement(12, []any{[]any{"hero", 1, "", []any{}, []any{}, pairs{}, 0}})},
		{"target of any source", withElement(15, []any{nil, "key"})},
		{"empty record", withElement(17, []any{})},
		{"short person and visitor", withElement(17, []any{[]any{[]any{"main"}}, []any{[]any{}}})},
		{"attribute at its limit", withElement(13, pairs{"a", text(abi.MaxAttribute - 4)})},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := encode(t, c.tree, true)
			again := abi.AppendRequest(nil, decode(t, b))
			if second := abi.AppendRequest(nil, decode(t, again)); !bytes.Equal(again, second) {
				t.Fatalf("got  %x\nwant %x", second, again)
			}
		})
	}
}

func TestPingReadsItsKindAlone(t *testing.T) {
	r := decode(t, encode(t, withElement(7, "www.example.com"), true))
	if s, text := r.Decode(encode(t, []any{0, "x", 1.5}, true)); s != abi.StatusOK {
		t.Fatal(s, text)
	}
	if r.Kind != abi.KindPing || r.Host != nil || r.Snapshot != nil {
		t.Fatalf("got %+v", r)
	}
}

// Absent and empty must stay apart.
func TestNilAndEmptyDiffer(t *testing.T) {
	absent := decode(t, encode(t, []any{1}, true))
	if absent.Language != nil || absent.HasSlots || absent.HasRecord || absent.Target.Key != nil {
		t.Fatalf("absent: %+v", absent)
	}
	tree := withElement(12, []any{})
	tree[14], tree[15], tree[17] = "", []any{"", ""}, []any{[]any{}, []any{}}
	empty := decode(t, encode(t, tree, true))
	if empty.Language == nil || !empty.HasSlots || !empty.HasRecord || empty.Target.Key == nil || empty.Target.Source == nil {
		t.Fatalf("empty: %+v", empty)
	}
}

func TestWarmDecodeAllocatesNothing(t *testing.T) {
	b := abi.AppendRequest(nil, typicalRequest())
	r := decode(t, b)
	var a abi.Attribute
	var e abi.HistoryEntry
	entries := 0
	allocs := testing.AllocsPerRun(100, func() {
		if s, _ := r.Decode(b); s != abi.StatusOK {
			panic(s)
		}
		for i := range r.Record.Persons {
			p := &r.Record.Persons[i]
			for it := p.Attributes.Iterate(); it.Next(&a); {
				entries++
			}
			for it := p.History.Iterate(); it.Next(&e); {
				entries++
			}
		}
	})
	if allocs != 0 || entries == 0 {
		t.Fatalf("%v allocations, %d entries", allocs, entries)
	}
	dst := make([]byte, 0, 2*len(b))
	if allocs := testing.AllocsPerRun(100, func() { dst = abi.AppendRequest(dst[:0], r) }); allocs != 0 {
		t.Fatalf("append: %v allocations", allocs)
	}
	bad := append(bytes.Clone(b[:len(b)-1]), 0xc1)
	if allocs := testing.AllocsPerRun(100, func() { r.Decode(bad) }); allocs != 0 {
		t.Fatalf("refusal: %v allocations", allocs)
	}
}
