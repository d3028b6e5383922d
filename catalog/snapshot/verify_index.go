package snapshot

// indexes checks the form of the section of indexes: a table with an entry for
// each environment, and the blocks behind it in that order.
func (c *checker) indexes() {
	words, next := c.v.Count(SecIndex), c.v.Count(SecEnvironments)
	if words == 0 || !c.want(words >= next, "index", 0, "too short") {
		return
	}
	for e := uint32(0); e < c.v.Count(SecEnvironments) && c.err == nil; e++ {
		entry := c.v.sections[SecIndex][e*indexEntrySize:]
		if !c.want(u32(entry) == next && u32(entry[4:]) <= words-next, "index", e, "a block is not where it should be") {
			return
		}
		next += u32(entry[4:])
		offers := c.v.Environment(e).Offers()
		x, ok := IndexOf(c.v.indexBlock(e), offers.Count)
		if !c.want(ok && x.wellFormed() && x.tails(offers.Count%64), "index", e, "malformed") {
			return
		}
	}
	c.want(next == words, "index", 0, "an entry belongs to nothing")
}

// wellFormed reports whether columns are about what is the same for all offers
// and groups of a call, and there are as many bitmaps as they name.
func (x *Index) wellFormed() bool {
	named := Exact
	for i := range x.count {
		c := &x.columns[i]
		ref := [2]byte{byte(c.Ref), byte(c.Ref >> 8)}
		time := c.Kind == ColumnTime
		if (c.Ref == RefTime) != time || !time && usesOf(ref[:])&(UsesSpace|UsesOffer|UsesOfferPath|UsesProposition) != 0 ||
			i > 0 && x.columns[i-1].Ref > c.Ref || c.Kind != ColumnString && c.Kind != ColumnHas && !c.ordered() {
			return false
		}
		for class := range c.Classes() {
			if b := c.Bitmap(class); b != AllOffers {
				named = max(named, b)
			}
		}
	}
	return x.size*(named+1) == len(x.bitmaps)
}

// tails reports whether the last words of bitmaps have no bits but so many, 0
// standing for all.
func (x *Index) tails(bits uint32) bool {
	for at := x.size; x.size > 0 && bits > 0 && at <= len(x.bitmaps); at += x.size {
		if u64(x.bitmaps[at-8:])>>bits != 0 {
			return false
		}
	}
	return true
}

// VerifyIndex checks what Verify leaves out, in a View that it accepted: that each
// bit of an index is what the filters and dates of its offer say. A snapshot
// with other bits is as safe as any; it only contradicts itself. So the module
// goes without this code, see RATIONALE.md, and tests and tools ask.
func (v *View) VerifyIndex() error {
	c := checker{v: v}
	for e := uint32(0); e < v.Count(SecEnvironments) && c.err == nil; e++ {
		x := v.Index(e)
		offers := v.Environment(e).Offers()
		for rank := uint32(0); rank < offers.Count && x.size > 0 && c.err == nil; rank++ {
			c.indexed(&x, offers.Start+rank, rank)
		}
	}
	return c.err
}

// indexed works the bits of one offer out once more.
func (c *checker) indexed(x *Index, offer, rank uint32) {
	o := c.v.Offer(offer)
	sets := x.All()
	x.Period(o.From(), o.To(), &sets)
	exact := c.judge(x, o.Filter(), &sets)
	cat := c.v.Category(o.Category())
	exact = exact && cat.Flags()&CategoryOfferFilter == 0
	for c.judge(x, cat.Filter(), &sets); cat.Parent() != None; c.judge(x, cat.Filter(), &sets) {
		cat = c.v.Category(cat.Parent())
	}
	c.want(x.has(Exact, rank) == exact, "offer", offer, "wrong bit for filters that the index is exact for")
	for i := range x.count {
		col := &x.columns[i]
		for class := range col.Classes() {
			c.want(x.has(col.Bitmap(class), rank) == (sets[i]>>class&1 != 0), "offer", offer, "wrong bit in the index")
		}
	}
}

func (c *checker) judge(x *Index, program uint32, sets *Sets) bool {
	return program == None || x.Judge(c.v.Program(program), sets)
}

// has reports whether the bit of a rank is set.
func (x *Index) has(bitmap int, rank uint32) bool {
	return bitmap == AllOffers || x.Bitmap(bitmap)[rank/8]>>(rank%8)&1 != 0
}
