package guest_test

import (
	"bytes"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

// TestReplay holds how far an old cookie reaches, as COOKIES.md says: to what
// that visitor was when it was written, for as long as its key is there, and
// not a step further.
func TestReplay(t *testing.T) {
	snapshot := build(t, people)
	c := testConfig()
	c.Keys = []abi.Key{key(1, abi.UseCookie, true), key(1, abi.UseIdentity, true)}
	g := ready(t, c, snapshot)
	const day = 24 * 60 * 60 * 1000
	visit := func(g *guest.Guest, at int64, sent string) *abi.Answer {
		t.Helper()
		r := header(asks(request(g), "v"), "cookie", sent)
		r.Time += at
		return answer(t, g, r)
	}
	first := visit(g, 0, "")
	second := visit(g, day, cookie(first))
	third := visit(g, 2*day, cookie(second))
	if got := text(&third.Slots[0]); got != "2" {
		t.Fatalf("the third visit counts %s before it", got)
	}
	for _, at := range []int64{2*day + 1, 30 * day, 4000 * day} {
		again := visit(g, at, cookie(first))
		if again.Visitor.New || !bytes.Equal(again.Visitor.ID, first.Visitor.ID) || text(&again.Slots[0]) != "1" {
			t.Errorf("replayed after %d days: %s, %+v", at/day, text(&again.Slots[0]), again.Visitor)
		}
		if now := visit(g, at+1, cookie(third)); text(&now.Slots[0]) != "3" {
			t.Errorf("and the newest cookie then says %s", text(&now.Slots[0]))
		}
	}
	c.Keys = []abi.Key{key(2, abi.UseCookie, true), key(1, abi.UseIdentity, true)}
	if gone := visit(ready(t, c, snapshot), 2*day, cookie(first)); !gone.Visitor.New || text(&gone.Slots[0]) != "0" {
		t.Errorf("without its key: %s, %+v", text(&gone.Slots[0]), gone.Visitor)
	}
}
