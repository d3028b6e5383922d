package snapshot

// A program is one compiled expression: instructions in a row, each an opcode
// byte and its operands, little-endian, constants inline. It runs from the
// first byte to the last on a stack of values and leaves exactly one there.
// Jumps go forward only, and a loop is one instruction that bounds its turns, so
// every program ends. See opcode.go for the rarer instructions. There is no header: the snapshot's format number covers it.
//
// In the table, ref is a u16 that names a value (see Root), rel a byte that
// says which outcomes of a comparison are true (see RelLess), n and size are
// lengths in bytes unless said otherwise, off is a u16 distance from the end of
// the instruction. Left of the arrow is what leaves the stack, right of it what
// joins.
//
// Tests compare a named value with a constant or another named value. They are
// fused because generic instructions on a stack take four times as long in
// WebAssembly, where each costs a branch table and a spill.
const (
	OpTestBool    byte = iota + 1 // ref rel want:u8              → bool   ref ? want; with RelIs anything but a bool is an error
	OpTestInt                     // ref rel i64                  → bool   ref ? constant
	OpTestDouble                  // ref rel f64                  → bool   ref ? constant
	OpTestString                  // ref rel n:u16 bytes          → bool   ref ? constant
	OpTestRefs                    // ref rel ref                  → bool   first ? second
	OpTestPrefix                  // ref rel n:u16 bytes          → bool   ref starts with the constant
	OpTestStrings                 // ref rel n:u16 (len:u8 bytes)… → bool  ref in the constants
	OpTestInts                    // ref rel n:u16 (i64)…         → bool   ref in the constants
	OpTestHas                     // ref rel n:u16 bytes          → bool   constant in the list ref
	OpTestMember                  // ref rel ref                  → bool   first in the list second

	OpAll // count:u8 size:u16, then count tests of size bytes → bool   all hold
	OpAny // count:u8 size:u16, then count tests of size bytes → bool   one holds

	OpLoad   // ref → value; an error where it is missing
	OpFalse  // → bool
	OpTrue   // → bool
	OpInt    // i64 → int
	OpUint   // u64 → uint
	OpDouble // f64 → double
	OpString // n:u16 bytes → string
	OpList   // n:u16 bytes → list; a MessagePack array of bool, int, float and string

	OpAndJump // off: jumps if the top is false, and leaves it
	OpOrJump  // off: jumps if the top is true, and leaves it
	OpAnd     // bool bool → bool
	OpOr      // bool bool → bool
	OpBranch  // off off: bool → ; goes on if true, first off if false, else second off with an error → value
	OpJump    // off

	OpAdd        // a b → a+b; numbers of one type, or strings
	OpSubtract   // a b → a-b
	OpMultiply   // a b → a*b
	OpDivide     // a b → a/b
	OpModulo     // a b → a%b
	OpNegate     // a → -a
	OpCompare    // rel: a b → bool   a ? b
	OpIn         // rel: a list → bool
	OpInStep     // needle found element → needle found; found also if needle == element
	OpInEnd      // rel: needle found → bool
	OpSize       // a → int; code points of a string, elements of a list
	OpStartsWith // rel: a b → bool
	OpHistory    // fn:u8: a → int; what the history has of a code or category, see HistoryCount
	// The functions on text follow from 128, see OpEndsWith.
)

// The outcomes of a comparison, as bits of rel: the comparison is true if its
// outcome is among them. Membership and prefix tests have the outcome RelEqual
// for yes and RelLess for no.
const (
	RelLess      byte = 1 << iota // left < right; false < true
	RelEqual                      // equal
	RelGreater                    // left > right
	RelUnordered                  // one of the two is NaN
	RelOther                      // the two types do not compare
	RelStrict                     // not an outcome: types that do not compare are an error

	relEnd // the first value that is no rel
)

// The relations that the compiler writes.
const (
	RelEQ    = RelEqual
	RelNE    = RelLess | RelGreater | RelUnordered | RelOther
	RelLT    = RelLess | RelStrict
	RelLE    = RelLess | RelEqual | RelStrict
	RelGT    = RelGreater | RelStrict
	RelGE    = RelGreater | RelEqual | RelStrict
	RelIs    = RelEqual | RelStrict // in, startsWith, and a bool that must be the constant
	RelIsNot = RelLess | RelStrict  // !(… in …), !….startsWith(…)
)

// Root is the group that a ref names a value of. A ref has the root in its two
// high bits and the index within the group in the others.
type Root uint16

// The roots.
const (
	RootTarget      Root = iota // declared attributes of the target schema, by position
	RootInteraction             // declared call data, by position
	RootOffer                   // declared offer attributes, by position
	RootBuiltin                 // the names that every environment has, see BuiltinMode
)

// MaxRefIndex is the highest index that fits into a ref.
const MaxRefIndex = 1<<14 - 1

// Ref packs a root and an index of at most MaxRefIndex.
func Ref(root Root, index int) uint16 { return uint16(root)<<14 | uint16(index)&MaxRefIndex }

// The indexes under RootBuiltin. All are strings but BuiltinNewVisit, a bool,
// BuiltinCategories and BuiltinThemes, lists of strings, and those that say so.
const (
	BuiltinMode        = iota // interaction.mode: explicit, implicit or anonymous
	BuiltinSpace              // interaction.space
	BuiltinChannel            // interaction.channel
	BuiltinLanguage           // interaction.language
	BuiltinEnvironment        // interaction.environment
	BuiltinNewVisit           // interaction.new_visit
	BuiltinHost               // request.host
	BuiltinPath               // request.path
	BuiltinCountry            // request.country
	BuiltinDevice             // request.device
	BuiltinCode               // offer.code
	BuiltinCategory           // offer.category
	BuiltinCategories         // offer.categories
	BuiltinThemes             // offer.themes

	BuiltinPropositionCode     // proposition.code; these in a rule's propositions alone
	BuiltinPropositionCategory // proposition.category
	BuiltinPropositionChannel  // proposition.channel
	BuiltinPropositionStatus   // proposition.status, by its word
	BuiltinPropositionSpace    // proposition.space

	BuiltinTime           // interaction.time, a timestamp
	BuiltinPropositionAge // proposition.age, a duration
	NumBuiltins
)

// BuiltinArm is the index under RootBuiltin of the catalog's first experiment,
// whose value is the name of the arm, a string; the others follow in their
// order.
const BuiltinArm = 1 << 10

// BuiltinParameter is the index under RootBuiltin of the catalog's first
// Parameter, a string; the others follow in their order.
const BuiltinParameter = 1 << 11

// Uses is the set of things that a program reads. Equal values of these mean an
// equal result, so a caller can keep a result as long as they stay.
type Uses uint16

// The members of Uses.
const (
	UsesTarget      Uses = 1 << iota // target.*
	UsesCallData                     // declared call data, which a slot may override
	UsesFrame                        // interaction.mode, .environment
	UsesSpace                        // interaction.space, .channel
	UsesLanguage                     // interaction.language
	UsesVisit                        // interaction.new_visit
	UsesRequest                      // request.*
	UsesOffer                        // offer.code and declared offer attributes
	UsesOfferPath                    // offer.category, .categories, .themes: equal for all offers of a category
	UsesProposition                  // proposition.*, of the one that is looked at
	UsesExperiment                   // experiment.*
	UsesHistory                      // history.*
	UsesTime                         // interaction.time
)

// The functions of OpHistory. Without HistoryIn they are about the code of an
// offer, with it about the name of an offer's own category.
const (
	HistoryCount    byte = iota // propositions
	HistoryAccepted             // propositions that were accepted
	HistoryRejected             // propositions that were rejected
	HistoryAge                  // nanoseconds since the last proposition, MaxAge if there is none

	HistoryIn  byte = 4 // added to one of these
	historyEnd byte = 8 // the first byte that is none
)

// MaxAge is 100 years of 365 days, in nanoseconds.
const MaxAge = int64(100*365*24*60*60) * 1_000_000_000

const (
	// MaxProgram bounds a program, in bytes. A test takes about 12, and a source
	// of 4 KiB has room for some 400 tests: 5 KiB. The rest is for constants that
	// grow when compiled (a list of 256 integers takes 2 KiB).
	MaxProgram = 16 << 10
	// MaxStack bounds the values on the stack. Chains of one operator need two
	// or three, so 32 is some 15 levels of parentheses; at 40 bytes each the
	// stack takes 1.3 KB of the evaluator.
	MaxStack = 32
	// MaxTests is the most tests behind one OpAll or OpAny; the count is a byte.
	MaxTests = 255
	// maxLandings bounds the jumps that are open at one place: two for each level
	// of the stack, as a conditional needs.
	maxLandings = 2 * MaxStack
)

// ProgramFault is the reason for which CheckProgram refuses a program.
type ProgramFault string

// Error gives the reason as text.
func (f ProgramFault) Error() string { return string(f) }

// The reasons for which CheckProgram refuses a program.
const (
	FaultProgramSize  ProgramFault = "program: empty or longer than 16 KiB"
	FaultProgramOp    ProgramFault = "program: unknown opcode"
	FaultProgramCut   ProgramFault = "program: ends inside an instruction"
	FaultProgramData  ProgramFault = "program: malformed operand"
	FaultProgramRef   ProgramFault = "program: reference to an unknown name"
	FaultProgramStack ProgramFault = "program: stack too deep, too shallow or uneven"
	FaultProgramJump  ProgramFault = "program: jump into an instruction or out of the code"
	FaultProgramDead  ProgramFault = "program: instruction that nothing reaches"
	FaultProgramNest  ProgramFault = "program: conditions nested too deep"
)
