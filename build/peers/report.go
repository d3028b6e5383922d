package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

const method = `All offers that a visitor is eligible for, of a catalog whose offers have three conditions each (one of two countries, a bool, a threshold), for %d visitors in turn. Every engine found the same set for each of them, in both ways of asking, before anything was measured. "Prepared" is a question that was made before, in the form that the engine takes, with rules and data resident; its ratio is to the time of Proffer's decision in Wasm without messages. "As used" begins with the visitor's fields in Go and ends with an answer that Go code can walk; its ratio is to the time of Proffer in Wasm, through its messages. µs of processor time for a visitor, garbage collection included: p50 over %d rounds, in each of which all take turns with the same %d visitors; in parentheses p10 to p90. Ratios are medians of those of each round. Allocations are those on the Go side, as used. The lines in italics ask for less, for what a site asks.`

// report prints the tables.
func report(w io.Writer, all []*catalogLines, rounds int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s. %s.\n\n", machine(time.Now()), versions())
	fmt.Fprintf(&b, method+"\n\n", visitors, rounds, window)
	for _, c := range all {
		c.write(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *catalogLines) write(w io.Writer) {
	fmt.Fprintf(w, "**%d offers**, of which a visitor is eligible for %.1f on average, %d at most\n\n", c.offers, c.eligible, c.most)
	fmt.Fprintln(w, "| engine | prepared, µs | ratio | as used, µs | ratio | allocations |")
	fmt.Fprintln(w, "|---|--:|--:|--:|--:|--:|")
	for _, l := range c.lines {
		prepared, asked := c.ratios(&l)
		if l.asked == nil {
			fmt.Fprintf(w, "| %s | %s | %s | | | %.0f |\n", l.name, spread(l.decided, 1e3), spread(prepared, 1), l.allocs)
			continue
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %.0f |\n", l.name,
			spread(l.decided, 1e3), spread(prepared, 1), spread(l.asked, 1e3), spread(asked, 1), l.allocs)
	}
	fmt.Fprintf(w, "\nLeast ratio, prepared and as used: OPA's Wasm target %s, OPA native with a loop %s, with a rule for each offer %s (target ≥ 10); GrowthBook %s (target ≥ 5).\n\n",
		c.least(opaWasmRules, opaWasmData), c.least(opaNativeData), c.least(opaNativeRules), c.least(growthBook))
}

// ratios are an engine's times over Proffer's: prepared over that of the
// decision without messages, as used over that of the module.
func (c *catalogLines) ratios(l *line) (prepared, asked sample) {
	prepared = l.decided.over(c.find(profferCore).decided)
	if l.asked != nil {
		asked = l.asked.over(c.find(profferWasm).asked)
	}
	return prepared, asked
}

// least are the least median ratios of some engines.
func (c *catalogLines) least(names ...string) string {
	prepared, asked := math.Inf(1), math.Inf(1)
	for _, name := range names {
		p, a := c.ratios(c.find(name))
		prepared, asked = min(prepared, p.at(0.5)), min(asked, a.at(0.5))
	}
	return digits(prepared) + " and " + digits(asked)
}

func (c *catalogLines) find(name string) *line {
	for i := range c.lines {
		if c.lines[i].name == name {
			return &c.lines[i]
		}
	}
	panic("no line of " + name)
}

// spread is a sample in a unit, with three digits.
func spread(s sample, unit float64) string {
	return fmt.Sprintf("%s (%s–%s)", digits(s.at(0.5)/unit), digits(s.at(0.1)/unit), digits(s.at(0.9)/unit))
}

func digits(f float64) string {
	switch {
	case f >= 100:
		return fmt.Sprintf("%.0f", f)
	case f >= 10:
		return fmt.Sprintf("%.1f", f)
	default:
		return fmt.Sprintf("%.2f", f)
	}
}

// compared are the modules that the table names, of those that are linked.
var compared = []string{"open-policy-agent/opa", "growthbook/growthbook-golang", "cel.dev/cel-go", "tetratelabs/wazero"}

// versions are those of the engines.
func versions() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "versions unknown"
	}
	var list []string
	for _, m := range info.Deps {
		for _, name := range compared {
			if strings.HasSuffix(m.Path, name) {
				list = append(list, name[strings.LastIndexByte(name, '/')+1:]+" "+m.Version)
			}
		}
	}
	return strings.Join(list, ", ")
}

// machine describes where and when the table was made, and what else went on.
func machine(now time.Time) string {
	return fmt.Sprintf("%s, %d cores, load %s, %s %s/%s, wazero's compiler, %s",
		field("/proc/cpuinfo", "model name"), runtime.NumCPU(), load(), runtime.Version(), runtime.GOOS, runtime.GOARCH, now.Format(time.DateOnly))
}

// field is a line of a file of the system, "name : value".
func field(file, name string) string {
	b, _ := os.ReadFile(file)
	for l := range strings.Lines(string(b)) {
		if key, value, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "processor unknown"
}

// load is the system's average of the last minute.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(b), " ")
	return first
}
