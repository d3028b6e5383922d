package explain

import (
	"fmt"
	"math"
	"strings"

	"github.com/profferhq/proffer/catalog/inspect"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
)

// reason puts what became of one offer into words.
type reason struct {
	*reading
	group int
	trace *abi.TraceOffer
	offer *snapshot.Offer
	space uint32
	out   Offer
}

func (r *reason) say(word, format string, args ...any) {
	r.out.Reason, r.out.Text = word, fmt.Sprintf(format, args...)
}

func (r *reason) tell() {
	switch r.trace.Why {
	case abi.WhyNotLive:
		r.notLive()
	case abi.WhyScope:
		r.notAsked()
	case abi.WhyEnvironment:
		r.filter(ReasonEnvironment, "the environment's filter", r.env(r.group).Filter())
	case abi.WhyPeriod:
		r.period()
	case abi.WhyCategory:
		c := r.view.Category(uint32(r.trace.Detail))
		r.filter(ReasonCategory, "the filter of category "+r.name(c.Name()), c.Filter())
	case abi.WhyFilter:
		r.filter(ReasonFilter, "its filter", r.offer.Filter())
	case abi.WhyNoWeight:
		r.noWeight()
	case abi.WhyFinalWeight:
		r.say(ReasonFinalWeight, "its final weight is %s: %s", number(r.trace.Weight), r.product(r.top()))
	case abi.WhyPaused:
		r.say(ReasonPaused, "an operator has paused it")
	case abi.WhyRule:
		r.rule()
	case abi.WhyTaken:
		r.taken()
	case abi.WhyEligible:
		r.eligible()
	default:
		r.say("unknown", "for a reason that this version does not know (%d)", r.trace.Why)
	}
}

func (r *reason) notLive() {
	if r.offer.Flags()&snapshot.OfferLive == 0 {
		r.say(ReasonNotLive, "it is not live: it is a draft or disabled, or one of its categories is disabled")
		return
	}
	r.say(ReasonNoContent, "it has no content for the space %s", r.name(r.view.Space(r.space).Name()))
}

func (r *reason) notAsked() {
	sp := r.view.Space(r.space)
	who := "the space shows"
	var categories, themes []string
	if s := r.asked(r.reading.trace.Groups[r.group].Slot); s != nil && len(s.Categories)+len(s.Themes) > 0 {
		who, categories, themes = "the slot asks for", texts(s.Categories), texts(s.Themes)
	} else {
		for i := sp.Categories().Start; i < sp.Categories().End(); i++ {
			categories = append(categories, r.name(r.view.Category(r.view.List(i)).Name()))
		}
		for i := sp.Themes().Start; i < sp.Themes().End(); i++ {
			themes = append(themes, r.name(r.view.List(i)))
		}
	}
	var wanted []string
	if len(categories) > 0 {
		wanted = append(wanted, nouns(len(categories), "category", "categories")+" "+list(categories))
	}
	if len(themes) > 0 {
		wanted = append(wanted, nouns(len(themes), "theme", "themes")+" "+list(themes))
	}
	r.say(ReasonNotAsked, "%s %s alone; it is in category %s", who, strings.Join(wanted, " with "), r.out.Category)
}

func nouns(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// filter says that a filter is false or fails, and what its names stand for.
func (r *reason) filter(word, what string, program uint32) {
	r.out.Failed = r.trace.Count == 1
	r.say(word, "%s %s", what, r.condition(program, r.out.Failed, " "))
}

// condition is an expression, that it is false or fails, and what of.
func (r *reason) condition(program uint32, failed bool, link string) string {
	text, refs := inspect.Expression(r.view, r.envIndex(r.group), program)
	said := link + "is false"
	if failed {
		said = link + "fails"
	}
	if known := r.values(refs); known != "" {
		said += ": " + known
	}
	return text + said
}

func (r *reason) period() {
	if r.request.Time < r.offer.From() {
		r.say(ReasonNotYet, "its time has not come: from %s", r.clock(r.offer.From()))
		return
	}
	r.say(ReasonEnded, "its time is over: to %s", r.clock(r.offer.To()))
}

// noWeight says of every weight why it is not usable.
func (r *reason) noWeight() {
	weights := r.offer.Weights()
	if weights.Count == 0 {
		r.say(ReasonNoWeight, "it has no weight, and the catalog no default_weight")
		return
	}
	var parts []string
	for i := range min(weights.Count, abi.MaxTracedWeights) {
		w := r.view.Weight(weights.Start + i)
		parts = append(parts, "weight "+r.weightText(w)+" "+r.weightFault(w, int(r.trace.Detail>>(4*i)&15)))
	}
	if weights.Count > abi.MaxTracedWeights {
		parts = append(parts, fmt.Sprintf("and %d more", weights.Count-abi.MaxTracedWeights))
	}
	r.say(ReasonNoWeight, "none of its weights is usable: %s", strings.Join(parts, "; "))
}

func (r *reason) weightText(w *snapshot.Weight) string {
	if w.Program() == snapshot.None {
		return number(w.Value())
	}
	text, _ := inspect.Expression(r.view, r.envIndex(r.group), w.Program())
	return text
}

func (r *reason) weightFault(w *snapshot.Weight, fault int) string {
	switch fault {
	case abi.WeightNumber:
		if w.Program() == snapshot.None {
			return "is not above 0"
		}
		return "is not above 0, or no finite number"
	case abi.WeightFailed:
		if w.Program() == snapshot.None {
			break
		}
		_, refs := inspect.Expression(r.view, r.envIndex(r.group), w.Program())
		return strings.TrimSuffix("fails: "+r.values(refs), ": ")
	case abi.WeightFilter, abi.WeightFilterFailed:
		if w.Filter() == snapshot.None {
			break
		}
		return "counts if " + r.condition(w.Filter(), fault == abi.WeightFilterFailed, ", which ")
	}
	switch {
	case r.request.Time < w.From():
		return "holds from " + r.clock(w.From())
	case r.request.Time >= w.To():
		return "held to " + r.clock(w.To())
	case w.Space() != snapshot.None && w.Space() != r.space:
		return "is for the space " + r.name(r.view.Space(w.Space()).Name())
	}
	return "is not usable"
}

// top is the text of an offer's weight that counts.
func (r *reason) top() string {
	weights := r.offer.Weights()
	if r.trace.Count >= weights.Count { // of a snapshot that nobody verified
		return ""
	}
	return r.weightText(r.view.Weight(weights.Start + r.trace.Count))
}

// product is a weight with the multipliers of the categories that hold now.
func (r *reason) product(weight string) string {
	var factors []string
	for c := r.view.Category(r.offer.Category()); ; c = r.view.Category(c.Parent()) {
		if now := r.request.Time; c.Multiplier() != 1 && now >= c.MultiplierFrom() && now < c.MultiplierTo() {
			factors = append(factors, fmt.Sprintf("× %s (category %s)", number(c.Multiplier()), r.name(c.Name())))
		}
		if c.Parent() == snapshot.None {
			break
		}
	}
	return strings.Join(append([]string{weight}, factors...), " ")
}

func (r *reason) taken() {
	var earlier []int
	for g := range r.group {
		earlier = append(earlier, g)
	}
	r.say(ReasonTaken, "it is shown in %s already", r.slots(r.shown(r.out.Code, earlier...)))
}

func (r *reason) eligible() {
	r.out.Rank = int(r.trace.Detail)
	weight := number(r.trace.Weight)
	if text := r.product(r.top()); text != weight {
		weight += " = " + text
	}
	if r.out.Slots = r.shown(r.out.Code, r.group); len(r.out.Slots) > 0 {
		r.say(ReasonGiven, "rank %d, weight %s: shown in %s", r.out.Rank, weight, r.slots(r.out.Slots))
		return
	}
	if r.answer.Holdout {
		r.say(ReasonHeldOut, "rank %d, weight %s: eligible, but the visitor is held out of all offers", r.out.Rank, weight)
		return
	}
	r.say(ReasonOutranked, "rank %d, weight %s: eligible, but no slot here asks for the %s offer", r.out.Rank, weight, ordinal(r.out.Rank))
}

// slots are slots by name: "hero #1".
func (x *reading) slots(list []int) string {
	var out []string
	for _, i := range list {
		out = append(out, x.slotName(i))
	}
	if len(out) == 0 {
		return "an earlier slot"
	}
	return strings.Join(out, " and ")
}

func (x *reading) slotName(i int) string {
	a := &x.answer.Slots[i]
	return fmt.Sprintf("%s #%d", a.Space, a.N)
}

// finite is a number, or its name where JSON has none.
func finite(f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return number(f)
	}
	return f
}
