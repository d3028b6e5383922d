package expr_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/profferhq/proffer/catalog/rule"
)

// What is here writes the rarer forms of expressions for the comparison with
// cel-go: times, macros, maps, indexes, conversions.

func init() {
	literals[rule.Instant] = []string{
		`timestamp("2026-11-27T12:30:15.25Z")`, `timestamp("1970-01-01T00:00:00Z")`, `timestamp("0001-01-01T00:00:00Z")`,
		`timestamp("9999-12-31T23:59:59.999999Z")`, `timestamp("2024-02-29T23:59:59.999Z")`, `timestamp("1969-12-31T23:59:59.5Z")`,
	}
	literals[rule.Span] = []string{
		`duration("0s")`, `duration("36h")`, `duration("-1.5s")`, `duration("90m")`, `duration("1us")`, `duration("-1us")`,
		`duration("2562047h47m16s")`, `duration("-2562047h47m16s")`,
	}
	pool[rule.Instant] = nil
	for _, ms := range []int64{0, -1, 999, 1796000000123, -62135596800000, 253402300799999, 1729994400000, 1729998000000, 951782400000} {
		pool[rule.Instant] = append(pool[rule.Instant], time.UnixMilli(ms).UTC())
	}
	pool[rule.String] = append(pool[rule.String], "12", "-7", "+3", "9223372036854775808", "18446744073709551615", "-", "1.5")
	literals[rule.String] = append(literals[rule.String], `"12"`, `"-9223372036854775808"`)
}

// asked are the calls of has(), for which cel-go gets variables: with names that
// have a dot it cannot say it. It can of what is in request.query.
var asked = regexp.MustCompile(`has\((\w+\.\w+)\)`)

// clocks are the zones of the Go library.
type clocks struct{}

func (clocks) LocalOffset(name []byte, second int64) (int64, bool) {
	zone, err := time.LoadLocation(string(name))
	if err != nil {
		return 0, false
	}
	_, offset := time.Unix(second, 0).In(zone).Zone()
	return int64(offset), true
}

// element is a variable of a macro.
type element struct {
	name string
	typ  rule.Type
}

func (g *source) elementsOf(t rule.Type) (names []string) {
	for _, e := range g.elements {
		if e.typ == t {
			names = append(names, e.name)
		}
	}
	return names
}

// over writes the list of a macro and lets a body be written about its elements,
// which get a name that may hide another.
func (g *source) over(t rule.Type, macro string, body func() string) string {
	list := g.filled(t)
	name := []string{"x", "y", "z"}[g.pick(3)]
	kept := g.elements
	g.elements = nil
	for _, e := range kept {
		if e.name != name {
			g.elements = append(g.elements, e)
		}
	}
	g.elements = append(g.elements, element{name, elementTypes[t]})
	g.macros++
	defer func() { g.elements, g.macros = kept, g.macros-1 }()
	return list + "." + macro + "(" + name + ", " + body() + ")"
}

// filled writes a list with an element at least in each literal.
func (g *source) filled(t rule.Type) string {
	was := g.full
	g.full = true
	defer func() { g.full = was }()
	return g.of(t)
}

// looped are the lists that macros go through.
var looped = []rule.Type{rule.StringList, rule.IntList, rule.DoubleList, rule.BoolList}

func (g *source) anyLooped() rule.Type { return looped[g.pick(len(looped))] }

func (g *source) truthOf() string { return g.of(rule.Bool) }

// rareTruth writes a bool.
func (g *source) rareTruth() string {
	switch g.pick(7) {
	case 0:
		t := scalars[g.pick(len(scalars))]
		for len(variables[t]) == 0 {
			t = scalars[g.pick(len(scalars))]
		}
		name := variables[t][g.pick(len(variables[t]))]
		for _, p := range sent {
			if p.name == name && (strings.HasSuffix(name, "]") || g.pick(2) == 0) {
				return "(" + strconv.Quote(p.key) + " in " + p.table + ")"
			}
		}
		return "has(" + name + ")"
	case 1:
		t := []rule.Type{rule.Instant, rule.Span}[g.pick(2)]
		return "(" + g.of(t) + " " + relations[g.pick(len(relations))] + " " + g.of(t) + ")"
	case 2:
		return g.lookup(rule.Bool)
	case 3:
		return "(" + g.of(rule.String) + " in " + g.mapOf(rule.String, rule.Int) + ")"
	}
	if g.macros >= 3 {
		return g.of(rule.Bool)
	}
	return g.over(g.anyLooped(), []string{"all", "exists", "exists_one"}[g.pick(3)], g.truthOf)
}

// gathered writes a list that a macro makes.
func (g *source) gathered(t rule.Type) string {
	item, one := elementTypes[t]
	if !one || t == rule.UintList || g.macros >= 3 {
		return g.leaf(t)
	}
	switch g.pick(3) {
	case 0:
		return g.over(t, "filter", g.truthOf)
	case 1:
		return g.over(g.anyLooped(), "map", func() string { return g.of(rule.Bool) + ", " + g.of(item) })
	}
	return g.over(g.anyLooped(), "map", func() string { return g.of(item) })
}

// mapOf writes a map of constants.
func (g *source) mapOf(key, value rule.Type) string {
	var entries []string
	seen := map[string]bool{}
	for n := g.pick(4); n >= 0; n-- {
		k := literals[key][g.pick(len(literals[key]))]
		if k == "0x10" || seen[k] {
			continue
		}
		seen[k] = true
		entries = append(entries, k+": "+literals[value][g.pick(len(literals[value]))])
	}
	return "{" + strings.Join(entries, ", ") + "}"
}

func (g *source) lookup(t rule.Type) string {
	if t == rule.Uint {
		return g.leaf(t)
	}
	key := []rule.Type{rule.String, rule.Int, rule.Bool}[g.pick(3)]
	m := g.mapOf(key, t)
	if m == "{}" {
		return g.leaf(t)
	}
	return m + "[" + g.of(key) + "]"
}

// indexed are the lists of each type of element.
var indexed = map[rule.Type]rule.Type{rule.String: rule.StringList, rule.Int: rule.IntList, rule.Double: rule.DoubleList}

// rareValue writes a number or a text.
func (g *source) rareValue(t rule.Type) string {
	if list := indexed[t]; list != 0 && g.pick(4) == 0 {
		return g.filled(list) + "[" + g.of(rule.Int) + "]"
	}
	if g.pick(3) == 0 {
		return g.lookup(t)
	}
	from := map[rule.Type][]rule.Type{
		rule.Int:    {rule.Int, rule.Uint, rule.Double, rule.String, rule.Instant, rule.Span},
		rule.Uint:   {rule.Int, rule.Uint, rule.Double, rule.String},
		rule.Double: {rule.Int, rule.Uint, rule.Double},
		rule.String: {rule.Bool, rule.Int, rule.Uint, rule.Double, rule.String},
	}[t]
	if t == rule.Int && g.pick(2) == 0 {
		return g.partOf()
	}
	return t.String() + "(" + g.of(from[g.pick(len(from))]) + ")"
}

func (g *source) partOf() string {
	units := []string{"getHours", "getMinutes", "getSeconds", "getMilliseconds"}
	if g.pick(4) == 0 {
		return g.of(rule.Span) + "." + units[g.pick(4)] + "()"
	}
	all := append([]string{"getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"}, units...)
	zone := []string{"", `"Europe/Paris"`, `"UTC"`, `"-08:00"`, `"5:45"`, `"America/St_Johns"`}[g.pick(6)]
	return g.of(rule.Instant) + "." + all[g.pick(len(all))] + "(" + zone + ")"
}

// time writes a timestamp or a duration.
func (g *source) time(t rule.Type) string {
	plus := []string{"+", "-"}[g.pick(2)]
	switch {
	case g.pick(4) == 0:
		return g.choose(t)
	case t == rule.Instant && g.pick(4) == 0:
		return "timestamp(" + g.of(rule.Int) + ")"
	case t == rule.Instant && plus == "+" && g.pick(2) == 0:
		return fmt.Sprintf("(%s + %s)", g.of(rule.Span), g.of(t))
	case t == rule.Instant:
		return fmt.Sprintf("(%s %s %s)", g.of(t), plus, g.of(rule.Span))
	case g.pick(2) == 0:
		return fmt.Sprintf("(%s - %s)", g.of(rule.Instant), g.of(rule.Instant))
	}
	return fmt.Sprintf("(%s %s %s)", g.of(t), plus, g.of(t))
}
