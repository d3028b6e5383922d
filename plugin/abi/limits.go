package abi

// Version is the contract's version, which proffer_abi_version answers.
const Version = 1

// The exports of the reactor.
const (
	ExportMemory     = "memory"
	ExportInitialize = "_initialize"
	ExportVersion    = "proffer_abi_version"
	ExportBuffer     = "proffer_buffer"
	ExportConfigure  = "proffer_configure"
	ExportVerify     = "proffer_verify"
	ExportLoad       = "proffer_load"
	ExportHandle     = "proffer_handle"
	ExportGC         = "proffer_gc"
)

// Limits of messages, in bytes. MaxRequest is what Go's HTTP server lets a
// header block have; an inline snapshot does not count towards it.
const (
	MaxRequest = 1 << 20
	MaxConfig  = 1 << 20
	MaxBuffer  = 64 << 20 // the largest snapshot
	MaxCommand = 65 << 20 // MaxBuffer and a request
	MaxDepth   = 16       // nesting of arrays and maps in any message
)

// Limits of a request's lists.
const (
	MaxSlots      = 64
	MaxN          = 100
	MaxCategories = 32   // for each slot
	MaxThemes     = 32   // for each slot
	MaxAttributes = 64   // for the call and for each slot
	MaxAttribute  = 1024 // bytes of name and encoded value together
	MaxHeaders    = 256  // strings, so half as many headers
	MaxBody       = 64 << 10
	MaxOffers     = 200 // named by a request to explain
	// MaxPersons and MaxVisitors bound a record and the need it answers: more
	// people sources or folders than a call of 64 slots can reach.
	MaxPersons  = 256
	MaxVisitors = 256
)

// Sizes of the fields that have one, in bytes.
const (
	HashSize        = 32 // of a snapshot: SHA-256
	EntropySize     = 32
	SecretSize      = 32
	VisitorSize     = 16
	InteractionSize = 16
	LinkSize        = 16
	PropositionSize = 8
)
