package compile

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// attribute is what an environment's offers ask of one attribute, or of one
// element of a list.
type attribute struct {
	ref     uint16
	kind    uint8
	element string // of a list
	weight  int    // offers that ask
	values  map[string]int
	cuts    cuts
}

// survey collects what an environment's filters ask.
type survey struct {
	env  *environment
	list []*attribute
	in   map[string]*attribute
}

// column is what a test asks for; nil if the attribute differs between groups or
// offers, or has no kind of column.
func (s *survey) column(in []byte) *attribute {
	ref := uint16(in[1]) | uint16(in[2])<<8
	kind := s.kind(ref)
	element := ""
	switch {
	case kind == 0 || in[0] == snapshot.OpTestRefs || in[0] == snapshot.OpTestMember:
		return nil
	case kind == snapshot.ColumnHas && in[0] != snapshot.OpTestHas:
		return nil
	case kind == snapshot.ColumnHas && len(in[6:]) > math.MaxUint8:
		return nil
	case kind == snapshot.ColumnHas:
		element = string(in[6:])
	}
	return s.add(ref, kind, element)
}

func (s *survey) add(ref uint16, kind uint8, element string) *attribute {
	key := string([]byte{byte(ref), byte(ref >> 8)}) + element
	a := s.in[key]
	if a == nil {
		a = &attribute{ref: ref, kind: kind, element: element, values: map[string]int{}, cuts: cuts{}}
		s.in[key] = a
		s.list = append(s.list, a)
	}
	return a
}

// kind is the kind of column for a ref, 0 if it has none.
func (s *survey) kind(ref uint16) uint8 {
	i := int(ref & snapshot.MaxRefIndex)
	switch snapshot.Root(ref >> 14) {
	case snapshot.RootTarget:
		return kindOf(s.env.target, i)
	case snapshot.RootInteraction:
		return kindOf(s.env.attributes, i)
	case snapshot.RootOffer:
		return 0
	}
	if i >= snapshot.BuiltinArm {
		return snapshot.ColumnString
	}
	switch i {
	case snapshot.BuiltinNewVisit:
		return snapshot.ColumnBool
	case snapshot.BuiltinMode, snapshot.BuiltinLanguage, snapshot.BuiltinEnvironment,
		snapshot.BuiltinHost, snapshot.BuiltinPath, snapshot.BuiltinCountry, snapshot.BuiltinDevice:
		return snapshot.ColumnString
	}
	return 0
}

func kindOf(list []catalog.Attribute, i int) uint8 {
	if i >= len(list) {
		return 0
	}
	return snapshot.ColumnOf(uint8(list[i].Type))
}

// program collects what a program asks, for so many offers.
func (s *survey) program(code []byte, offers int) {
	asked := map[*attribute]bool{}
	s.code(code, offers, asked)
	for a := range asked {
		a.weight += offers
	}
}

// code goes through the terms that an index understands.
func (s *survey) code(code []byte, offers int, asked map[*attribute]bool) {
	for at, next := 0, snapshot.Conjunct(code, 0); next > 0; at, next = next, snapshot.Conjunct(code, next) {
		tests := testsOf(code[at:])
		if code[at] == snapshot.OpAny && !s.alike(tests) {
			continue
		}
		for _, in := range tests {
			if a := s.column(in); a != nil {
				asked[a] = true
				a.ask(in, offers)
			}
		}
	}
}

// testsOf are the tests of the term at the start of the code.
func testsOf(code []byte) (tests [][]byte) {
	in, err := snapshot.Instruction(code)
	if err != nil {
		return nil
	}
	if snapshot.IsTest(in[0]) {
		return [][]byte{in}
	}
	for rest := in[4:]; len(rest) > 0; rest = rest[len(in):] {
		if in, err = snapshot.Instruction(rest); err != nil {
			return nil
		}
		tests = append(tests, in)
	}
	return tests
}

// alike reports whether all tests are about one column.
func (s *survey) alike(tests [][]byte) bool {
	return !slices.ContainsFunc(tests, func(in []byte) bool { return s.column(in) != s.column(tests[0]) })
}

// ask notes the constants of a test.
func (a *attribute) ask(in []byte, offers int) {
	switch a.kind {
	case snapshot.ColumnInt, snapshot.ColumnDouble:
		a.cuts.test(a.kind, in, offers)
	case snapshot.ColumnString:
		switch in[0] {
		case snapshot.OpTestString:
			a.value(in[6:], offers)
		case snapshot.OpTestStrings:
			for items := in[6:]; len(items) > 0; {
				n := 1 + int(items[0])
				a.value(items[1:n], offers)
				items = items[n:]
			}
		}
	}
}

// value notes a string, if it is one that a key can be.
func (a *attribute) value(s []byte, offers int) {
	if len(s) <= math.MaxUint8 {
		a.values[string(s)] += offers
	}
}

// period notes when an offer starts and ends.
func (s *survey) period(o *offer) {
	if o.from <= snapshot.Never && o.to >= snapshot.Forever {
		return
	}
	a := s.add(snapshot.RefTime, snapshot.ColumnTime, "")
	a.weight++
	for _, t := range [2]int64{o.from, o.to} {
		if t > snapshot.Never && t < snapshot.Forever {
			a.cuts.at(uint64(t), 1)
		}
	}
}

// keys are at most n of an attribute's values or cuts, as they stand in the
// index, and how many: the values that most offers ask for, and the cuts that
// divide the offers evenly.
func (a *attribute) keys(n int) (keys []byte, count int) {
	switch a.kind {
	case snapshot.ColumnHas:
		return append([]byte{byte(len(a.element))}, a.element...), 1
	case snapshot.ColumnString:
		list := a.best(n)
		for _, s := range list {
			keys = append(append(keys, byte(len(s))), s...)
		}
		return keys, len(list)
	}
	list := a.cuts.best(a.kind, n)
	for _, bits := range list {
		keys = binary.LittleEndian.AppendUint64(keys, bits)
	}
	return keys, len(list)
}

// best are the n values that most offers ask for, in order.
func (a *attribute) best(n int) []string {
	list := make([]string, 0, len(a.values))
	for s := range a.values {
		list = append(list, s)
	}
	slices.SortFunc(list, func(x, y string) int {
		return cmp.Or(cmp.Compare(a.values[y], a.values[x]), strings.Compare(x, y))
	})
	list = list[:min(n, len(list))]
	slices.Sort(list)
	return list
}

// surveyed are an environment's attributes, those that most offers ask for
// first.
func (e *emitter) surveyed(env *environment) []*attribute {
	s := survey{env: env, in: map[string]*attribute{}}
	programs := map[uint32]int{}
	for _, o := range env.offers {
		s.period(o)
		for _, p := range o.filters() {
			programs[p]++
		}
	}
	for p, offers := range programs {
		s.program(e.programs.all[p].Code, offers)
	}
	s.list = slices.DeleteFunc(s.list, func(a *attribute) bool { return a.weight == 0 })
	slices.SortFunc(s.list, func(a, b *attribute) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.ref, b.ref), strings.Compare(a.element, b.element))
	})
	return s.list
}

// filters are the programs of an offer's own filter and its categories'.
func (o *offer) filters() (list []uint32) {
	if o.filter != none {
		list = append(list, o.filter)
	}
	for c := o.category; c != nil; c = c.parent {
		if c.filter != none {
			list = append(list, c.filter)
		}
	}
	return list
}
