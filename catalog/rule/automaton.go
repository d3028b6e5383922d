package rule

import (
	"encoding/binary"
	regex "regexp/syntax"
	"slices"
)

// draft is the automaton of a pattern before equal states become one. A state is
// a set of instructions at which the pattern may stand, with what assertions may
// ask of the code point before; what they ask of the next one is settled when
// that is known.
type draft struct {
	prog     *regex.Prog
	alphabet *alphabet
	states   []place
	next     [][]int // for each class, and at last for the end of the text
	numbers  map[string]int
	work     int
	seen     []bool // of closure
}

// place is what a state stands for.
type place struct {
	before rune
	at     []uint32
}

// The two states that are always there.
const (
	stateNo = iota
	stateYes
	statesFixed
)

// build makes the states. It reports whether they stay within the limits.
func (d *draft) build() bool {
	columns := d.alphabet.count() + 1
	d.states = make([]place, statesFixed)
	d.next = [][]int{make([]int, columns), slices.Repeat([]int{stateYes}, columns)}
	d.seen = make([]bool, len(d.prog.Inst))
	d.number(place{d.alphabet.context(contextStart), []uint32{uint32(d.prog.Start)}})
	for s := statesFixed; s < len(d.states); s++ {
		row := make([]int, columns)
		for class, r := range d.alphabet.samples {
			row[class] = d.step(d.states[s], r)
		}
		row[columns-1] = d.end(d.states[s])
		d.next = append(d.next, row)
		if len(d.states) > maxDrafted || d.work > maxWork {
			return false
		}
	}
	return true
}

// number gives the state of a place.
func (d *draft) number(p place) int {
	slices.Sort(p.at)
	p.at = slices.Compact(p.at)
	key := binary.LittleEndian.AppendUint32(nil, uint32(p.before))
	for _, at := range p.at {
		key = binary.LittleEndian.AppendUint32(key, at)
	}
	n, known := d.numbers[string(key)]
	if !known {
		n = len(d.states)
		d.numbers[string(key)] = n
		d.states = append(d.states, p)
	}
	return n
}

// step is the state behind a code point. The pattern may begin anywhere, so its
// first instruction is always among those to go on from.
func (d *draft) step(p place, r rune) int {
	reached, matched := d.closure(p, r)
	if matched {
		return stateYes
	}
	at := []uint32{uint32(d.prog.Start)}
	for _, pc := range reached {
		if in := &d.prog.Inst[pc]; takesRune(in) && in.MatchRune(r) {
			at = append(at, in.Out)
		}
	}
	return d.number(place{d.alphabet.context(r), at})
}

func (d *draft) end(p place) int {
	if _, matched := d.closure(p, -1); matched {
		return stateYes
	}
	return stateNo
}

// closure gives the instructions that a place reaches without a code point, the
// next one being r, and whether the pattern ends there.
func (d *draft) closure(p place, r rune) (reached []uint32, matched bool) {
	holds := regex.EmptyOpContext(p.before, r)
	open := slices.Clone(p.at)
	clear(d.seen)
	for len(open) > 0 {
		pc := open[len(open)-1]
		open = open[:len(open)-1]
		if d.seen[pc] {
			continue
		}
		d.seen[pc] = true
		d.work++
		reached = append(reached, pc)
		switch in := &d.prog.Inst[pc]; in.Op {
		case regex.InstMatch:
			return nil, true
		case regex.InstAlt, regex.InstAltMatch:
			open = append(open, in.Out, in.Arg)
		case regex.InstCapture, regex.InstNop:
			open = append(open, in.Out)
		case regex.InstEmptyWidth:
			if regex.EmptyOp(in.Arg)&^holds == 0 {
				open = append(open, in.Out)
			}
		}
	}
	return reached, false
}

// machine is the least automaton of a pattern.
type machine struct {
	start   byte
	classes int
	renamed []byte // classes of the alphabet, of which equal ones became one
	rows    []byte
}

// reduce makes states one that nothing tells apart, then classes. It reports
// whether as few are left as fit into a table.
func (d *draft) reduce() (*machine, bool) {
	blocks, ok := d.blocks()
	if !ok {
		return nil, false
	}
	// Blocks get their numbers in the order in which they are reached, so that
	// the table does not depend on how it was made.
	number := map[int]int{blocks[stateNo]: stateNo, blocks[stateYes]: stateYes}
	var order []int // a state of each block from statesFixed on
	name := func(s int) int {
		n, known := number[blocks[s]]
		if !known {
			n = len(number)
			number[blocks[s]] = n
			order = append(order, s)
		}
		return n
	}
	start := name(statesFixed)
	var rows [][]byte
	for i := 0; i < len(order); i++ {
		row := make([]byte, 0, len(d.next[order[i]]))
		for _, next := range d.next[order[i]] {
			row = append(row, byte(name(next)))
		}
		rows = append(rows, row)
		if len(order) > maxStates {
			return nil, false
		}
	}
	m := &machine{start: byte(start)}
	m.merge(rows, d.alphabet.count())
	return m, true
}

// blocks says for each state in which block of equal ones it is: at first those
// are in one that say the same of the end of the text, and blocks are divided
// until the next states of all of one are in the same blocks.
func (d *draft) blocks() ([]int, bool) {
	blocks := make([]int, len(d.next))
	for s, row := range d.next {
		blocks[s] = row[len(row)-1]
	}
	for count := 2; ; {
		numbers := map[string]int{}
		divided := make([]int, len(blocks))
		for s, row := range d.next {
			key := binary.LittleEndian.AppendUint16(nil, uint16(blocks[s]))
			for _, next := range row {
				key = binary.LittleEndian.AppendUint16(key, uint16(blocks[next]))
			}
			n, known := numbers[string(key)]
			if !known {
				n = len(numbers)
				numbers[string(key)] = n
			}
			divided[s] = n
		}
		blocks = divided
		switch {
		case len(numbers) > maxStates+statesFixed:
			return nil, false
		case len(numbers) == count:
			return blocks, true
		}
		count = len(numbers)
	}
}

// merge makes classes one whose columns are equal, and writes the rows.
func (m *machine) merge(rows [][]byte, classes int) {
	seen := map[string]byte{}
	var kept []int
	for class := range classes {
		var column []byte
		for _, row := range rows {
			column = append(column, row[class])
		}
		n, known := seen[string(column)]
		if !known {
			n = byte(len(kept))
			seen[string(column)] = n
			kept = append(kept, class)
		}
		m.renamed = append(m.renamed, n)
	}
	m.classes = len(kept)
	for _, row := range rows {
		for _, class := range kept {
			m.rows = append(m.rows, row[class])
		}
		m.rows = append(m.rows, row[classes])
	}
}
