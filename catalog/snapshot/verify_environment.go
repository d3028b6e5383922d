package snapshot

import "bytes"

// environments checks the records and the runs that they own, so that later
// checks may follow them.
func (c *checker) environments() {
	v := c.v
	n := v.Count(SecEnvironments)
	c.want(n <= MaxEnvironments, "environments", n, "too many")
	for i := uint32(0); i < n && c.err == nil; i++ {
		e := v.Environment(i)
		c.environment(e, i)
		c.want(i == 0 || v.Environment(i-1).Name() < e.Name(), "environment", i, "out of order")
		c.run(e.Spaces(), SecSpaces, "environment", i)
		c.run(e.Categories(), SecCategories, "environment", i)
		c.run(e.Offers(), SecOffers, "environment", i)
		c.run(e.Pages(), SecPages, "environment", i)
		c.run(e.Rules(), SecRules, "environment", i)
		c.want(e.ExactPages() <= e.Pages().Count, "environment", i, "more exact pages than pages")
		for _, r := range [3]Range{e.Target(), e.Attributes(), e.OfferAttributes()} {
			c.want(r.Count <= MaxAttributes, "environment", i, "too many attributes")
			if c.run(r, SecAttributes, "environment", i) {
				c.attributes(r)
			}
		}
	}
}

func (c *checker) environment(e *Environment, i uint32) {
	anonymous := e.Kind() == KindAnonymous
	c.name(e.Name(), "environment", i)
	c.nameOrNone(e.Folder(), "environment", i)
	c.nameOrNone(e.People(), "environment", i)
	c.programWithoutOffer(e.Filter(), "environment", i)
	c.want(anonymous || e.Kind() == KindIdentified, "environment", i, "unknown kind")
	c.want(anonymous == (e.Folder() != None), "environment", i, "a visitor folder in the wrong kind")
	c.want(!anonymous || e.People() == None, "environment", i, "a people source in the wrong kind")
	c.want(e.Ties() <= TiesDay && e.History() <= HistoryStore && e.Flags()&^environmentFlags == 0, "environment", i, "unknown option")
	c.want(anonymous || e.Flags()&EnvironmentSharesFolder == 0, "environment", i, "a shared folder in the wrong kind")
	c.want(!anonymous || e.Flags()&EnvironmentMergesHistory == 0, "environment", i, "a merged history in the wrong kind")
	if c.err != nil {
		return
	}
	section := e.Name()
	if anonymous {
		section = e.Folder()
	}
	c.want(e.Section() == Hash32(c.v.Name(section)), "environment", i, "wrong hash")
}

// attributes checks one group: it is searched by name.
func (c *checker) attributes(r Range) {
	const lastType = 7
	for i := r.Start; i < r.End() && c.err == nil; i++ {
		a := c.v.Attribute(i)
		c.want(a.Type() >= 1 && a.Type() <= lastType, "attribute", i, "unknown type")
		c.value(a.Default(), "attribute", i)
		if c.name(a.Name(), "attribute", i) {
			c.want(a.Hash() == Hash32(c.v.Name(a.Name())), "attribute", i, "wrong hash")
			c.want(i == r.Start || c.v.Attribute(i-1).Name() < a.Name(), "attribute", i, "out of order")
		}
	}
}

// pages checks an environment's pages, which follow each other as they are
// tried: exact paths by name, then patterns, longest literal prefix first.
func (c *checker) pages(env *Environment) {
	v := c.v
	r := env.Pages()
	for i := r.Start; i < r.End() && c.err == nil; i++ {
		p := v.Page(i)
		if !c.name(p.Match(), "page", i) {
			return
		}
		exact := i < r.Start+env.ExactPages()
		match := v.Name(p.Match())
		prefix := bytes.IndexByte(match, '*')
		if prefix < 0 {
			prefix = len(match)
		}
		c.want(int64(p.Prefix()) == int64(prefix), "page", i, "wrong prefix")
		c.want(exact == (prefix == len(match)), "page", i, "out of order")
		if i > r.Start && i != r.Start+env.ExactPages() {
			before := v.Page(i - 1)
			inOrder := before.Match() < p.Match()
			if !exact && before.Prefix() != p.Prefix() {
				inOrder = before.Prefix() > p.Prefix()
			}
			c.want(inOrder, "page", i, "out of order")
		}
		c.pageSlots(env, p, i)
	}
}

func (c *checker) pageSlots(env *Environment, p *Page, i uint32) {
	r := p.Slots()
	c.want(r.Count <= MaxPageSlots, "page", i, "too many slots")
	if !c.run(r, SecPageSlots, "page", i) {
		return
	}
	spaces := env.Spaces()
	for j := r.Start; j < r.End() && c.err == nil; j++ {
		s := c.v.PageSlot(j)
		c.want(s.Space() >= spaces.Start && s.Space() < spaces.End(), "page slot", j, "no such space")
		c.want(s.N() >= 1 && s.N() <= MaxOrdinal, "page slot", j, "ordinal out of range")
	}
}
