package abi

// Why says what became of an offer: that it is eligible, or the first
// constraint that removed it. They stand in the order in which they are asked,
// which is the order of the numbers.
type Why uint8

// The constraints.
const (
	WhyNotLive     Why = 1  // it is not live, or has no content for the space
	WhyScope       Why = 2  // its category is none of those that are asked
	WhyEnvironment Why = 3  // the environment's filter
	WhyPeriod      Why = 4  // its period and its categories' has not begun, or is over
	WhyCategory    Why = 5  // a category's filter
	WhyFilter      Why = 6  // its own filter
	WhyNoWeight    Why = 7  // no weight of it is usable
	WhyFinalWeight Why = 8  // its final weight is no number above 0 that is finite
	WhyPaused      Why = 9  // an operator has paused it
	WhyRule        Why = 10 // a rule; without consent every one that applies
	WhyTaken       Why = 11 // a slot of an earlier group took it
	WhyEligible    Why = 12 // none: it is in the ranking
)

// MaxTracedWeights is how many weights of an offer a trace tells of.
const MaxTracedWeights = 16

// Why a weight that is in force, on the space, is not usable: four bits each of
// an offer's detail.
const (
	WeightNumber       = 1 // its value is not above 0, or not finite
	WeightFailed       = 2 // the expression of its value fails
	WeightFilter       = 3 // its filter is false
	WeightFilterFailed = 4 // its filter fails
)

// MaxTraced is how many offers a trace lists for a group, beside those that the
// request names.
const MaxTraced = 200

// TraceFlags say what was known of the call.
type TraceFlags uint16

// The flags of a trace.
const (
	TraceConsent  TraceFlags = 1 << iota // the visitor may be known
	TraceSent                            // a visitor cookie came, whatever it was worth
	TraceKnown                           // the visitor is known, by the cookie or from the caller
	TraceLinked                          // the cookie links to a person
	TraceKey                             // a person's key was handed over
	TraceToken                           // by an identity token that verified
	TraceNewVisit                        // the visitor is new, or its last visit has ended
	TraceReplaced                        // the browser was another person's: what was known is dropped
	TraceCut                             // the decision ran out of its budget of steps
	TracePeople                          // a people source knows somebody
)

// SlotBits say how a slot came to the space that answers it.
type SlotBits uint8

// The bits of a slot.
const (
	SlotExplicit SlotBits = 1 << iota // the key resolves in the asked environment
	SlotCookie                        // the cookie matches one of its persons
	SlotPaused                        // an operator has paused the space
)
