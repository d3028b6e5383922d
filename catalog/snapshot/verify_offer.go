package snapshot

import "math"

// offers checks an environment's offers, which lie in rank order.
func (c *checker) offers(env *Environment) {
	r := env.Offers()
	for i := r.Start; i < r.End() && c.err == nil; i++ {
		o := c.v.Offer(i)
		c.offer(env, o, i)
		if i > r.Start {
			before := c.v.Offer(i - 1)
			c.want(before.Bound() > o.Bound() || before.Bound() == o.Bound() && before.Code() < o.Code(), "offer", i, "out of order")
		}
	}
}

func (c *checker) offer(env *Environment, o *Offer, i uint32) {
	c.program(o.Filter(), "offer", i)
	c.want(o.Bound() >= 0, "offer", i, "bound out of range")
	cats := env.Categories()
	c.want(o.Category() >= cats.Start && o.Category() < cats.End(), "offer", i, "no such category")
	c.bytesOf(o.Label(), SecText, "offer", i)
	if c.name(o.Code(), "offer", i) {
		code := c.v.Name(o.Code())
		c.want(o.Tie() == Hash64(code) && o.Hash() == Hash32(code), "offer", i, "wrong hash")
	}
	attributes := Range{o.Attributes(), env.OfferAttributes().Count}
	if c.run(attributes, SecOfferAttributes, "offer", i) {
		for j := range attributes.Count {
			at := int(attributes.Start+j) * spanSize
			c.value(span(c.v.sections[SecOfferAttributes][at:]), "offer", i)
		}
	}
	c.weights(env, o, i)
	c.contents(env, o, i)
}

func (c *checker) weights(env *Environment, o *Offer, i uint32) {
	r, spaces := o.Weights(), env.Spaces()
	if !c.run(r, SecWeights, "offer", i) {
		return
	}
	for j := r.Start; j < r.End() && c.err == nil; j++ {
		w := c.v.Weight(j)
		c.program(w.Program(), "weight", j)
		c.program(w.Filter(), "weight", j)
		c.want(!math.IsNaN(w.Value()), "weight", j, "not a number")
		c.want(w.Space() == None || w.Space() >= spaces.Start && w.Space() < spaces.End(), "weight", j, "no such space")
	}
}

// contents checks what an offer shows: on each space the default first and once
// in each other language, and as many fields as the space has.
func (c *checker) contents(env *Environment, o *Offer, i uint32) {
	r, spaces := o.Contents(), env.Spaces()
	if !c.run(r, SecContents, "offer", i) {
		return
	}
	for j := r.Start; j < r.End() && c.err == nil; j++ {
		at := c.v.Content(j)
		if !c.want(at.Space() >= spaces.Start && at.Space() < spaces.End(), "content", j, "no such space") {
			return
		}
		c.language(r, at, j)
		c.want(at.Fields().Count == c.v.Space(at.Space()).Fields().Count, "content", j, "wrong number of fields")
		if c.run(at.Fields(), SecContentFields, "content", j) {
			c.contentFields(at.Fields())
		}
	}
}

// language checks the tag of a content and its place among those of its offer.
func (c *checker) language(r Range, at *Content, j uint32) {
	first := j == r.Start || c.v.Content(j-1).Space() < at.Space()
	c.want(first == (at.Language() == None), "content", j, "out of order")
	if first {
		return
	}
	before := c.v.Content(j - 1)
	c.want(before.Space() == at.Space() && (before.Language() == None || before.Language() < at.Language()), "content", j, "out of order")
	if c.name(at.Language(), "content", j) {
		for _, b := range c.v.Name(at.Language()) {
			c.want(lower(b) == b, "content", j, "a language in capitals")
		}
	}
}

func (c *checker) contentFields(r Range) {
	for i := r.Start; i < r.End() && c.err == nil; i++ {
		f := c.v.ContentField(i)
		c.want((f.Raw().Start == None) == (f.HTML().Start == None), "content field", i, "only one form")
		c.template(f.Raw(), &holes{}, "content field", i)
		c.template(f.HTML(), &holes{}, "content field", i)
	}
}
