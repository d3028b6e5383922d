package inject_test

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"github.com/profferhq/proffer/plugin/inject"
)

func TestScan(t *testing.T) {
	const body = `<p id=i_hero_2>x</p><div data-offer-space="hero_1"><p id="i_in">x</p></div>` +
		`<!-- offer:side --><b>x</b><!-- /offer --><p data-offer-space = hero>y</p><p id="i_lost">`
	var slots [64]inject.Slot
	for room, want := range []string{"", "hero 2", "hero 2, hero 1", "hero 2, hero 1, side 1", "hero 2, hero 1, side 1"} {
		for _, dst := range [][]inject.Slot{slots[:0:room], slots[:room:room]} {
			var got []string
			for _, s := range inject.Scan(dst, []byte(body)) {
				got = append(got, fmt.Sprintf("%s %d", s.Space, s.N))
			}
			if strings.Join(got, ", ") != want {
				t.Errorf("room for %d: got %v, want %s", room, got, want)
			}
		}
	}
}

func TestFind(t *testing.T) {
	body := []byte(`<p id=i_hero>one</p><!--offer:side-->two<!--/offer--><DIV data-offer-space='hero_2' a>three</DIV >`)
	var places [8]inject.Place
	var got []string
	for _, p := range inject.Find(places[:0], body) {
		at := int(uintptr(unsafe.Pointer(&p.Space[0])) - uintptr(unsafe.Pointer(&body[0])))
		if string(body[at:at+len(p.Space)]) != string(p.Space) {
			t.Errorf("the name of %s is not in the body", p.Space)
		}
		got = append(got, string(body[p.From:p.To]))
	}
	if strings.Join(got, " ") != "one two three" {
		t.Errorf("got %q", got)
	}
}

// Scan names 64 slots at most, the first ones.
func TestScanBound(t *testing.T) {
	var b strings.Builder
	for _, name := range names(70) {
		fmt.Fprintf(&b, "<p id=i_%s>x</p>", name)
	}
	slots := make([]inject.Slot, 100)
	found := inject.Scan(slots, []byte(b.String()))
	if len(found) != 64 || string(found[63].Space) != "slot-63" {
		t.Fatalf("%d found, the last %s", len(found), found[len(found)-1].Space)
	}
}
