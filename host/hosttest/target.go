package hosttest

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// Target is what Run puts to the test: an [Engine] or an [Edge].
type Target interface{ test(t *testing.T) }

// Run puts a target to the test. Its sub-tests are "corpus" for an engine, "pages"
// for an edge, and "faults" for both; each has one for every case.
func Run(t *testing.T, target Target) {
	t.Helper()
	target.test(t)
}

// NotClaimed says of what a target does not do why, by the name of the sub-test:
// {"faults/loop": "the runtime has no deadlines"}. It is written into the log, so that
// what is not tested is seen. A single case of pages, "pages/method-head",
// is run all the same, and must not be answered as the case says.
type NotClaimed map[string]string

// Setup is what a target is started with.
type Setup struct {
	// Module is the file of the module: of the target's, or in the cases of
	// faults of a build that fails on request.
	Module string
	// Settings is the configuration message of plugin/ABI.md, section 3.
	Settings []byte
	// Snapshot is what is to be decided by; nil: there is none, as where a file is
	// missing.
	Snapshot []byte
	// Origin is the URL of the site's own pages, for an edge.
	Origin string
}

// names are all that can be claimed.
func names() []string {
	all := []string{"corpus", "pages", "faults/ready", "faults/released"}
	for _, f := range faults() {
		all = append(all, "faults/"+f.name)
	}
	return all
}

// claims are what a target claims and what not.
type claims struct {
	not NotClaimed
}

// claimed makes them of what a target says. A name that does not exist is a mistake.
func claimed(t *testing.T, not NotClaimed) *claims {
	t.Helper()
	c := &claims{not: maps.Clone(not)}
	if c.not == nil {
		c.not = NotClaimed{}
	}
	for name, why := range not {
		one := strings.HasPrefix(name, "pages/")
		if !one && !slices.Contains(names(), name) || why == "" {
			t.Errorf("not claimed: %q: %q: no such sub-test, or no reason; there are %q", name, why, names())
		}
	}
	return c
}

// lacks notes what a target cannot have, unless it says so itself.
func (c *claims) lacks(name, why string) {
	if c.not[name] == "" {
		c.not[name] = why
	}
}

// run runs a sub-test of t that is claimed; parent is t's own name in Run.
func (c *claims) run(t *testing.T, parent, name string, test func(t *testing.T)) {
	t.Helper()
	if why := c.not[parent+name]; why != "" {
		t.Logf("not claimed: %s%s: %s", parent, name, why)
		return
	}
	t.Run(name, test)
}
