package hosttest

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// again is how often a target is made to fail, with a page after each time. It is
// below the five failures after which a host pauses.
const again = 3

// panic has the module do so at each place of a page's way.
func (r *rig) panic(t *testing.T) {
	for _, path := range r.panics {
		place, way, _ := strings.Cut(path, "/")
		if way == "late" {
			place += "-late"
		}
		t.Run(place, func(t *testing.T) { r.fails(t, "/fault/"+path, again) })
	}
}

// panics are the places and the ways of a module's panics. Of proffer.wasm and the
// command the host decides on an instance's life, and is found out if it goes on with
// one; the others renew themselves.
func panics(module string) []string {
	own := []string{"decide/panic", "head/panic", "body/panic"}
	switch filepath.Base(module) {
	case "proffer-http-wasm.wasm":
		return own
	case "proffer-proxy-wasm.wasm":
		return append(own, "body/late") // it sees a body in parts
	}
	return []string{"decide/poison"}
}

func (r *rig) memory(t *testing.T) { r.fails(t, "/fault/decide/memory", again) }

func (r *rig) loops(t *testing.T) { r.fails(t, "/fault/decide/loop", 1) }

// fails asks for a page at which the module fails, between others.
func (r *rig) fails(t *testing.T, path string, times int) {
	one := newSample(t, "first")
	s := r.begin(t, one)
	for range times {
		s.visit(t, "/", one, offered)
		s.visit(t, path, one, untouched)
		s.visit(t, "/", one, offered)
	}
}

// begin starts the target with a snapshot that is good.
func (r *rig) begin(t *testing.T, one *sample) site {
	t.Helper()
	s, err := r.start(t, &Setup{Module: r.module, Settings: r.settings, Snapshot: one.snapshot})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// expression asks for a page whose offers have filters that need more steps than
// a call has: those that are behind are not offered, or a deadline ends the call.
func (r *rig) expression(t *testing.T) {
	newSample(t, "first").expressions(t, few)
	one := newSample(t, "first")
	one.expressions(t, many)
	s := r.begin(t, one)
	s.visit(t, pathLong, one, offered|untouched)
	s.visit(t, "/", one, offered)
}

// refused starts the target with what is no good snapshot, and asks for so many pages.
func (r *rig) refused(t *testing.T, snapshot []byte, times int) {
	t.Helper()
	s, err := r.start(t, &Setup{Module: r.module, Settings: r.settings, Snapshot: snapshot})
	if err != nil {
		t.Logf("it does not start: %v", err)
		return
	}
	for range times {
		s.visit(t, "/", nil, untouched)
	}
}

func (r *rig) corrupt(t *testing.T) {
	for _, d := range damages(newSample(t, "first").snapshot) {
		t.Run(d.name, func(t *testing.T) { r.refused(t, d.bytes, again) })
	}
}

func (r *rig) missing(t *testing.T) { r.refused(t, nil, again) }

func (r *rig) format(t *testing.T) { r.refused(t, otherFormat(newSample(t, "first").snapshot), again) }

func (r *rig) huge(t *testing.T) { r.refused(t, tooLong(newSample(t, "first").snapshot), 1) }

// swaps offers bad snapshots in between good ones.
func (r *rig) swaps(t *testing.T) {
	one, two := newSample(t, "first"), newSample(t, "second")
	s := r.begin(t, one)
	s.visit(t, "/", one, offered)
	bad := append(damages(two.snapshot), damage{"format", otherFormat(two.snapshot)}, damage{"huge", tooLong(two.snapshot)})
	for _, d := range bad {
		switch claimed, err := s.swap(d.bytes); {
		case !claimed:
			t.Fatal("it takes no snapshots while it runs, and claims it")
		case err == nil:
			t.Errorf("%s: it is swapped in", d.name)
		default:
			t.Logf("%s: %v", d.name, err)
		}
		s.visit(t, "/", one, offered)
	}
	if _, err := s.swap(two.snapshot); err != nil {
		t.Fatal(err)
	}
	s.visit(t, "/", two, offered)
}

// damage is a snapshot that is none.
type damage struct {
	name  string
	bytes []byte
}

// damages are ways in which a file goes wrong.
func damages(good []byte) []damage {
	n := len(good)
	flipped := bytes.Clone(good)
	flipped[n/2] ^= 1
	return []damage{
		{"bit", flipped}, {"half", good[:n/2]}, {"cut", good[:n-1]},
		{"longer", append(good[:n:n], 0)}, {"zeros", make([]byte, n)}, {"text", []byte("<!doctype html>")},
	}
}

// otherFormat is a snapshot as a later version would write it.
func otherFormat(good []byte) []byte {
	before, behind, _ := bytes.Cut(good, []byte(snapshot.Magic))
	later := append(append(bytes.Clone(before), snapshot.Magic...), snapshot.Format+1)
	return append(later, behind[1:]...)
}

// tooLong is a snapshot beyond the limit.
func tooLong(good []byte) []byte {
	return append(good[:len(good):len(good)], make([]byte, snapshot.MaxSize+1-len(good))...)
}
