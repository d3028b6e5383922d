package catalog

// Counting says which offers' propositions a rule counts.
type Counting uint8

// The countings.
const (
	CountAll      Counting = iota // every proposition of the target in the environment
	CountSelf                     // of the offer itself
	CountCategory                 // of offers of the same own category
	CountRule                     // of offers that the rule applies to
)

// CountedStatus says how far a proposition must have come to be counted.
type CountedStatus uint8

// The counted statuses.
const (
	CountAny                CountedStatus = iota // generated counts
	CountSeen                                    // presented or later
	CountAcceptedOrRejected                      //
	CountAccepted                                //
	CountRejected                                //
)

// Calendar is a period that begins at a date in the catalog's zone.
type Calendar uint8

// The calendar periods.
const (
	NoCalendar Calendar = iota
	CalendarDay
	CalendarWeek // from Monday
	CalendarMonth
)

// Rule is a presentation rule: it excludes an offer of which, or of whose like,
// Quantity propositions or more were made in the period.
type Rule struct {
	Pos       Pos
	Name      Text
	Active    bool   // default true
	Channel   Text   // of the calls that it applies to; empty = all
	AppliesTo Text   // expression over offer.*; empty = all offers
	Target    Filter // whom it applies to
	// Exactly one of Period and Calendar is set.
	Period          Duration
	Calendar        Calendar
	Quantity        int64
	SameChannelOnly bool
	Counted         Counting
	Status          CountedStatus
	Propositions    Filter // which of them count, over proposition.*
}
