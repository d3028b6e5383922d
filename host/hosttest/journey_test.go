package hosttest_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

var (
	journeys    = flag.Int("journeys", 300, "drawn catalogs of TestJourneys")
	journeySeed = flag.Uint64("journey-seed", 1, "what the first of them is drawn from; the next ones count on")
)

const requestsOfAJourney = 20

// TestJourneys draws catalogs, and for each a browser that goes from page to page
// with its cookies, sends events in between, signs in and out and changes its
// mind about consent. proffer.wasm and the guest in process, which both live on
// through all of it, give the same bytes; a guest that knows nothing of what was
// before gives them too.
func TestJourneys(t *testing.T) {
	in := newReactor(t, func(wazero.HostModuleBuilder) {})
	native := guest.New()
	gc := in.mod.ExportedFunction("proffer_gc")
	seen := map[string]int{}
	for i := range *journeys {
		seed := *journeySeed + uint64(i)
		d := journey{rand.New(rand.NewPCG(seed, 1))}
		c := d.catalog()
		snapshot, diagnostics := compile.Compile(c)
		for _, d := range diagnostics {
			if d.Severity == catalog.Error {
				t.Fatalf("-journey-seed %d: %v", seed, d)
			}
		}
		drawn := hosttest.Case{Name: fmt.Sprint(seed), Snapshot: snapshot, Requests: d.requests(c)}
		in.call(gc, 0)
		e := &twin{in: in, native: native, seed: seed, seen: seen}
		answers, _ := hosttest.Answers(t, &drawn, e.handle)
		for j, a := range answers {
			note(seen, drawn.Requests[j], a)
		}
	}
	t.Logf("%d journeys: %v", *journeys, seen)
	for _, what := range []string{
		"offer", "no offer", "fallback", "explicit", "implicit", "anonymous", "nobody", "known visitor", "cookie", "no cookie",
		"event noted", "event refused", "click", "refused", "need", "tracked link",
	} {
		if seen[what] < *journeys/5 {
			t.Errorf("%q came %d times in %d journeys: too seldom to say anything", what, seen[what], *journeys)
		}
	}
	if seen["error"] > 0 {
		t.Errorf("%d documents are none", seen["error"])
	}
}

// twin is a module and a guest in process that are asked the same.
type twin struct {
	in       *reactor
	native   *guest.Guest
	seed     uint64
	seen     map[string]int
	settings []byte
	snapshot []byte
	asked    int
}

func (e *twin) handle(t testing.TB, settings, snapshot []byte, r *abi.Request) []byte {
	t.Helper()
	if !bytes.Equal(e.settings, settings) {
		e.settings = bytes.Clone(settings)
		e.in.give("proffer_configure", settings)
		e.native.Configure(settings)
	}
	if !bytes.Equal(e.snapshot, snapshot) {
		e.snapshot = snapshot
		e.in.give("proffer_verify", snapshot)
		e.in.give("proffer_load", snapshot)
		e.native.Load(bytes.Clone(snapshot))
	}
	r.Snapshot = e.native.View().Hash()
	request := abi.AppendRequest(nil, r)
	want := e.native.Handle(nil, request)
	got := bytes.Clone(e.in.handle(request))
	if !bytes.Equal(got, want) {
		t.Fatalf("-journey-seed %d, message %d: %q\nproffer.wasm %q\nin process   %q", e.seed, e.asked, request, got, want)
	}
	if fresh := e.fresh(request); e.asked%7 == 0 && !bytes.Equal(fresh, want) {
		t.Fatalf("-journey-seed %d, message %d: %q\na fresh guest %q\nbut this one  %q", e.seed, e.asked, request, fresh, want)
	}
	if status, _ := abi.StatusOf(want); status == abi.StatusNeed {
		e.seen["need"]++
	}
	e.asked++
	return got
}

func (e *twin) fresh(request []byte) []byte {
	g := guest.New()
	g.Configure(e.settings)
	g.Load(bytes.Clone(e.snapshot))
	return g.Handle(nil, request)
}

// note counts what an answer was about.
func note(seen map[string]int, request, answer string) {
	event := strings.Contains(request, `"event":{`)
	for what, is := range map[string]bool{
		"error":         strings.HasPrefix(answer, "error"),
		"offer":         strings.Contains(answer, `"offer":"`),
		"no offer":      strings.Contains(answer, `"offer":null`),
		"fallback":      strings.Contains(answer, `"fallback":true`),
		"explicit":      strings.Contains(answer, `"mode":"explicit"`),
		"implicit":      strings.Contains(answer, `"mode":"implicit"`),
		"anonymous":     strings.Contains(answer, `"mode":"anonymous"`),
		"nobody":        strings.Contains(answer, `"environment":"customers","mode":null`) || strings.Contains(answer, `"mode":"nobody"`),
		"known visitor": !event && strings.Contains(answer, `"new":false`),
		"cookie":        strings.Contains(answer, `"set_cookies":["`),
		"no cookie":     strings.Contains(answer, `"set_cookies":[]`),
		"event noted":   event && strings.Contains(answer, `"set_cookies":["`),
		"event refused": event && strings.Contains(answer, `"code":4`),
		"click":         event && strings.Contains(answer, `"code":303`),
		"refused":       strings.Contains(request, `"consent":false`),
		"tracked link":  strings.Contains(answer, "/click?t="),
	} {
		if is {
			seen[what]++
		}
	}
}
