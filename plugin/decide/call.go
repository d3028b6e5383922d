package decide

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
)

// Call is everything that a decision depends on besides the snapshot and the
// target attributes. Absent strings are nil.
type Call struct {
	Time int64 // milliseconds since 1970-01-01T00:00:00Z
	Seed uint64

	Host, Path, Country, Device, Language []byte

	Query   []byte       // without "?"
	Headers []abi.Header // names in lower case

	Attributes []abi.Attribute // call data
	Slots      []abi.Slot
	// Spaces are the spaces that the slots ask for, if they are known already;
	// else they are found by their names.
	Spaces []uint32

	Identity Identity
	Visitor  Visitor
}

// Visitor is what ties and expressions know of the visitor.
type Visitor struct {
	ID         []byte // 16 bytes, or nil
	New        bool   // the visitor is new, or its last visit has ended
	VisitStart int64  // seconds since 1970-01-01T00:00:00Z
	Refused    bool   // without consent ties depend on the seed alone
}

// Identity is who the request may be, before any space's options are looked at.
type Identity struct {
	// Given says that a trusted caller handed a key over. Where an environment
	// names no people source that key resolves by itself.
	Given  bool
	Source []byte // the source that it names; empty = any
	Key    []byte
	Linked bool // the cookie links to a person
	// Records are what the people sources answered; HasRecords says that they
	// were asked for all environments, whatever these name.
	Records    []Person
	HasRecords bool
}

// Person is one that a people source knows.
type Person struct {
	Source []byte // empty = every source
	Key    []byte
}

// Result is what became of one slot.
type Result struct {
	Asked       uint32 // the space that was asked, or snapshot.None
	Environment uint32 // that answers, or snapshot.None
	Space       uint32 // that answers, or snapshot.None
	Mode        abi.Identification
	Path        abi.SlotBits // how the target was identified, or not
	Offer       uint32       // or snapshot.None: the slot keeps its content
	Rank        int          // 1 = best of its group; 0 for a fallback offer
	Weight      float64
	Fallback    bool
	Proposition int // index of the proposition, -1 = none
	group       int
}

// Proposition is one offer presented to the target in one space.
type Proposition struct {
	Result
	Held abi.Held // HeldYes if any of its slots is held, else HeldUnknown if any is
}

// none is short for the index that stands for nothing.
const none = snapshot.None
