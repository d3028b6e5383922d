package snapshot

func (c *checker) experiments() {
	n := c.v.Count(SecExperiments)
	c.want(n <= MaxExperiments, "experiments", n, "too many")
	for i := uint32(0); i < n && c.err == nil; i++ {
		e := c.v.Experiment(i)
		c.name(e.Name(), "experiment", i)
		c.want(i == 0 || c.v.Experiment(i-1).Name() < e.Name(), "experiment", i, "out of order")
		c.want(e.Version() >= 1 && e.Version() <= MaxVersion, "experiment", i, "version out of range")
		c.want(e.Arms().Count >= 1 && e.Arms().Count <= MaxArms, "experiment", i, "no arms, or too many")
		if c.run(e.Arms(), SecArms, "experiment", i) {
			c.arms(e.Arms(), i)
		}
	}
}

// arms checks the arms of an experiment: some id has to have one.
func (c *checker) arms(r Range, experiment uint32) {
	total := uint32(0)
	for i := r.Start; i < r.End() && c.err == nil; i++ {
		a := c.v.Arm(i)
		c.name(a.Name(), "arm", i)
		c.want(i == r.Start || c.v.Arm(i-1).Name() < a.Name(), "arm", i, "out of order")
		c.want(a.Weight() <= MaxShare, "arm", i, "share out of range")
		total += a.Weight()
	}
	c.want(total > 0, "experiment", experiment, "no arm has a share")
}

func (c *checker) holdout() {
	h := c.v.Holdout()
	if h == nil {
		return
	}
	c.want(c.v.Count(SecHoldout) == 1, "holdout", 1, "there are several")
	c.name(h.Name(), "holdout", 0)
	c.want(h.Version() >= 1 && h.Version() <= MaxVersion, "holdout", 0, "version out of range")
	c.want(h.Percent() > 0 && h.Percent() <= 100, "holdout", 0, "percentage out of range")
}

func (c *checker) retention() {
	c.want(c.v.Count(SecRetention) <= 1, "retention", 1, "there are several")
	visitors, propositions := c.v.Retention()
	c.want(visitors > 0 && visitors <= MaxPeriod && propositions > 0 && propositions <= MaxPeriod, "retention", 0, "out of range")
}
