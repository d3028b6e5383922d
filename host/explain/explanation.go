package explain

import (
	"fmt"
	"math"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
)

// Explanation is why a decision is as it is. Every text is a sentence or a part
// of one, for people; keys may be added, none changes its meaning.
type Explanation struct {
	Identification Identification `json:"identification"`
	// Notices are what the request says that nobody reads: names that the
	// catalog does not have.
	Notices []string `json:"notices"`
	Slots   []Slot   `json:"slots"`
	Groups  []Group  `json:"groups"`
}

// Identification is what was known of the call.
type Identification struct {
	Consent  bool   `json:"consent"`
	Cookie   bool   `json:"cookie"`    // a visitor cookie came, whatever it was worth
	Known    bool   `json:"known"`     // the visitor is known, by it or from the caller
	Linked   bool   `json:"linked"`    // the cookie links to a person
	Key      bool   `json:"key"`       // a person's key was handed over
	Token    bool   `json:"token"`     // by an identity token
	NewVisit bool   `json:"new_visit"` // the visitor is new, or its last visit has ended
	Text     string `json:"text"`
}

// Slot is one slot of the answer.
type Slot struct {
	Space       string   `json:"space"`
	N           int      `json:"n"`
	Environment string   `json:"environment,omitempty"` // that answers
	Answers     string   `json:"answers,omitempty"`     // the space that answers
	Mode        string   `json:"mode,omitempty"`
	Group       *int     `json:"group,omitempty"` // place in the groups; absent: nothing was decided
	Path        []string `json:"path"`            // how it came to that space
	Offer       string   `json:"offer,omitempty"`
	Text        string   `json:"text"` // what it shows, or why nothing
}

// Group is slots of one space that ask alike and share one ranking.
type Group struct {
	Slots       []int          `json:"slots"` // places in the slots
	Environment string         `json:"environment"`
	Space       string         `json:"space"`
	Target      map[string]any `json:"target"`            // the attributes that have a value
	History     string         `json:"history,omitempty"` // where it came from; empty: there is none, or no store
	Eligible    int            `json:"eligible"`          // of those listed, the greatest rank
	Left        int            `json:"left"`              // offers in scope that are not listed
	Offers      []Offer        `json:"offers"`
}

// Offer is what became of one offer.
type Offer struct {
	Code     string  `json:"offer"`
	Label    string  `json:"label,omitempty"`
	Category string  `json:"category"`
	Weight   float64 `json:"weight"`           // 0: not in scope, or no usable weight
	Rank     int     `json:"rank,omitempty"`   // of an eligible one
	Slots    []int   `json:"slots,omitempty"`  // that show it
	Reason   string  `json:"reason"`           // a word, one of those below
	Rule     string  `json:"rule,omitempty"`   // that excludes it
	Count    uint32  `json:"count,omitempty"`  // what the rule has counted
	Failed   bool    `json:"failed,omitempty"` // the expression did not say no, it failed
	Text     string  `json:"text"`
}

// The reasons.
const (
	ReasonGiven       = "given"        // a slot shows it
	ReasonOutranked   = "outranked"    // eligible, at a rank that no slot asks for
	ReasonHeldOut     = "held_out"     // eligible, and the visitor is held out
	ReasonNotLive     = "not_live"     // disabled or a draft, or in a disabled category
	ReasonNoContent   = "no_content"   // nothing to show on the space
	ReasonNotAsked    = "not_asked"    // in a category that is not asked for
	ReasonEnvironment = "environment"  // the environment's filter
	ReasonNotYet      = "not_yet"      // its time has not come
	ReasonEnded       = "ended"        // it is over
	ReasonCategory    = "category"     // a category's filter
	ReasonFilter      = "filter"       // its own filter
	ReasonNoWeight    = "no_weight"    // no usable weight
	ReasonFinalWeight = "final_weight" // 0 or infinite, with the multipliers
	ReasonPaused      = "paused"       // by an operator
	ReasonRule        = "rule"         // a presentation rule
	ReasonNoConsent   = "no_consent"   // a rule applies to it, and without consent nothing is known
	ReasonTaken       = "taken"        // another slot shows it
)

// reading is what an explanation is made of.
type reading struct {
	view    *snapshot.View
	request *abi.Request
	answer  *abi.Answer
	trace   *abi.Trace
}

// New explains an answer. The request is the one that was answered, with the
// record that it carried; the view is of the snapshot that decided.
func New(v *snapshot.View, r *abi.Request, a *abi.Answer) (*Explanation, error) {
	if a.Trace == nil {
		return nil, fmt.Errorf("explain: the answer has no trace")
	}
	trace, err := abi.DecodeTrace(a.Trace)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	x := &reading{view: v, request: r, answer: a, trace: trace}
	if err := x.check(); err != nil {
		return nil, err
	}
	out := &Explanation{Identification: x.identification(), Notices: x.notices(), Slots: []Slot{}, Groups: []Group{}}
	for i := range trace.Groups {
		out.Groups = append(out.Groups, x.group(i))
	}
	for i := range trace.Slots {
		out.Slots = append(out.Slots, x.slot(i))
	}
	return out, nil
}

// check holds what the trace names to what the snapshot and the answer have, so
// that a trace of another snapshot ends in an error.
func (x *reading) check() error {
	if len(x.trace.Slots) != len(x.answer.Slots) {
		return fmt.Errorf("explain: trace of %d slots, answer of %d", len(x.trace.Slots), len(x.answer.Slots))
	}
	all := snapshot.Range{Count: x.view.Count(snapshot.SecSpaces)}
	for i := range x.trace.Slots {
		s := &x.trace.Slots[i]
		none := s.Space == snapshot.None
		if s.Asked != snapshot.None && !within(all, s.Asked) || !none && !within(all, s.Space) || !none && s.Asked == snapshot.None {
			return fmt.Errorf("explain: trace: slot %d is of the spaces %d and %d, of %d", i, s.Asked, s.Space, all.Count)
		}
		if s.Group != snapshot.None && (int(s.Group) >= len(x.trace.Groups) || none) {
			return fmt.Errorf("explain: trace: group %d of %d", s.Group, len(x.trace.Groups))
		}
	}
	for i := range x.trace.Groups {
		if g := &x.trace.Groups[i]; g.Slot < 0 || g.Slot >= len(x.trace.Slots) || x.trace.Slots[g.Slot].Group != uint32(i) {
			return fmt.Errorf("explain: trace: group %d begins with slot %d", i, g.Slot)
		}
		if err := x.checkOffers(i); err != nil {
			return err
		}
	}
	return nil
}

func (x *reading) checkOffers(group int) error {
	env := x.env(group)
	for i := range x.trace.Groups[group].Offers {
		o := &x.trace.Groups[group].Offers[i]
		if !within(env.Offers(), o.Offer) {
			return fmt.Errorf("explain: trace: offer %d is not of the environment (%d from %d)", o.Offer, env.Offers().Count, env.Offers().Start)
		}
		program := uint32(0) // any but none
		switch o.Why {
		case abi.WhyEnvironment:
			program = env.Filter()
		case abi.WhyCategory:
			if o.Detail > math.MaxUint32 || !within(env.Categories(), uint32(o.Detail)) {
				return fmt.Errorf("explain: trace: category %d is not of the environment (%d from %d)", o.Detail, env.Categories().Count, env.Categories().Start)
			}
			program = x.view.Category(uint32(o.Detail)).Filter()
		case abi.WhyFilter:
			program = x.view.Offer(o.Offer).Filter()
		case abi.WhyRule:
			if o.Detail >= uint64(env.Rules().Count) {
				return fmt.Errorf("explain: trace: rule %d of %d", o.Detail, env.Rules().Count)
			}
		}
		if program == snapshot.None {
			return fmt.Errorf("explain: trace: offer %d is removed by a filter that is not there", o.Offer)
		}
		if o.Why == abi.WhyEligible && o.Detail > uint64(env.Offers().Count) {
			return fmt.Errorf("explain: trace: rank %d of %d offers", o.Detail, env.Offers().Count)
		}
	}
	return nil
}

func within(r snapshot.Range, i uint32) bool { return i >= r.Start && i-r.Start < r.Count }

// env is the environment that answers a group.
func (x *reading) env(group int) *snapshot.Environment {
	return x.view.Environment(x.envIndex(group))
}

func (x *reading) envIndex(group int) uint32 { return x.space(group).Environment() }

// space is the one that answers a group.
func (x *reading) space(group int) *snapshot.Space {
	return x.view.Space(x.trace.Slots[x.trace.Groups[group].Slot].Space)
}

func (x *reading) name(id uint32) string { return string(x.view.Name(id)) }
