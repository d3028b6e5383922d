package bolt_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/visitor"
)

// told is one thing said of one proposition.
type told struct {
	id     int
	status catalog.Status
	time   int64
	first  int64
}

func (e told) entry() abi.HistoryEntry {
	return abi.HistoryEntry{ID: fmt.Appendf(nil, "%08d", e.id), Offer: []byte("beach"), Channel: []byte("web"), Status: e.status, Time: e.time, First: e.first}
}

// model says what holds of everything that was told, looking at all of it at once.
func model(all []told) string {
	var out []string
	for id := range 4 {
		var of []told
		for _, e := range all {
			if e.id == id {
				of = append(of, e)
			}
		}
		if len(of) == 0 {
			continue
		}
		first := slices.MinFunc(of, func(a, b told) int { return int(a.first - b.first) }).first
		status, at := holds(of)
		out = append(out, fmt.Sprintf("%08d %d %d %d", id, status, at, first))
	}
	return strings.Join(out, "\n")
}

// holds is the rule in its own words: whoever accepted, scheduled or rejected last;
// else a click, the first; else that it was withdrawn, since when that was told
// first; else that it was presented, else that it was generated.
func holds(of []told) (catalog.Status, int64) {
	var last *told
	for i := range of {
		e := &of[i]
		if e.status < catalog.Accepted || e.status == abi.Withdrawn {
			continue
		}
		if last == nil || e.time > last.time || e.time == last.time && e.status < last.status {
			last = e
		}
	}
	if last != nil {
		return last.status, last.time
	}
	for _, s := range [...]catalog.Status{catalog.Interested, abi.Withdrawn, catalog.Presented, catalog.Generated} {
		at := int64(-1)
		for _, e := range of {
			if e.status == s && (at < 0 || e.time < at) {
				at = e.time
			}
		}
		if at >= 0 {
			return s, at
		}
	}
	panic("nothing was told")
}

func state(h abi.History) string {
	var out []string
	var e abi.HistoryEntry
	for it := h.Iterate(); it.Next(&e); {
		out = append(out, fmt.Sprintf("%s %d %d %d", e.ID, e.Status, e.Time, e.First))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// In whatever order and however often things are told, alone or together, what
// holds is what the model says. 100 sets, 100 orders of each.
func TestMergeHasNoOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	rapid.Check(t, func(rt *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) told {
			at := rapid.Int64Range(1000, 1012).Draw(rt, "time")
			return told{rapid.IntRange(0, 3).Draw(rt, "id"), catalog.Status(rapid.IntRange(0, 6).Draw(rt, "status")), at, at - rapid.Int64Range(0, 3).Draw(rt, "first")}
		}), 1, 12).Draw(rt, "told")
		want := model(all)
		for range 100 {
			order := slices.Concat(all, all[:r.IntN(len(all)+1)])
			r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			var news []abi.History
			for len(order) > 0 {
				n := 1 + r.IntN(len(order))
				var list []abi.HistoryEntry
				for _, e := range order[:n] {
					list = append(list, e.entry())
				}
				news, order = append(news, abi.AppendHistory(nil, list)), order[n:]
			}
			if got := state(bolt.Merge(2000, news...)); got != want {
				rt.Fatalf("%v:\ngot\n%s\nwant\n%s", all, got, want)
			}
		}
	})
}

// The store and the cookie hold the same of what a browser does: one status after
// the other, minutes apart.
func TestMergeIsTheCookiesRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var news []abi.History
		entry := visitor.Entry{Status: catalog.Generated}
		base := visitor.Millis(1000)
		for i, s := range append([]int{0}, rapid.SliceOfN(rapid.IntRange(0, 5), 0, 8).Draw(t, "statuses")...) {
			at := base + int64(i)*60_000
			status := catalog.Status(s)
			if i == 0 {
				entry.First, entry.Last = visitor.Minute(at), visitor.Minute(at)
			} else {
				entry.Learn(status, visitor.Minute(at))
			}
			news = append(news, abi.AppendHistory(nil, []abi.HistoryEntry{told{1, status, at, base}.entry()}))
		}
		var got abi.HistoryEntry
		it := bolt.Merge(base+1e9, news...).Iterate()
		it.Next(&got)
		if got.Status != entry.Status || visitor.Minute(got.Time) != entry.Last {
			t.Fatalf("the store has %d since %d, the cookie %d since %d", got.Status, visitor.Minute(got.Time), entry.Status, entry.Last)
		}
	})
}

// What is withdrawn goes first where there is no room.
func TestHistoryHasRoom(t *testing.T) {
	var list []abi.HistoryEntry
	for i := range bolt.MaxHistory + 10 {
		status := catalog.Presented
		if i%50 == 49 { // five or six of them
			status = abi.Withdrawn
		}
		list = append(list, told{i, status, int64(1000 + i), int64(1000 + i)}.entry())
	}
	h := bolt.Merge(1e6, abi.AppendHistory(nil, list))
	text := state(h)
	if h.Len() != bolt.MaxHistory || strings.Contains(text, fmt.Sprintf(" %d ", abi.Withdrawn)) || !strings.Contains(text, "00000009 ") {
		t.Fatalf("%d entries: %s", h.Len(), text)
	}
	if first := entryOf(h); !bytes.Equal(first.ID, list[len(list)-1].ID) {
		t.Fatalf("the newest is %s", first.ID)
	}
}

func entryOf(h abi.History) (e abi.HistoryEntry) {
	it := h.Iterate()
	it.Next(&e)
	return e
}
