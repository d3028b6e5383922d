package rule

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// Conflict are parts of filters that are never true together.
type Conflict struct {
	Name string // what they are about
	// At is the part that cannot be true beside Other, which is of the same or
	// of an earlier filter. Group and OtherGroup number the filters.
	Group, OtherGroup int
	At, Other         Place
	// Several says that it takes more than the two.
	Several bool
	// Alone says that the part is never true by itself, so that there is no
	// other one; Domain that it is so because of the values that the name can
	// have here.
	Alone, Domain bool
	Values        []string // of the domain
	Words         []string // that the part compares with
}

// Domains are names of which it is known what values they can have.
type Domains map[string][]string

// maxTests bounds the parts that are compared with each other; the work grows
// with their cube. What people write has fewer than ten.
const maxTests = 64

// Conflict finds parts of filters, all of which have to be true, that are not
// true together whatever the names stand for. It does not find all, but what
// it finds is so: a part of which it is not known what it demands is left out.
// Only conflicts with a part of the last filter are looked for.
func (e *Env) Conflict(domains Domains, filters ...*Facts) (Conflict, bool) {
	last := len(filters) - 1
	if filters[last] == nil || len(filters[last].tests) > maxTests || len(e.issues) > 0 { // broken predefined filters stand for nothing
		return Conflict{}, false
	}
	for i := range filters[last].tests {
		v := filters[last].tests[i].variable
		if slices.ContainsFunc(filters[last].tests[:i], func(t test) bool { return t.variable == v }) {
			continue // was looked at
		}
		if c, ok := e.conflict(v, domains[e.known(v.ref).full], filters); ok {
			return c, true
		}
	}
	return Conflict{}, false
}

// placed is a test and the filter that it is of.
type placed struct {
	*test
	group int
}

func (e *Env) conflict(v variable, domain []string, filters []*Facts) (Conflict, bool) {
	var all []placed
	for group, f := range filters {
		if f == nil {
			continue
		}
		for i := range f.tests {
			if f.tests[i].variable == v {
				all = append(all, placed{&f.tests[i], group})
			}
		}
	}
	if v.has {
		domain = nil
	}
	if len(all) > maxTests || satisfiable(domain, all...) {
		return Conflict{}, false
	}
	c := Conflict{Name: e.known(v.ref).full, Values: domain}
	last := len(all) - 1
	own := slices.IndexFunc(all, func(p placed) bool { return p.group == len(filters)-1 })
	for i := own; i <= last; i++ {
		if c.Group, c.At, c.Alone = all[i].group, all[i].Place, true; !satisfiable(nil, all[i]) {
			return c, true
		}
		if c.Domain = true; !satisfiable(domain, all[i]) {
			c.Words = all[i].words()
			return c, true
		}
		c.Domain = false
	}
	c.Alone = false
	for i := own; i <= last; i++ {
		for j := range i {
			c.Group, c.At, c.OtherGroup, c.Other = all[i].group, all[i].Place, all[j].group, all[j].Place
			if !satisfiable(domain, all[i], all[j]) {
				return c, true
			}
		}
	}
	c.Several, c.OtherGroup, c.Other = true, all[0].group, all[0].Place
	return c, true
}

// words are the texts that a test names.
func (t *test) words() (out []string) {
	for _, v := range t.values {
		out = append(out, v.text)
	}
	for i := range t.any {
		out = append(out, t.any[i].words()...)
	}
	return out
}

// satisfiable reports whether some value passes all tests, which are about one
// variable.
func satisfiable(domain []string, tests ...placed) bool {
	s := space{typ: tests[0].typ}
	for i := range tests {
		s.add(tests[i].test)
	}
	for _, word := range domain {
		s.cuts = append(s.cuts, scalar{text: word})
	}
	s.sort()
	for region := range 2*len(s.cuts) + 2 {
		if s.empty(region) || domain != nil && !s.within(region, domain) {
			continue
		}
		if !slices.ContainsFunc(tests, func(p placed) bool { return !s.holds(p.test, region) }) {
			return true
		}
	}
	return false
}

// space is the values of a variable, divided by the constants that it is
// compared with: region 2i+1 is the constant i, region 2i what lies below it
// and above the one before, and the last region is NaN. No test can tell two
// values of one region apart.
type space struct {
	typ  Type
	cuts []scalar
}

func (s *space) add(t *test) {
	s.cuts = append(s.cuts, t.values...)
	if t.kind == kindPrefix {
		s.cuts = append(s.cuts, scalar{text: behind(t.values[0].text)})
	}
	for i := range t.any {
		s.add(&t.any[i])
	}
}

func (a scalar) compare(b scalar) int {
	return cmp.Or(cmp.Compare(a.number, b.number), strings.Compare(a.text, b.text))
}

func (s *space) sort() {
	slices.SortFunc(s.cuts, scalar.compare)
	s.cuts = slices.CompactFunc(s.cuts, func(a, b scalar) bool { return a.compare(b) == 0 })
}

// point is the region of a constant.
func (s *space) point(v scalar) int {
	i, _ := slices.BinarySearchFunc(s.cuts, v, scalar.compare)
	return 2*i + 1
}

func (s *space) isNaN(region int) bool { return region == 2*len(s.cuts)+1 }

// empty reports whether no value of the type is in a region. It may say no
// where there is none.
func (s *space) empty(region int) bool {
	i := region / 2
	switch {
	case s.isNaN(region):
		return s.typ != Double
	case s.typ == Bool:
		return region%2 == 0 && len(s.cuts) == 2
	case s.typ == String:
		return region == 0 && len(s.cuts) > 0 && s.cuts[0].text == ""
	case s.typ == Double:
		return false
	case region%2 == 1:
		return s.cuts[i].number != math.Trunc(s.cuts[i].number)
	}
	return i > 0 && i < len(s.cuts) && math.Floor(s.cuts[i-1].number)+1 >= s.cuts[i].number
}

// within reports whether a region is one of the words.
func (s *space) within(region int, words []string) bool {
	return region%2 == 1 && !s.isNaN(region) && slices.Contains(words, s.cuts[region/2].text)
}

// holds reports whether a region passes a test.
func (s *space) holds(t *test, region int) bool {
	switch t.kind {
	case kindAny:
		return slices.ContainsFunc(t.any, func(one test) bool { return s.holds(&one, region) })
	case kindIn:
		in := false
		if region%2 == 1 && !s.isNaN(region) {
			_, in = slices.BinarySearchFunc(t.values, s.cuts[region/2], scalar.compare)
		}
		return in == (t.rel == snapshot.RelIs)
	case kindPrefix:
		starts := region >= s.point(t.values[0]) && region < s.point(scalar{text: behind(t.values[0].text)})
		return starts == (t.rel == snapshot.RelIs)
	}
	return t.rel&s.outcome(t, region) != 0
}

// outcome is how the values of a region compare with a test's constant.
func (s *space) outcome(t *test, region int) byte {
	at := s.point(t.values[0])
	switch {
	case s.isNaN(region):
		return snapshot.RelUnordered
	case region == at:
		return snapshot.RelEqual
	case t.rel&snapshot.RelStrict == 0:
		return snapshot.RelOther
	case region < at:
		return snapshot.RelLess
	}
	return snapshot.RelGreater
}

// behind is a text behind all that start with a prefix.
func behind(prefix string) string {
	b := []byte(prefix)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < 0xff {
			b[i]++
			return string(b[:i+1])
		}
	}
	return "\xff" + prefix // the empty prefix: all texts, for UTF-8 has no 0xff
}
