package events

import (
	"errors"
	"fmt"
	"strings"
)

// Kind is what happened to a proposition, or to a subject.
type Kind uint8

// The kinds. Decided: nobody knows yet whether the page has the slot.
const (
	Decided Kind = iota
	Shown
	Seen
	Clicked
	Accepted
	Rejected
	Erased // no proposition's: a store forgot the subject
	numKinds
)

var kindNames = [numKinds]string{"decided", "shown", "seen", "clicked", "accepted", "rejected", "erased"}

// String is the word in lines and files.
func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return "unknown"
}

// Durable reports whether whoever caused such an event is told that it happened
// only after it is on disk.
func (k Kind) Durable() bool { return k.verdict() || k == Erased }

// verdict reports whether it says what the visitor thinks of an offer.
func (k Kind) verdict() bool { return k == Accepted || k == Rejected }

func kindOf(name string) (Kind, bool) {
	for k, s := range kindNames {
		if s == name {
			return Kind(k), true
		}
	}
	return 0, false
}

// Event is what one line says. Of one that says that a subject was erased there
// are the time, the kind and the subject alone.
type Event struct {
	Time        int64 // milliseconds since 1970-01-01T00:00:00Z
	Kind        Kind
	Interaction string // 32 hex digits, or empty
	Proposition string // 16 hex digits
	Environment string
	Space       string
	Channel     string
	Offer       string
	Rank        int    // 0: not told
	Mode        string // explicit, implicit, anonymous; empty: not told
	Fallback    bool
	Subject     string // 16 hex digits: the alias that a store gave whose event it is; empty: not told
}

const (
	// maxTime is the end of the year 9999, the last that a file's name can have.
	maxTime = 253402300800000
	// maxRank is above the number of offers that a snapshot can hold.
	maxRank = 1 << 24
	// maxName is that of names in catalogs.
	maxName = 64

	interactionDigits = 32
	propositionDigits = 16
	subjectDigits     = 16
)

// check says what is wrong with an event.
func (e *Event) check() error {
	switch {
	case e.Time <= 0 || e.Time >= maxTime:
		return fmt.Errorf("time %d is not in 1..%d", e.Time, int64(maxTime-1))
	case e.Kind >= numKinds:
		return fmt.Errorf("event %d is unknown", e.Kind)
	case (e.Subject != "" || e.Kind == Erased) && !isHex(e.Subject, subjectDigits):
		return fmt.Errorf("subject %.40q is not %d hex digits", e.Subject, subjectDigits)
	case e.Kind == Erased:
		return e.checkErased()
	case e.Interaction != "" && !isHex(e.Interaction, interactionDigits):
		return fmt.Errorf("interaction %.40q is not %d hex digits", e.Interaction, interactionDigits)
	case !isHex(e.Proposition, propositionDigits):
		return fmt.Errorf("proposition %.40q is not %d hex digits", e.Proposition, propositionDigits)
	case e.Rank < 0 || e.Rank > maxRank:
		return fmt.Errorf("rank %d is not in 0..%d", e.Rank, maxRank)
	}
	switch e.Mode {
	case "", "explicit", "implicit", "anonymous":
	default:
		return fmt.Errorf("mode %.40q is not explicit, implicit or anonymous", e.Mode)
	}
	return errors.Join(isName("environment", e.Environment), isName("space", e.Space),
		isName("channel", e.Channel), isName("offer", e.Offer))
}

// checkErased refuses one that tells of an erased subject more than that.
func (e *Event) checkErased() error {
	if *e != (Event{Time: e.Time, Kind: Erased, Subject: e.Subject}) {
		return errors.New("an erased subject's event tells of a proposition")
	}
	return nil
}

// isHex reports whether s is so many lower-case hex digits.
func isHex(s string, digits int) bool {
	return len(s) == digits && strings.Trim(s, "0123456789abcdef") == ""
}

// isName says whether s can be a name of a catalog, or the hash of one. It
// begins with a letter, a digit or #, so that no spreadsheet takes it for a
// formula.
func isName(what, s string) error {
	if s == "" || len(s) > maxName {
		return fmt.Errorf("%s %.80q has not 1 to %d characters", what, s, maxName)
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '#' && i == 0:
		case i > 0 && (c == '_' || c == '.' || c == ':' || c == '-'):
		default:
			return fmt.Errorf("%s %q is not a name", what, s)
		}
	}
	return nil
}

// hashed reports whether a name stands there as its hash, because the snapshot
// that wrote the line did not have it.
func hashed(name string) bool { return strings.HasPrefix(name, "#") }
