package snapshot

// Sets has a set of classes for each column of an index.
type Sets [MaxColumns]uint64

// All are the sets of all classes.
func (x *Index) All() (s Sets) {
	for i := range x.count {
		s[i] = x.columns[i].all()
	}
	return s
}

// Judge takes from the sets the classes in which a program cannot be true, and
// reports whether it is true wherever the classes that it leaves meet: then the
// bitmaps say all that the program says. The program is one that CheckProgram
// accepts.
//
// It understands conjunctions of tests and of groups of tests, as the compiler
// writes them, and what stands in front of the first other term of one. Of an
// alternative all tests have to be about one column.
func (x *Index) Judge(code []byte, sets *Sets) (exact bool) {
	end := 0
	for next := Conjunct(code, end); next > 0; next = Conjunct(code, end) {
		end = next
	}
	understood := end == len(code)
	exact = understood
	for at := 0; at < end; at = Conjunct(code, at) {
		exact = x.term(code[at:], understood, sets) && exact
	}
	return exact
}

// Conjunct is where the term behind the one at a place starts, the length of the
// code behind the last one, and 0 if there is no term that is a test or a group.
// Such a term makes the program false if it is false: a jump to the end follows
// it, if it is not the last. A term but the first has OpAnd behind it.
func Conjunct(code []byte, at int) (next int) {
	if at >= len(code) {
		return 0
	}
	in, err := Instruction(code[at:])
	if err != nil || in[0] > OpAny {
		return 0
	}
	next = at + len(in)
	if at > 0 {
		if next == len(code) || code[next] != OpAnd {
			return 0
		}
		next++
	}
	if next == len(code) {
		return next
	}
	if len(code)-next < 3 || code[next] != OpAndJump || next+3+int(u16(code[next+1:])) != len(code) {
		return 0
	}
	return next + 3
}

// term judges the term at the start of the code. Where the rest of the program
// is not understood, it could still be true after an error.
func (x *Index) term(code []byte, understood bool, sets *Sets) (exact bool) {
	in, err := Instruction(code)
	switch {
	case err != nil:
		return false
	case IsTest(in[0]):
		return x.narrow(x.test(in), understood, sets)
	case in[0] == OpAny:
		return x.narrow(x.alternative(in[4:]), understood, sets)
	}
	exact = true
	for tests := in[4:]; len(tests) > 0; tests = tests[len(in):] {
		if in, err = Instruction(tests); err != nil {
			return false
		}
		exact = x.narrow(x.test(in), understood, sets) && exact
	}
	return exact
}

// verdict is in which classes of a column a test can be true, and in which
// false or an error. The column is -1 if none is about the test.
type verdict struct {
	column  int
	yes, no uint64
}

func (x *Index) narrow(v verdict, understood bool, sets *Sets) (exact bool) {
	if v.column < 0 {
		return false
	}
	if !understood {
		v.yes |= x.columns[v.column].absent()
	}
	sets[v.column] &= v.yes
	return v.yes&v.no == 0
}

// alternative judges tests of which one has to be true.
func (x *Index) alternative(tests []byte) verdict {
	out := verdict{column: -1, no: ^uint64(0)}
	for first := true; len(tests) > 0; first = false {
		in, err := Instruction(tests)
		if err != nil {
			return verdict{column: -1}
		}
		tests = tests[len(in):]
		v := x.test(in)
		if !first && v.column != out.column {
			return verdict{column: -1}
		}
		out = verdict{v.column, out.yes | v.yes, out.no & v.no}
	}
	return out
}

// test judges one test.
func (x *Index) test(in []byte) verdict {
	v := verdict{column: -1}
	for i := range x.count {
		if c := &x.columns[i]; uint32(c.Ref) == u16(in[1:]) && c.about(in) {
			v.column = i
		}
	}
	if v.column < 0 {
		return v
	}
	c := &x.columns[v.column]
	v.no = c.absent() // where every test is an error
	for class := range c.Absent() {
		can := c.outcomes(class, in)
		if can == 0 || can&in[3] != 0 {
			v.yes |= 1 << class
		}
		if can == 0 || can&^in[3] != 0 {
			v.no |= 1 << class
		}
	}
	return v
}

// about reports whether a test of a column's attribute is one that the column
// knows something of.
func (c *Column) about(in []byte) bool {
	switch in[0] {
	case OpTestRefs, OpTestMember:
		return false
	case OpTestHas:
		return c.Kind == ColumnHas && string(in[6:]) == string(c.keys[1:])
	}
	return c.Kind != ColumnHas
}

// Period takes from the sets the classes of the time in which a period is never
// active.
func (x *Index) Period(from, to int64, sets *Sets) {
	for i := range x.count {
		c := &x.columns[i]
		if c.Kind != ColumnTime {
			continue
		}
		for class := range c.Classes() {
			if lo, hi := c.ints(class); hi < from || lo >= to {
				sets[i] &^= 1 << class
			}
		}
	}
}
