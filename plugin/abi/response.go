package abi

import "github.com/profferhq/proffer/catalog"

// Response is the module's answer to a request. Its byte slices alias the
// message it was decoded from.
type Response struct {
	Status Status
	Text   []byte // what was wrong, where Status is neither ok nor need
	Need   Need   // where Status is need
	Answer Answer // where Status is ok; a ping fills Snapshot alone

	names [][]byte // arena of the lists of strings
}

// Need names what the host is to look up before the module can decide.
type Need struct {
	Visitor []byte // VisitorSize bytes, or nil
	Sources [][]byte
	Key     PersonKey // nobody if its Key is nil
	Link    Link
	Folders [][]byte
}

// Link names a person by a keyed hash of the key. A nil Hash is no link.
type Link struct {
	Source []byte
	KeyID  uint8
	Hash   []byte // LinkSize bytes
}

// Answer is a decision.
type Answer struct {
	Snapshot     []byte // HashSize bytes
	Interaction  []byte // InteractionSize bytes; nil without entropy
	Listed       bool   // the catalog lists the page
	Slots        []SlotAnswer
	HasVisitor   bool
	Visitor      VisitorAnswer
	Propositions []Proposition // what is to be stored
	Cookies      [][]byte      // whole Set-Cookie values
	Cache        Cache
	Events       [][]byte // event lines
	Holdout      bool
	Trace        []byte
	Evicted      int  // entries of histories that a rule could still count and that the cookie had no room for
	Keep         bool // what is known of this call may be kept
	HasChanges   bool
	Changes      Changes // what a store is to take in
}

// SlotAnswer is the decision for one slot of the interaction. Without an Offer
// the page's own content stays.
type SlotAnswer struct {
	Space       []byte
	N           int
	Environment []byte // that answered; nil: unknown slot
	Mode        Identification
	Offer       []byte // code; nil: none
	Rank        int
	Weight      float64
	Fallback    bool
	HTML        []byte // nil: not wanted or no offer
	Content     []byte // encoding of a map, or nil
	Links       []byte // encoding of a map, or nil
	JSON        []byte // one JSON value; nil: not wanted, no offer or no such rendering
	Text        []byte // plain text; likewise
}

// VisitorAnswer is the visitor after the decision.
type VisitorAnswer struct {
	ID         []byte // VisitorSize bytes, or nil
	New        bool
	Folder     []byte // nil: none
	Attributes Attributes
}

// Proposition is one proposition that is to be stored.
type Proposition struct {
	ID          []byte // PropositionSize bytes
	Offer       []byte // code
	Space       []byte
	Environment []byte
	Channel     []byte
	Categories  [][]byte // root to own
	Storage     Storage
	Target      []byte // visitor id in hex, the person's key, or empty
	Rank        int
	Weight      float64
	Status      catalog.Status
	Time        int64 // milliseconds since 1970-01-01T00:00:00Z
	Mode        Identification
	Fallback    bool
	Shown       catalog.Status // that it gets once it is known that the page has the slot
}
