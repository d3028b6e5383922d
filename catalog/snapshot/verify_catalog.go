package snapshot

import (
	"bytes"
	"math/bits"
)

// maxPurpose is the greatest purpose of the TCF.
const maxPurpose = 24

// consent checks a record that the catalog or a site owns, and has what its
// source needs and no more.
func (c *checker) consent(index uint32, record string, i uint32) {
	if index == None || !c.run(Range{index, 1}, SecConsents, record, i) {
		return
	}
	at := c.v.Consent(index)
	named := at.Source() == ConsentCookie || at.Source() == ConsentHeader
	c.want(at.Source() >= ConsentAssumed && at.Source() <= ConsentTCF, "consent", index, "unknown source")
	c.want(at.Flags()&^ConsentIgnoreGPC == 0, "consent", index, "unknown option")
	c.want((at.Name() != None) == (at.Source() != ConsentAssumed), "consent", index, "a name in the wrong source")
	c.want((at.Value() != None) == named, "consent", index, "a value in the wrong source")
	c.want((at.Purposes() != 0) == (at.Source() == ConsentTCF) && bits.Len32(at.Purposes()) <= maxPurpose, "consent", index, "purposes in the wrong source")
	c.nameOrNone(at.Name(), "consent", index)
	c.nameOrNone(at.Value(), "consent", index)
}

// folders checks that environments share a visitor folder only where all of
// them say so.
func (c *checker) folders() {
	v := c.v
	n := v.Count(SecEnvironments)
	for i := uint32(0); i < n && c.err == nil; i++ {
		e := v.Environment(i)
		for j := i + 1; j < n && e.Kind() == KindAnonymous && c.err == nil; j++ {
			other := v.Environment(j)
			if other.Folder() != e.Folder() {
				continue
			}
			c.want(e.Flags()&other.Flags()&EnvironmentSharesFolder != 0, "environment", j, "shares a folder without saying so")
			break // the rest is compared with the other one
		}
	}
}

// jsonSlots checks the places in JSON answers, which follow each other by page
// as pages do, then by path.
func (c *checker) jsonSlots() {
	v := c.v
	c.want(v.Count(SecJSONSlots) <= MaxJSONSlots, "json slots", 0, "too many")
	for i := uint32(0); i < v.Count(SecJSONSlots) && c.err == nil; i++ {
		s := v.JSONSlot(i)
		c.name(s.Path(), "json slot", i)
		c.name(s.Space(), "json slot", i)
		c.want(s.N() >= 1 && s.N() <= MaxOrdinal, "json slot", i, "ordinal out of range")
		if !c.name(s.Page(), "json slot", i) {
			return
		}
		page := v.Name(s.Page())
		prefix := bytes.IndexByte(page, '*')
		if prefix < 0 {
			prefix = len(page)
		}
		c.want(int64(s.Prefix()) == int64(prefix), "json slot", i, "wrong prefix")
		c.want(i == 0 || v.jsonSlotBefore(v.JSONSlot(i-1), s), "json slot", i, "out of order")
	}
}

// jsonSlotBefore reports whether a stands before b.
func (v *View) jsonSlotBefore(a, b *JSONSlot) bool {
	exact := func(s *JSONSlot) bool { return int(s.Prefix()) == len(v.Name(s.Page())) }
	switch {
	case a.Page() == b.Page():
		return a.Path() < b.Path()
	case exact(a) != exact(b):
		return exact(a)
	case !exact(a) && a.Prefix() != b.Prefix():
		return a.Prefix() > b.Prefix()
	}
	return a.Page() < b.Page()
}
