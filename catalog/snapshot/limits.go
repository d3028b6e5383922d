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
)
