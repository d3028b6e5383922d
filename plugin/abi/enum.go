package abi

// Kind says what a request asks for.
type Kind uint8

// The kinds of request.
const (
	KindPing    Kind = 0
	KindPage    Kind = 1
	KindEvent   Kind = 2 // a request to an endpoint of the module's own
	KindExplain Kind = 3 // a page, with the reasons
	KindNeed    Kind = 4 // a page of which only the need is wanted
)

// Flags say where a request came from and what may be done with it.
type Flags uint8

// The flags.
const (
	FlagSecure         Flags = 1 << iota // TLS towards the browser
	FlagNoStore                          // nothing is to be stored
	FlagPeople                           // the caller is the people source of every identified environment
	FlagConsentGiven                     // at most one of the consents is set;
	FlagConsentRefused                   // without both the catalog's source says
	FlagPeer                             // the request came from a trusted peer
	FlagVisitors                         // the caller holds records of visitors
	FlagStore                            // the host has a store
	knownFlags         = 1<<iota - 1
)

// Has reports whether all flags of f2 are set.
func (f Flags) Has(f2 Flags) bool { return f&f2 == f2 }

// Want says what an answer is to hold besides the decision.
type Want uint8

// The wants.
const (
	WantHTML         Want = 1 << iota // HTML renderings
	WantContent                       // content fields
	WantPropositions                  // propositions and the visitor
	WantLinks                         // links of the propositions
	WantEvents                        // event lines
	WantText                          // text renderings
	WantJSON                          // JSON renderings
	knownWants       = 1<<iota - 1
)

// Has reports whether all wants of w2 are set.
func (w Want) Has(w2 Want) bool { return w&w2 == w2 }

// SlotMode says what the slots of a request are.
type SlotMode uint8

// The slot modes.
const (
	SlotsListed SlotMode = 0 // the catalog's list for the page is the interaction
	SlotsAsked  SlotMode = 1 // exactly the request's slots are
)

// Held says whether the body has a place for a slot.
type Held uint8

// Whether the body holds a slot.
const (
	HeldUnknown Held = 0
	HeldYes     Held = 1
	HeldNo      Held = 2
)

// Identification is the mode in which a slot's target was identified.
type Identification uint8

// The identification modes. Nobody stands for an unknown slot too.
const (
	Nobody    Identification = 0
	Explicit  Identification = 1
	Implicit  Identification = 2
	Anonymous Identification = 3
)

// String is the word that answers carry.
func (i Identification) String() string {
	switch i {
	case Nobody:
		return "nobody"
	case Explicit:
		return "explicit"
	case Implicit:
		return "implicit"
	case Anonymous:
		return "anonymous"
	}
	return "unknown"
}

// Storage is the dimension in which a proposition is stored.
type Storage uint8

// The storages.
const (
	StorageVisitor   Storage = 0
	StorageRecipient Storage = 1
)

// String is the word that answers carry.
func (s Storage) String() string {
	switch s {
	case StorageVisitor:
		return "visitor"
	case StorageRecipient:
		return "recipient"
	}
	return "unknown"
}

// Cache is advice for the page's Cache-Control.
type Cache uint8

// The advice.
const (
	CacheOrigin  Cache = 0 // leave the origin's
	CachePrivate Cache = 1 // "private, no-store"
)
