package abi

// Request is one question to the module. Its byte slices alias the message it
// was decoded from; nil stands for the message's nil.
type Request struct {
	Kind       Kind
	Snapshot   []byte // hash of the resident snapshot, or a whole snapshot
	Time       int64  // milliseconds since 1970-01-01T00:00:00Z
	Seed       uint64 // orders equal weights
	Entropy    []byte // EntropySize bytes that ids are made of; nil: no id is minted
	Flags      Flags
	Want       Want
	Host       []byte // without port, lower-case
	Path       []byte // as sent, escaped
	Query      []byte // without "?"
	Headers    []Header
	Mode       SlotMode
	HasSlots   bool // false: the slots are not known
	Slots      []Slot
	Attributes []Attribute // declared call data
	Language   []byte      // nil: that of the headers
	Target     PersonKey   // explicit person, from a trusted caller
	Visitor    []byte      // VisitorSize bytes, from a trusted caller; nil: the cookie's
	HasRecord  bool        // true: Record answers a need
	Record     Record

	// Of a request to an endpoint of the module's own.
	Method []byte // nil: GET
	Body   []byte // nil: none
	Long   bool   // the body is longer than MaxBody, and left out
	// Of a request to explain: codes of offers that the trace must not leave out.
	Offers [][]byte

	// Arenas of the slots' lists. A list is cut from its arena when it is
	// complete; an arena that moves leaves the lists cut before where they are.
	names  [][]byte
	values []Attribute
}

// Header is one header of the visitor's request; the name is lower-case.
type Header struct {
	Name, Value []byte
}

// Slot asks for the n-th best offer of a space.
type Slot struct {
	Space       []byte
	N           int    // 1 to MaxN
	Environment []byte // nil: the site's
	Categories  [][]byte
	Themes      [][]byte
	Attributes  []Attribute // override the call's
	Held        Held
}

// PersonKey names a person of a people source. A nil Key is no person, a nil
// Source the source of whichever environment asks.
type PersonKey struct {
	Source []byte
	Key    []byte
}
