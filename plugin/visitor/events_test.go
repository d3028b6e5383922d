package visitor_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

func event(t *rapid.T, now uint32) visitor.Event {
	e := visitor.Event{Entry: entry(t, now), Create: rapid.Bool().Draw(t, "create")}
	e.Status = catalog.Status(rapid.IntRange(0, 5).Draw(t, "to"))
	e.Space = rapid.SampledFrom([]uint32{0, 1, 1 << 31}).Draw(t, "space")
	e.Last += uint32(rapid.IntRange(0, 50_000).Draw(t, "after"))
	if e.Create {
		e.Person, e.Section = rapid.Bool().Draw(t, "person"), rapid.Uint32().Draw(t, "section")
	} else {
		e.Channel = 0 // kept with what can be created alone
	}
	return e
}

// TestEventsCookie notes events until the cookie is full: it never takes more
// than 256 bytes, holds the newest event, and reads as it was written.
func TestEventsCookie(t *testing.T) {
	keys := seal.TestKeyring()
	rapid.Check(t, func(t *rapid.T) {
		v := visitor.Events{Visitor: rapid.Uint32().Draw(t, "visitor")}
		none := func(*visitor.Event) bool { return rapid.Bool().Draw(t, "holds") }
		for range rapid.IntRange(1, 30).Draw(t, "events") {
			now := rapid.Uint32Range(1_400_000, 1_500_000).Draw(t, "minute")
			e := event(t, now)
			v.Note(e)
			v.Settle(now, none)
			if !slices.ContainsFunc(v.All(), func(f visitor.Event) bool { return f.ID == e.ID }) {
				t.Fatal("the newest event is gone")
			}
		}
		for _, secure := range []bool{false, true} {
			set, ok := visitor.AppendEventsCookie(nil, keys, v.Append(nil), secure)
			end := slices.Index(set, ';')
			if !ok || end > 256 {
				t.Fatalf("the cookie has %d bytes: %s", end, set)
			}
			var got visitor.Events
			scratch := make([]byte, 0, seal.OpenSize)
			if sent, ok := got.Open(scratch, keys, set[:end], secure); !sent || !ok || got.Visitor != v.Visitor || !slices.Equal(got.All(), v.All()) {
				t.Fatalf("sent %v, good %v: %+v, want %+v", sent, ok, got, v)
			}
		}
	})
}

// TestSettle: what is held and an hour old goes; when the cookie is full,
// presented ones go first, then what is held, then the oldest.
func TestSettle(t *testing.T) {
	at := func(n byte, s catalog.Status, minute uint32) visitor.Event {
		return visitor.Event{Entry: visitor.Entry{ID: [8]byte{n}, Status: s, First: minute, Last: minute}}
	}
	names := func(v *visitor.Events) (out []byte) {
		for i := range v.All() {
			out = append(out, v.List[i].ID[0])
		}
		return out
	}
	held := func(list ...byte) func(*visitor.Event) bool {
		return func(e *visitor.Event) bool { return slices.Contains(list, e.ID[0]) }
	}
	for name, tt := range map[string]struct {
		events []visitor.Event // oldest first
		held   []byte
		want   []byte // newest first
	}{
		"an hour old and held":  {[]visitor.Event{at(1, 3, 100), at(2, 3, 139), at(3, 3, 140), at(4, 3, 200)}, []byte{1, 2, 3}, []byte{4, 3}},
		"an hour old, not held": {[]visitor.Event{at(1, 3, 100), at(4, 3, 200)}, nil, []byte{4, 1}},
		"full, one is presented": {[]visitor.Event{at(1, 3, 190), at(2, 3, 191), at(3, 1, 192), at(4, 3, 193), at(5, 3, 194),
			at(6, 3, 195), at(7, 3, 196), at(8, 3, 197), at(9, 3, 198), at(10, 3, 200)}, []byte{4}, []byte{10, 9, 8, 7, 6, 5, 4, 2, 1}},
		"full, one is held": {[]visitor.Event{at(1, 3, 190), at(2, 3, 191), at(3, 3, 192), at(4, 3, 193), at(5, 3, 194),
			at(6, 3, 195), at(7, 3, 196), at(8, 3, 197), at(9, 3, 198), at(10, 3, 200)}, []byte{4}, []byte{10, 9, 8, 7, 6, 5, 3, 2, 1}},
		"full": {[]visitor.Event{at(1, 3, 190), at(2, 3, 191), at(3, 3, 192), at(4, 3, 193), at(5, 3, 194),
			at(6, 3, 195), at(7, 3, 196), at(8, 3, 197), at(9, 3, 198), at(10, 3, 200)}, nil, []byte{10, 9, 8, 7, 6, 5, 4, 3, 2}},
	} {
		var v visitor.Events
		for _, e := range tt.events {
			v.Note(e)
		}
		v.Settle(200, held(tt.held...))
		if got := names(&v); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

// TestReadYourWrites interleaves pages and events of one browser with two tabs:
// whatever is in flight together, a page that is asked for after an answer to an
// event has arrived sees the event's status, and no page undoes it.
func TestReadYourWrites(t *testing.T) {
	const section = 7
	rapid.Check(t, func(t *rapid.T) {
		var page visitor.History // what the browser's visitor cookie holds
		var second visitor.Events
		var pages []visitor.History // in answers on their way
		status := map[[8]byte]catalog.Status{}
		id := byte(0)
		for now := uint32(1_400_000); now < 1_400_040; now++ {
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0: // a page is asked for: it sees what was answered before
				h := page
				second.Apply(&h, false, section)
				for i := range h.All() {
					if e := &h.Entries[i]; e.ID != [8]byte{} && e.Status < status[e.ID] {
						t.Fatalf("proposition %v is %v, was %v", e.ID, e.Status, status[e.ID])
					}
				}
				id++
				h.Add(visitor.Entry{ID: [8]byte{id}, Offer: uint32(id), Status: catalog.Presented, First: now, Last: now})
				pages = append(pages, h)
			case 1: // an answer arrives, in any order
				if len(pages) > 0 {
					i := rapid.IntRange(0, len(pages)-1).Draw(t, "answer")
					page = pages[i]
					pages = slices.Delete(pages, i, i+1)
				}
			case 2: // something on a page is accepted or rejected
				if id == 0 {
					continue
				}
				which := byte(rapid.IntRange(max(1, int(id)-3), int(id)).Draw(t, "which"))
				e := visitor.Event{Create: true, Section: section, Entry: visitor.Entry{ID: [8]byte{which}, Offer: uint32(which), First: now, Last: now,
					Status: catalog.Status(rapid.SampledFrom([]int{2, 3}).Draw(t, "to"))}}
				second.Note(e)
				second.Settle(now, page.Held)
				status[e.ID] = max(status[e.ID], e.Status)
			}
			for k := range status { // what had to make room is no longer promised
				if !slices.ContainsFunc(second.All(), func(e visitor.Event) bool { return e.ID == k }) {
					delete(status, k)
				}
			}
		}
	})
}

// FuzzEvents: any bytes are events or none; what is reads the same when it was
// written again.
func FuzzEvents(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 0, 0, 1, 0})
	f.Fuzz(func(t *testing.T, body []byte) {
		var v, again visitor.Events
		if !v.Decode(body) {
			return
		}
		if !again.Decode(v.Append(nil)) || again != v { // both began empty
			t.Fatalf("%+v reads as %+v", v, again)
		}
	})
}
