package snapshot

import "bytes"

// zones checks the zones of expressions, which are in order of their names and
// have one transition at least at the start and the end of what they know.
func (c *checker) zones() {
	v := c.v
	for i := uint32(0); i < v.Count(SecZones) && c.err == nil; i++ {
		z := v.Zone(i)
		r := z.Transitions()
		c.bytesOf(z.Name(), SecText, "zone", i)
		if !c.want(z.Name().Start != None, "zone", i, "without a name") || !c.run(r, SecZoneTransitions, "zone", i) {
			return
		}
		c.want(i == 0 || bytes.Compare(v.Text(v.Zone(i-1).Name()), v.Text(z.Name())) < 0, "zone", i, "out of order")
		c.want(r.Count >= 2, "zone", i, "without a beginning and an end")
		for at := r.Start; at < r.End() && c.err == nil; at++ {
			t := v.ZoneTransition(at)
			c.offset(t, at)
			c.want(at == r.Start || v.ZoneTransition(at-1).At() < t.At(), "zone transition", at, "out of order")
		}
	}
}

func (c *checker) offset(t *Transition, i uint32) {
	seconds := i64(t[8:])
	c.want(seconds >= -maxOffset && seconds <= maxOffset, "transition", i, "offset out of range")
}
