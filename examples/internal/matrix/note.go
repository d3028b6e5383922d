package matrix

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// legend says what the columns of figures mean.
const legend = "**Variants**: *module* is `proffer.wasm`, *command*, *http-wasm* and *proxy-wasm* are `proffer-command.wasm` and so on, *image* is the module started, with its catalog " +
	"([plugin/ABI.md](../plugin/ABI.md)); *side-car*, *fragments* and *decide API* are `proffer serve`, beside the edge or behind it. " +
	"`make test` needs Go alone, `make edges` installs what else its tests drive.\n\n" +
	"**MiB** is the linear memory of one instance of the module; the process around it has more. " +
	"**ms** is what a page takes longer with Proffer than the same page by the same program without it, or what one call takes where an edge has no HTTP. " +
	"The page has 20 KB and two slots, the catalog 100 offers, and the visitor is a stranger, who gets a cookie. " +
	"It is the median of requests one after the other, by one connection, in turns with those without Proffer; `make matrix` measures it anew."

// machines says what the figures were measured on.
func (t *table) machines() string {
	var all []string
	for _, f := range t.measured {
		all = append(all, f.Machine)
	}
	slices.Sort(all)
	return "Measured on " + strings.Join(slices.Compact(all), "; and on ") + "."
}

// note writes what does not fit into the row.
func (t *table) note(e *Edge) {
	line := func(format string, args ...any) { fmt.Fprintf(&t.text, "- "+format+"\n", args...) }
	fmt.Fprintf(&t.text, "\n### %s\n\n", e.Title)
	for i, c := range e.Works {
		if c.Not != "" {
			line("No %s: %s.", nouns[i], c.Not)
		}
	}
	if e.More != "" {
		line("%s", e.More)
	}
	if e.Memory.Of != "" {
		line("The memory is that of the same instances in the row %q, for this edge's benchmark cannot see them.", t.title(e.Memory.Of))
	}
	if e.Memory.Why != "" {
		line("No memory: %s.", e.Memory.Why)
	}
	line("%s", spread(t.figures(e)))
	tests := map[string][]string{} // by what runs them
	for _, test := range e.tests() {
		p := t.find(test)
		tests[p.Target] = append(tests[p.Target], fmt.Sprintf("[`%s`](%s)", name(test), p.File))
	}
	for _, target := range slices.Sorted(maps.Keys(tests)) {
		line("Tests of `make %s`: %s.", target, strings.Join(tests[target], ", "))
	}
}

// title is that of an edge.
func (t *table) title(name string) string {
	i := slices.IndexFunc(t.edges, func(e Edge) bool { return e.Name == name })
	if i < 0 {
		t.fail(fmt.Errorf("no edge is called %q", name))
		return ""
	}
	return t.edges[i].Title
}

// spread says how far apart times were, and of what.
func spread(f Figures) string {
	middle := fmt.Sprintf("The middle half of %s took %s to %s ms", thousands(f.Samples), millis(f.Low), millis(f.High))
	if f.Without > 0 {
		middle += fmt.Sprintf(" longer than the %s ms without Proffer", millis(f.Without))
	}
	return fmt.Sprintf("%s (%s, %s).", middle, f.Engine, f.Date)
}

// thousands writes a number as people do.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

// tests are all that prove something about an edge, each once.
func (e *Edge) tests() []Test {
	var out []Test
	for _, c := range e.Works {
		for _, test := range c.Tests {
			if !slices.Contains(out, test) {
				out = append(out, test)
			}
		}
	}
	return out
}
