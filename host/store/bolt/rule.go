package bolt

import (
	"bytes"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/abi"
)

// stage is how far a status is. Those that end a proposition are equally far; what
// was withdrawn was not seen, unless something came of it.
func stage(s catalog.Status) int {
	switch s {
	case catalog.Generated:
		return 0
	case catalog.Presented:
		return 1
	case abi.Withdrawn:
		return 2
	case catalog.Interested:
		return 3
	}
	return ended
}

const ended = 4

// beats reports whether of what is said of one proposition b holds rather than a. A
// status replaces those before it. Of those that end it the later event holds; at
// one time accepted before scheduled before rejected. One that is told again has
// been reached when it was first, but for those that end: one in between may become
// known yet. Of two, each beats at most the other, in whatever order they come.
func beats(b, a *abi.HistoryEntry) bool {
	was, is := stage(a.Status), stage(b.Status)
	switch {
	case is != was:
		return is > was
	case is != ended:
		return b.Time < a.Time
	case b.Time != a.Time:
		return b.Time > a.Time
	}
	return b.Status < a.Status
}

// join puts what b says of a's proposition into a and reports whether that changed
// it. The order in which several are joined makes no difference.
func join(a, b *abi.HistoryEntry) (changed bool) {
	if beats(b, a) {
		a.Status, a.Time, changed = b.Status, b.Time, true
	}
	if b.First < a.First {
		a.First, changed = b.First, true
	}
	for _, f := range [...]struct{ to, from *[]byte }{
		{&a.Offer, &b.Offer}, {&a.Space, &b.Space}, {&a.Channel, &b.Channel}, {&a.Environment, &b.Environment},
	} {
		if better(*f.from, *f.to) {
			*f.to, changed = *f.from, true
		}
	}
	return changed
}

// better reports whether a name says more than another: a name more than its hash,
// and that more than none.
func better(name, than []byte) bool {
	if a, b := plainness(name), plainness(than); a != b {
		return a > b
	}
	return bytes.Compare(name, than) < 0
}

func plainness(name []byte) int {
	switch {
	case len(name) == 0:
		return 0
	case name[0] == '#':
		return 1
	}
	return 2
}
