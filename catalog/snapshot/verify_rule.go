package snapshot

// rules checks an environment's presentation rules. Their bitmaps follow those
// of the environment's spaces.
func (c *checker) rules(env *Environment) {
	r := env.Rules()
	if !c.want(r.Count <= MaxRules, "rules", r.Start, "too many") || !env.Remembers() {
		return
	}
	for i := r.Start; i < r.End() && c.err == nil; i++ {
		rule := c.v.Rule(i)
		c.name(rule.Name(), "rule", i)
		c.nameOrNone(rule.Channel(), "rule", i)
		c.want(i == r.Start || c.v.Rule(i-1).Name() < rule.Name(), "rule", i, "out of order")
		c.rule(rule, i)
		c.applies(env, rule, i)
	}
	c.offerIndex(env)
}

func (c *checker) rule(r *Rule, i uint32) {
	const lastCalendar, lastCounted, lastStatus = 3, 3, 4
	c.want(r.Calendar() <= lastCalendar && r.Counted() <= lastCounted && r.Status() <= lastStatus && r.Flags() <= RuleSameChannel,
		"rule", i, "unknown option")
	c.want((r.Calendar() == 0) == (r.Period() != 0), "rule", i, "neither or both of period and calendar")
	c.want(r.Period() >= 0 && r.Period() <= MaxPeriod, "rule", i, "period out of range")
	c.want(r.Quantity() >= 1 && r.Quantity() <= MaxQuantity, "rule", i, "quantity out of range")
	if c.program(r.Target(), "rule", i) && r.Target() != None {
		c.want(c.v.Uses(r.Target())&uint32(UsesOffer|UsesOfferPath) == 0, "rule", i, "its target reads an offer")
	}
	p := r.Propositions()
	if p == None || !c.want(p < c.v.Count(SecPrograms), "rule", i, "no such program") {
		return
	}
	c.want(c.v.Uses(p)&uint32(UsesOffer|UsesOfferPath) == 0, "rule", i, "its propositions read an offer")
}

// applies checks a rule's bitmap: a bit for each offer, and none beyond.
func (c *checker) applies(env *Environment, r *Rule, i uint32) {
	words := liveWords(env)
	if !c.run(Range{r.Applies(), words}, SecBitmaps, "rule", i) || words == 0 {
		return
	}
	if rest := env.Offers().Count % 64; rest != 0 {
		c.want(c.v.Bitmap(r.Applies()+words-1)>>rest == 0, "rule", i, "it applies to an offer that is not there")
	}
}

// offerIndex checks the list of an environment's offers by hash: as long as
// there are offers, and ascending, so that each is there once.
func (c *checker) offerIndex(env *Environment) {
	offers := env.Offers()
	r := Range{env.OfferIndex(), offers.Count}
	if !c.list(r, "offer index", r.Start) {
		return
	}
	for i := r.Start; i < r.End(); i++ {
		offer := c.v.List(i)
		if !c.want(offer >= offers.Start && offer < offers.End(), "offer index", i, "no such offer") {
			return
		}
		c.want(i == r.Start || c.v.Offer(c.v.List(i-1)).Hash() < c.v.Offer(offer).Hash(), "offer index", i, "out of order")
	}
}
