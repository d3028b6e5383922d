package snapshot

import "math/bits"

func (c *checker) spaces(env *Environment, e uint32) {
	r := env.Spaces()
	for i := r.Start; i < r.End() && c.err == nil; i++ {
		s := c.v.Space(i)
		c.name(s.Name(), "space", i)
		c.name(s.Channel(), "space", i)
		c.want(i == r.Start || c.v.Space(i-1).Name() < s.Name(), "space", i, "out of order")
		c.want(s.Environment() == e, "space", i, "in the wrong environment")
		c.want(s.OnProposed() <= maxStatus && s.OnAccepted() <= maxStatus, "space", i, "unknown status")
		c.linked(env, s, i)
		c.fields(s, i)
		c.template(s.HTML(), &holes{fields: s.Fields(), own: true, click: s.Flags()&SpaceTrack != 0}, "space", i)
		c.template(s.Text(), &holes{fields: s.Fields(), own: true}, "space", i)
		c.template(s.JSON(), &holes{fields: s.Fields(), own: true, json: true}, "space", i)
		c.defaults(env, s, i)
		c.writes(env, s.Writes(), i)
		c.writes(env, s.AcceptanceWrites(), i)
		o := s.FallbackOffer()
		c.want(o == None || o >= env.Offers().Start && o < env.Offers().End(), "space", i, "no such fallback offer")
		c.run(Range{s.Live(), liveWords(env)}, SecBitmaps, "space", i)
	}
}

// maxStatus is the greatest number of a proposition's status.
const maxStatus = 5

// liveWords is the size of a space's bitmap.
func liveWords(env *Environment) uint32 { return env.Offers().Count/64 + (env.Offers().Count%64+63)/64 }

// linked checks the space that one falls back on.
func (c *checker) linked(env *Environment, s *Space, i uint32) {
	v := c.v
	if s.Flags()&SpaceFallback == 0 {
		c.want(s.Linked() == None, "space", i, "a linked space without fallback")
		return
	}
	c.want(env.Kind() == KindIdentified, "space", i, "fallback in an anonymous environment")
	if !c.want(s.Linked() < v.Count(SecSpaces), "space", i, "no such linked space") {
		return
	}
	to := v.Space(s.Linked()).Environment()
	c.want(to < v.Count(SecEnvironments) && v.Environment(to).Kind() == KindAnonymous, "space", i, "the linked space is not anonymous")
}

func (c *checker) fields(s *Space, i uint32) {
	const lastType = 6
	r := s.Fields()
	c.want(r.Count <= MaxFields, "space", i, "too many fields")
	if !c.run(r, SecFields, "space", i) {
		return
	}
	for j := r.Start; j < r.End() && c.err == nil; j++ {
		f := c.v.Field(j)
		c.name(f.Name(), "field", j)
		c.want(f.Type() >= 1 && f.Type() <= lastType, "field", j, "unknown type")
	}
}

// defaults checks the categories and themes that a space asks by itself.
func (c *checker) defaults(env *Environment, s *Space, i uint32) {
	c.sortedNames(s.Themes(), "space", i)
	r, own := s.Categories(), env.Categories()
	if !c.list(r, "space", i) {
		return
	}
	for j := r.Start; j < r.End() && c.err == nil; j++ {
		cat := c.v.List(j)
		c.want(cat >= own.Start && cat < own.End(), "space", i, "no such category")
	}
}

func (c *checker) writes(env *Environment, r Range, i uint32) {
	if !c.run(r, SecWrites, "space", i) {
		return
	}
	for j := r.Start; j < r.End() && c.err == nil; j++ {
		w := c.v.Write(j)
		c.want(w.Attribute() < env.Target().Count, "write", j, "no such attribute")
		c.want(w.Program() != None, "write", j, "no program")
		c.programWithoutOffer(w.Program(), "write", j)
	}
}

// live checks that the bitmaps of an environment's spaces have a bit for each
// content of each live offer, and no other.
func (c *checker) live(env *Environment) {
	v := c.v
	wanted, have := 0, 0
	offers, spaces := env.Offers(), env.Spaces()
	for rank := uint32(0); rank < offers.Count && c.err == nil; rank++ {
		o := v.Offer(offers.Start + rank)
		if o.Flags()&OfferLive == 0 {
			continue
		}
		contents := o.Contents()
		for i := contents.Start; i < contents.End() && c.err == nil; i++ {
			if v.Content(i).Language() != None {
				continue
			}
			word := v.Bitmap(v.Space(v.Content(i).Space()).Live() + rank/64)
			c.want(word>>(rank%64)&1 == 1, "offer", offers.Start+rank, "live, and not in the bitmap")
			wanted++
		}
	}
	for i := spaces.Start; i < spaces.End() && c.err == nil; i++ {
		for w := range liveWords(env) {
			have += bits.OnesCount64(v.Bitmap(v.Space(i).Live() + w))
		}
	}
	c.want(wanted == have, "environment", 0, "a bitmap has an offer that is not live")
}
