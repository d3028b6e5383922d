package abi_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/abi"
)

func drawLink(t *rapid.T) abi.Link {
	if rapid.Bool().Draw(t, "no link") {
		return abi.Link{}
	}
	return abi.Link{Source: drawText(t), KeyID: rapid.Uint8().Draw(t, "key id"), Hash: drawSized(t, abi.LinkSize)}
}

func drawMap(t *rapid.T) []byte {
	if rapid.Bool().Draw(t, "nil") {
		return nil
	}
	return abi.AppendAttributes(nil, drawList(t, 3, drawAttribute))
}

func drawSlotAnswer(t *rapid.T) abi.SlotAnswer {
	s := abi.SlotAnswer{
		Space:       drawText(t),
		N:           rapid.IntRange(1, abi.MaxN).Draw(t, "n"),
		Environment: drawTextOrNil(t),
		Mode:        abi.Identification(rapid.IntRange(0, 3).Draw(t, "mode")),
		Offer:       drawTextOrNil(t),
	}
	if s.Offer == nil {
		return s // and nothing is said of one
	}
	s.Rank = rapid.IntRange(0, 1<<31-1).Draw(t, "rank")
	s.Weight = rapid.Float64().Draw(t, "weight")
	s.Fallback = rapid.Bool().Draw(t, "fallback")
	s.HTML, s.Content, s.Links, s.JSON, s.Text = drawTextOrNil(t), drawMap(t), drawMap(t), drawTextOrNil(t), drawTextOrNil(t)
	return s
}

func drawProposition(t *rapid.T) abi.Proposition {
	return abi.Proposition{
		ID:          drawSized(t, abi.PropositionSize),
		Offer:       drawText(t),
		Space:       drawText(t),
		Environment: drawText(t),
		Channel:     drawText(t),
		Categories:  drawTexts(t),
		Storage:     abi.Storage(rapid.IntRange(0, 1).Draw(t, "storage")),
		Target:      drawText(t),
		Rank:        rapid.IntRange(0, 1<<31-1).Draw(t, "rank"),
		Weight:      rapid.Float64().Draw(t, "weight"),
		Status:      catalog.Status(rapid.IntRange(0, 5).Draw(t, "status")),
		Time:        rapid.Int64().Draw(t, "time"),
		Mode:        abi.Identification(rapid.IntRange(0, 3).Draw(t, "mode")),
		Fallback:    rapid.Bool().Draw(t, "fallback"),
		Shown:       catalog.Status(rapid.IntRange(0, 5).Draw(t, "shown")),
	}
}

func drawAnswer(t *rapid.T) *abi.Answer {
	a := &abi.Answer{
		Snapshot:     drawSized(t, abi.HashSize),
		Interaction:  drawSizedOrNil(t, abi.InteractionSize),
		Listed:       rapid.Bool().Draw(t, "listed"),
		Slots:        drawList(t, 5, drawSlotAnswer),
		HasVisitor:   rapid.Bool().Draw(t, "has visitor"),
		Propositions: drawList(t, 5, drawProposition),
		Cookies:      drawTexts(t),
		Cache:        abi.Cache(rapid.IntRange(0, 1).Draw(t, "cache")),
		Events:       drawTexts(t),
		Holdout:      rapid.Bool().Draw(t, "holdout"),
		Keep:         rapid.Bool().Draw(t, "keep"),
		Trace:        drawTextOrNil(t),
		Evicted:      rapid.IntRange(0, 100).Draw(t, "evicted"),
	}
	a.HasChanges, a.Changes = drawChanges(t)
	if a.HasVisitor {
		a.Visitor = abi.VisitorAnswer{
			ID: drawSizedOrNil(t, abi.VisitorSize), New: rapid.Bool().Draw(t, "new"),
			Folder: drawTextOrNil(t), Attributes: drawAttributes(t),
		}
	}
	return a
}

func drawNeed(t *rapid.T) *abi.Need {
	return &abi.Need{
		Visitor: drawSizedOrNil(t, abi.VisitorSize), Sources: drawTexts(t),
		Key: drawPersonKey(t), Link: drawLink(t), Folders: drawTexts(t),
	}
}

// checkResponse checks that got, and the same from full-width integers, decode
// to want; and that got is what the other library writes.
func checkResponse(t *rapid.T, tree []any, got []byte, want *abi.Response) {
	t.Helper()
	if foreign := encode(t, tree, true); !bytes.Equal(got, foreign) {
		t.Fatalf("appended %x\nother    %x", got, foreign)
	}
	for _, b := range [][]byte{got, encode(t, tree, false)} {
		r, err := abi.DecodeResponse(b)
		if err != nil {
			t.Fatal(err)
		}
		if bare := r.Bare(); !reflect.DeepEqual(&bare, want) {
			t.Fatalf("got  %+v\nwant %+v", bare, want)
		}
	}
}

func TestAnswerRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAnswer(t)
		checkResponse(t, foreignAnswer(a), abi.AppendAnswer(nil, a), &abi.Response{Answer: *a})
	})
}

func TestNeedRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNeed(t)
		checkResponse(t, foreignNeed(n), abi.AppendNeed(nil, n), &abi.Response{Status: abi.StatusNeed, Need: *n})
	})
}

func TestErrorRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, text := abi.Status(rapid.IntRange(2, 255).Draw(t, "status")), drawText(t)
		tree := []any{uint8(s), string(text)}
		checkResponse(t, tree, abi.AppendError(nil, s, string(text)), &abi.Response{Status: s, Text: text})
	})
}

func TestPing(t *testing.T) {
	for _, hash := range [][]byte{nil, bytes.Repeat([]byte{1}, abi.HashSize)} {
		b := abi.AppendPing(nil, hash)
		if want := encode(t, []any{0, foreignBin(hash)}, true); !bytes.Equal(b, want) {
			t.Fatalf("got %x, want %x", b, want)
		}
		r, err := abi.DecodeResponse(b)
		if err != nil || r.Status != abi.StatusOK || !bytes.Equal(r.Answer.Snapshot, hash) {
			t.Fatalf("%v %+v", err, r)
		}
	}
}

func TestResponseAccepts(t *testing.T) {
	nils := func(status any, n int) []any { return append([]any{status}, make([]any, n)...) }
	cases := []struct {
		name string
		tree []any
	}{
		{"answer alone", []any{0}},
		{"answer of nils", nils(0, 14)},
		{"slot and proposition of nils", []any{0, nil, nil, nil, []any{nils(nil, 12)}, nils(nil, 3), []any{nils(nil, 14)}}},
		{"changes of nils", answerWith(14, nils(nil, 6))},
		{"changes with a folder and a person of nils", answerWith(14, []any{nil, nil, nil, nil, []any{nils(nil, 1)}, nil, []any{nils(nil, 2)}})},
		{"changes of a later version", answerWith(14, append(nils(nil, 6), "more"))},
		{"empty slot, visitor and proposition", []any{0, nil, nil, nil, []any{[]any{}}, []any{}, []any{[]any{}}}},
		{"answer of a later version", append(answerWith(1, nil), "more", []any{pairs{"a", 1}})},
		{"slot of a later version", answerWith(4, []any{append(nils(nil, 12), pairs{})})},
		{"need alone", []any{1}},
		{"need of nils", nils(1, 5)},
		{"need of a later version", append(nils(1, 5), "more")},
		{"error without a text", []any{5}},
		{"error of a later version", []any{77, "text", "more"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, err := abi.DecodeResponse(encode(t, c.tree, true))
			if err != nil {
				t.Fatal(err)
			}
			first := appendResponse(r)
			if r, err = abi.DecodeResponse(first); err != nil {
				t.Fatal(err)
			}
			if second := appendResponse(r); !bytes.Equal(first, second) {
				t.Fatalf("got  %x\nwant %x", second, first)
			}
		})
	}
}

// A response of one kind must leave nothing in one of another.
func TestResponseIsReused(t *testing.T) {
	var r abi.Response
	want := abi.AppendAnswer(nil, typicalAnswer())
	need := &abi.Need{Sources: [][]byte{[]byte("main")}, Folders: [][]byte{[]byte("visitors")}}
	for _, b := range [][]byte{want, abi.AppendError(nil, abi.StatusPanic, "x"), want, abi.AppendNeed(nil, need), want, abi.AppendPing(nil, nil)} {
		fresh, err := abi.DecodeResponse(b)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Decode(b); err != nil {
			t.Fatal(err)
		}
		got := abi.AppendNeed(abi.AppendAnswer(nil, &r.Answer), &r.Need)
		same := abi.AppendNeed(abi.AppendAnswer(nil, &fresh.Answer), &fresh.Need)
		if r.Status != fresh.Status || !bytes.Equal(r.Text, fresh.Text) || !bytes.Equal(got, same) {
			t.Fatalf("got  %+v\nwant %+v", r, fresh)
		}
	}
}

func TestResponseAllocations(t *testing.T) {
	a := typicalAnswer()
	b := abi.AppendAnswer(nil, a)
	dst := make([]byte, 0, 2*len(b))
	if n := testing.AllocsPerRun(100, func() { dst = abi.AppendAnswer(dst[:0], a) }); n != 0 {
		t.Errorf("AppendAnswer: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() { dst = abi.AppendError(dst[:0], abi.StatusRefused, "text") }); n != 0 {
		t.Errorf("AppendError: %v allocations", n)
	}
	need := &abi.Need{Visitor: a.Visitor.ID, Sources: [][]byte{a.Snapshot}}
	if n := testing.AllocsPerRun(100, func() { dst = abi.AppendNeed(dst[:0], need) }); n != 0 {
		t.Errorf("AppendNeed: %v allocations", n)
	}
	var r *abi.Response
	var err error
	if n := testing.AllocsPerRun(100, func() { r, err = abi.DecodeResponse(b) }); n > 4 || err != nil {
		t.Errorf("DecodeResponse: %v allocations, %v", n, err)
	}
	if n := testing.AllocsPerRun(100, func() { err = r.Decode(b) }); n != 0 || err != nil {
		t.Errorf("Response.Decode: %v allocations, %v", n, err)
	}
}

// answerWith is the answer of the least form with another value at one position.
func answerWith(i int, v any) []any {
	tree := []any{0, make([]byte, abi.HashSize), nil, false, []any{}, nil, []any{}, []any{}, 0, []any{}, false, nil, 0, true, nil}
	tree[i] = v
	return tree
}

func TestResponseRefused(t *testing.T) {
	slot := func(i int, v any) []any {
		tree := []any{"hero", 1, nil, 0, nil, 0, 0.5, false, nil, nil, nil}
		tree[i] = v
		return answerWith(4, []any{tree})
	}
	proposition := func(i int, v any) []any {
		tree := []any{[]byte("12345678"), "o", "s", "e", "c", []any{}, 0, "", 1, 1.0, 0, 0, 0, false, 0}
		tree[i] = v
		return answerWith(6, []any{tree})
	}
	changes := func(i int, v any) []any {
		tree := []any{make([]byte, abi.VisitorSize), false, nil, nil, []any{}, []any{}, []any{}}
		tree[i] = v
		return answerWith(14, tree)
	}
	need := func(i int, v any) []any {
		tree := []any{1, nil, []any{}, nil, nil, []any{}}
		tree[i] = v
		return tree
	}
	cases := []struct {
		name string
		tree any
		text string
	}{
		{"no array", 0, "response: malformed"},
		{"empty", []any{}, "response: no status"},
		{"status", []any{256, ""}, "response: status: over 255"},
		{"status no uint", []any{"ok"}, "response: status: malformed"},
		{"text", []any{2, 5}, "response: text: malformed"},
		{"snapshot", answerWith(1, make([]byte, 31)), "response: snapshot: not 32 bytes"},
		{"interaction", answerWith(2, make([]byte, 15)), "response: interaction: not 16 bytes"},
		{"listed", answerWith(3, 1), "response: listed: malformed"},
		{"slots", answerWith(4, repeated(65, []any{})), "response: slots: over the limit of 64"},
		{"visitor", answerWith(5, []any{make([]byte, 8)}), "response: visitor: id is not 16 bytes"},
		{"visitor's attributes", answerWith(5, []any{nil, true, nil, pairs{"a", nil}}), "response: visitor: malformed"},
		{"propositions", answerWith(6, repeated(65, []any{})), "response: propositions: over the limit of 64"},
		{"cookies", answerWith(7, repeated(257, "")), "response: cookies: over the limit of 256"},
		{"cookie", answerWith(7, []any{1}), "response: cookies: malformed"},
		{"cache", answerWith(8, 2), "response: cache: unknown"},
		{"events", answerWith(9, repeated(257, "")), "response: events: over the limit of 256"},
		{"holdout", answerWith(10, "no"), "response: holdout: malformed"},
		{"trace", answerWith(11, "no"), "response: trace: malformed"},
		{"keep", answerWith(13, 1), "response: keep: malformed"},
		{"changes", answerWith(14, 1), "response: changes: malformed"},
		{"changes' visitor", changes(0, make([]byte, 15)), "response: changes: visitor is not 16 bytes"},
		{"changes' person", changes(2, []any{"crm", nil}), "response: changes: person without a key"},
		{"changes' link", changes(3, []any{"crm", 1}), "response: link: no hash"},
		{"changes' folders", changes(4, repeated(257, []any{})), "response: changes: over the limit of 256 folders"},
		{"changes' attributes", changes(4, []any{[]any{"visitors", []any{}}}), "response: changes: malformed"},
		{"changes' history", changes(5, []any{[]any{nil, "o", "s", "c", 7}}), "response: history: unknown status"},
		{"changes' persons", changes(6, repeated(257, []any{})), "response: changes: over the limit of 256 persons"},
		{"slot's n", slot(1, 101), "response: slots: n over 100"},
		{"slot's mode", slot(3, 4), "response: slots: unknown mode"},
		{"slot's rank", slot(5, uint32(1)<<31), "response: slots: rank too large"},
		{"slot's weight", slot(6, "8"), "response: slots: malformed"},
		{"slot's content", slot(9, []any{}), "response: slots: malformed"},
		{"slot's links", slot(10, "x"), "response: slots: malformed"},
		{"proposition's id", proposition(0, []byte("1234567")), "response: propositions: id is not 8 bytes"},
		{"proposition's categories", proposition(5, repeated(257, "")), "response: propositions: over the limit of 256 categories"},
		{"proposition's storage", proposition(6, 2), "response: propositions: unknown storage"},
		{"proposition's rank", proposition(8, -1), "response: propositions: malformed"},
		{"proposition's status", proposition(10, 6), "response: propositions: unknown status"},
		{"proposition's shown", proposition(14, 6), "response: propositions: unknown status"},
		{"proposition's mode", proposition(12, 4), "response: propositions: unknown mode"},
		{"need's visitor", need(1, make([]byte, 17)), "response: visitor: not 16 bytes"},
		{"need's sources", need(2, repeated(257, "")), "response: sources: over the limit of 256"},
		{"need's key", need(3, []any{"main", nil}), "response: key: missing"},
		{"need's link", need(4, []any{"main", 1}), "response: link: no hash"},
		{"need's link's key", need(4, []any{"main", 256, make([]byte, 16)}), "response: link: key id over 255"},
		{"need's link's hash", need(4, []any{"main", 1, make([]byte, 15)}), "response: link: hash is not 16 bytes"},
		{"need's folders", need(5, 1), "response: folders: malformed"},
		{"too deep", append(answerWith(0, 0), nest(abi.MaxDepth)), "response: msgpack: nested deeper than allowed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, err := abi.DecodeResponse(encode(t, c.tree, true))
			var fault abi.Fault
			if r != nil || !errors.As(err, &fault) || err.Error() != c.text {
				t.Fatalf("got %v, want %s", err, c.text)
			}
		})
	}
}

// nest is depth arrays in each other.
func nest(depth int) any {
	v := any(1)
	for range depth {
		v = []any{v}
	}
	return v
}

func TestResponseCut(t *testing.T) {
	b := abi.AppendAnswer(nil, typicalAnswer())
	var r abi.Response
	for n := range b {
		if err := r.Decode(b[:n:n]); err == nil {
			t.Fatalf("cut to %d of %d passes", n, len(b))
		}
	}
	if err := r.Decode(append(b, 0xc0)); err == nil {
		t.Fatal("a byte more passes")
	}
}

func TestStatusOf(t *testing.T) {
	cases := []struct {
		name  string
		bytes []byte
		want  abi.Status
		ok    bool
	}{
		{"answer", abi.AppendAnswer(nil, typicalAnswer()), abi.StatusOK, true},
		{"panic", abi.AppendError(nil, abi.StatusPanic, "x"), abi.StatusPanic, true},
		{"later status", encode(t, []any{255}, true), 255, true},
		{"nothing", nil, 0, false},
		{"empty", encode(t, []any{}, true), 0, false},
		{"no array", encode(t, 66, true), 0, false},
		{"no uint", encode(t, []any{"ok"}, true), 0, false},
		{"256", encode(t, []any{256}, true), 0, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if s, ok := abi.StatusOf(c.bytes); s != c.want || ok != c.ok {
				t.Fatalf("got %v %v, want %v %v", s, ok, c.want, c.ok)
			}
		})
	}
}
