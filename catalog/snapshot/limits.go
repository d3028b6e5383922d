package snapshot

// Limits of a snapshot. The compiler refuses a catalog that is beyond one, and
// Verify a snapshot.
const (
	// MaxSize is in bytes: 64 MiB hold some 80,000 offers with 300 bytes of
	// content on two spaces each, and an instance needs twice as much memory
	// while it loads.
	MaxSize = 64 << 20
	// MaxEnvironments bounds what an instance keeps for environments: some
	// hundred brands with two each are far more than anybody runs.
	MaxEnvironments = 1000
	// MaxDepth bounds the category tree, which the decision climbs recursively:
	// trees that people look through have four or five levels.
	MaxDepth = 32
	// MaxPageSlots and MaxOrdinal are the bounds of one call.
	MaxPageSlots = 64
	MaxOrdinal   = 100
	// MaxFields bounds the content fields of a space: a rendering has at most
	// 256 placeholders.
	MaxFields = 256
	// MaxConditions bounds conditional parts within each other in a template:
	// one more than anything that we could think of needed.
	MaxConditions = 4
	// MaxLanguages bounds an offer's translations, which are compared one by one
	// with the language that a guest asks for: the European Union has 24.
	MaxLanguages = 100
	// MaxJSONSlots bounds the places in JSON answers, which are compared in pairs.
	MaxJSONSlots = 1000
	// MaxAttributes bounds each of an environment's three groups: 256 values of
	// 40 bytes are 10 KiB for each environment that a call reaches.
	MaxAttributes = 256
	// MaxRules bounds an environment's typology: a decision counts history for
	// each of its rules, and nobody understands what a hundred of them do.
	MaxRules = 256
	// MaxQuantity and MaxPeriod bound what a rule waits for and how far it looks
	// back: a proposition a second for ten days, and a hundred years of
	// milliseconds.
	MaxQuantity = 1_000_000
	MaxPeriod   = int64(36_500) * 24 * 60 * 60 * 1000
	// MaxExperiments bounds those of a catalog, MaxArms the arms of one: they are
	// compared one after the other.
	MaxExperiments = 256
	MaxArms        = 64
	// MaxParameters bounds the query parameters and headers of a catalog: a host
	// has room for 128 headers in a request, of which it may need 52 for the rest,
	// and each pair of a query is compared with all of them.
	MaxParameters = 64
	// MaxShare bounds the weight of an arm, MaxVersion that of an experiment, so
	// that no sum of shares overflows.
	MaxShare   = 1_000_000
	MaxVersion = 1_000_000_000
	// MaxColumns bounds the attributes that an environment's index has, and so
	// the bitmaps that a call takes together: of 10,000 offers one takes 1.5 µs in
	// Wasm, if nobody is eligible and all of it is looked at.
	MaxColumns = 24
	// MaxKeys bounds the values or thresholds of a column, so that its classes
	// are at most 64 and a set of them is one word.
	MaxKeys = 61
)
