package decide

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/expr"
)

// counter is the presentation rules of one environment in one call: what each
// has counted, and which offers are excluded by it. It is worked out when the
// first group enters, for that group's channel, and goes on with what the groups
// of the call are given.
type counter struct {
	rules   []ruleCount
	tallies []tally  // of all rules that count by offer or category
	barred  []uint64 // bit r: the offer of rank r is excluded by a rule that counts all at once
	bars    bool     // a bit is set
	ready   bool
	channel uint32 // name of the channel that it was worked out for
	hash    uint16 // the same as histories name it
	space   uint32 // that it was worked out for
	bySpace bool   // a rule asks about the space
}

// ruleCount is the state of one rule.
type ruleCount struct {
	on    bool  // applies to the calls of this channel and target
	from  int64 // what is older does not count
	count uint32
	full  bool // a tally, or the count, has reached the quantity
}

// tally is how many propositions of one offer, or of one category's own offers,
// a rule has counted.
type tally struct {
	rule  uint32 // place in the environment's rules
	key   uint32 // the offer or the category
	count uint32
}

// counted makes the counters of a frame ready for a group.
func (e *Engine) counted(f *frame, space uint32) {
	rules := f.env.Rules()
	channel := e.view.Space(space).Channel()
	c := &f.counter
	if rules.Count == 0 || c.ready && c.channel == channel && (c.space == space || !c.bySpace) {
		return
	}
	if c.rules == nil {
		c.rules = make([]ruleCount, e.within(rules, snapshot.SecRules))
		c.barred = make([]uint64, (f.env.Offers().Count+63)/64)
	}
	c.ready, c.channel, c.space, c.bySpace, c.bars = true, channel, space, false, false
	c.hash = ChannelHash(e.view.Name(channel))
	c.tallies = c.tallies[:0]
	clear(c.barred)
	for i := range c.rules {
		e.beginRule(f, uint32(i))
		// Who refused has no history, so a rule that applies holds all back.
		if c.rules[i].on && e.call.Visitor.Refused {
			c.bar(e.view, e.view.Rule(rules.Start+uint32(i)))
		}
	}
	for i := range f.past {
		e.count(f, &f.past[i])
	}
	for i := range e.proposed {
		if p := &e.proposed[i]; p.Environment == f.index {
			e.countProposed(f, p)
		}
	}
}

// beginRule finds out whether a rule applies to the call, and from when on it
// counts.
func (e *Engine) beginRule(f *frame, i uint32) {
	r := e.view.Rule(f.env.Rules().Start + i)
	c := &f.counter.rules[i]
	*c = ruleCount{}
	if r.Channel() != none && r.Channel() != f.counter.channel {
		return
	}
	f.counter.bySpace = f.counter.bySpace || e.asksSpace(r.Target()) || e.asksSpace(r.Propositions())
	// A target filter that fails means that the rule does not apply.
	if c.on = e.holds(f, r.Target()); !c.on {
		return
	}
	c.from = e.windowOf(r)
}

// asksSpace reports whether a filter of a rule differs between the spaces of one
// channel.
func (e *Engine) asksSpace(filter uint32) bool {
	return filter != none && e.view.Uses(filter)&perGroup != 0
}

// countProposed counts a proposition of this call.
func (e *Engine) countProposed(f *frame, p *Proposition) {
	sp := e.view.Space(p.Space)
	now := e.call.Time
	past := Past{
		Offer: e.view.Offer(p.Offer).Hash(), Channel: ChannelHash(e.view.Name(sp.Channel())),
		Status: catalog.Status(sp.OnProposed()), Space: e.view.Name(sp.Name()), First: now, Last: now,
	}
	e.count(f, &past)
}

// count counts a proposition under every rule that counts it.
func (e *Engine) count(f *frame, p *Past) {
	offer := e.view.FindOffer(f.env, p.Offer)
	for i := range f.counter.rules {
		c := &f.counter.rules[i]
		if !c.on {
			continue
		}
		r := e.view.Rule(f.env.Rules().Start + uint32(i))
		at, ok := p.since(catalog.CountedStatus(r.Status()))
		if !ok || min(at, e.call.Time) < c.from || r.Flags()&snapshot.RuleSameChannel != 0 && p.Channel != f.counter.hash {
			continue
		}
		// A proposition filter that fails means that it counts.
		if r.Propositions() != none && !e.counts(f, r.Propositions(), p, offer, e.call.Time-min(at, e.call.Time)) {
			continue
		}
		e.tally(f, uint32(i), r, offer)
	}
}

// counts reports whether a rule's filter lets a proposition count, which reached
// the status that the rule counts so many milliseconds ago.
func (e *Engine) counts(f *frame, program uint32, p *Past, offer uint32, age int64) bool {
	b := &f.scope.Builtin
	code, category := &b[snapshot.BuiltinPropositionCode], &b[snapshot.BuiltinPropositionCategory]
	code.Kind, category.Kind = expr.Missing, expr.Missing
	if offer != none {
		o := e.view.Offer(offer)
		setText(code, e.view.Name(o.Code()))
		setText(category, e.view.Name(e.view.Category(o.Category()).Name()))
	}
	setMaybe(&b[snapshot.BuiltinPropositionChannel], e.channelName(f, p.Channel))
	setText(&b[snapshot.BuiltinPropositionStatus], e.statuses[p.Status])
	setMaybe(&b[snapshot.BuiltinPropositionSpace], p.Space)
	b[snapshot.BuiltinPropositionAge] = expr.FromAge(age)
	v := e.machine.Eval(e.view.Program(program), &f.scope)
	return v.Kind != expr.Bool || v.Bits != 0
}

// channelName is the channel with that hash of a space of the environment, or,
// where histories of other environments count, of any; nil if there is none.
func (e *Engine) channelName(f *frame, hash uint16) []byte {
	r := f.env.Spaces()
	if f.env.Flags()&snapshot.EnvironmentMergesHistory != 0 {
		r = snapshot.Range{Count: e.view.Count(snapshot.SecSpaces)}
	}
	for i := r.Start; i < r.End(); i++ {
		if name := e.view.Name(e.view.Space(i).Channel()); ChannelHash(name) == hash {
			return name
		}
	}
	return nil
}

// tally adds one to what a rule has counted, and bars offers when that reaches
// the rule's quantity. An offer that the snapshot lacks counts under all alone.
func (e *Engine) tally(f *frame, i uint32, r *snapshot.Rule, offer uint32) {
	c := &f.counter.rules[i]
	counting := catalog.Counting(r.Counted())
	if counting != catalog.CountAll && offer == none {
		return
	}
	switch counting {
	case catalog.CountSelf:
		c.full = f.counter.add(i, offer) >= r.Quantity() || c.full
		return
	case catalog.CountCategory:
		c.full = f.counter.add(i, e.view.Offer(offer).Category()) >= r.Quantity() || c.full
		return
	case catalog.CountRule:
		if !e.view.Applies(r, offer-f.env.Offers().Start) {
			return
		}
	}
	if c.count++; c.count >= r.Quantity() && !c.full {
		c.full = true
		f.counter.bar(e.view, r)
	}
}

// add counts one for a rule and a key.
func (c *counter) add(rule, key uint32) uint32 {
	for i := range c.tallies {
		if t := &c.tallies[i]; t.rule == rule && t.key == key {
			t.count++
			return t.count
		}
	}
	c.tallies = append(c.tallies, tally{rule, key, 1})
	return 1
}

// bar excludes every offer that a rule applies to.
func (c *counter) bar(v *snapshot.View, r *snapshot.Rule) {
	c.bars = true
	for i := range c.barred {
		c.barred[i] |= v.Bitmap(r.Applies() + uint32(i))
	}
}

// excludes reports whether a presentation rule excludes an offer.
func (e *Engine) excludes(f *frame, offer uint32) bool {
	c := &f.counter
	rank := offer - f.env.Offers().Start
	if c.bars && c.barred[rank/64]>>(rank%64)&1 != 0 {
		return true
	}
	for i := range c.tallies {
		if t := &c.tallies[i]; c.rules[t.rule].full && e.tallied(f, t, offer, rank) {
			return true
		}
	}
	return false
}

// tallied reports whether a tally that has reached its rule's quantity excludes
// an offer.
func (e *Engine) tallied(f *frame, t *tally, offer, rank uint32) bool {
	r := e.view.Rule(f.env.Rules().Start + t.rule)
	return t.count >= r.Quantity() && e.view.Applies(r, rank) && e.tallyOf(r, t, offer)
}

// tallyOf reports whether a rule's tally is the one that an offer is counted in.
func (e *Engine) tallyOf(r *snapshot.Rule, t *tally, offer uint32) bool {
	if catalog.Counting(r.Counted()) == catalog.CountSelf {
		return t.key == offer
	}
	return t.key == e.view.Offer(offer).Category()
}
