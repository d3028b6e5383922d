package jump

import (
	"maps"
	"slices"
)

// Go's compiler writes a function as one loop around a table of its blocks,
//
//	loop
//	  block … block
//	    local.get 0
//	    br_table 0 1 2 …
//	  end
//	  … code of block 0
//	  end
//	  … code of block 1
//
// and every jump as "i32.const N, local.set 0, br loop": through the table, also
// where block N lies ahead and its label can be named. thread names it, and
// takes out of the table what nothing else goes to. An engine then sees direct
// branches in place of indirect ones, and blocks with the predecessors that they
// have in the source in place of blocks that could be entered from anywhere.
//
// What is left of the table, a jump back or a call where goroutines may change, is a
// test of its number where the stack pointer is constant, and an entry of a shorter
// table elsewhere.

// stackPointer is the first local behind the parameter, which holds the stack
// pointer in functions that use it: the only one of 32 bits.
const stackPointer = 1

// label is an open block.
type label struct {
	op    byte
	id    int
	gone  bool         // nothing branches to it: it is not written
	start map[int]form // what held where an if starts
	ends  map[int]form // and what holds on all ways that lead to the end so far, nil: none
}

// function is what the first look at a function finds.
type function struct {
	framed bool // the stack pointer lies in a local
	code   []instruction
	loop   int          // id of the loop around the table
	table  []int        // for each number of a block the id of the block whose end it is
	keep   map[int]bool // ids that the table must still lead to

	frame *frame       // with a constant stack pointer, or nil
	heads map[int]bool // numbers that jumps back go to
	calls []int        // numbers that calls come back to
}

// thread gives the code of a function, without the declaration of its locals,
// with direct forward jumps.
func (m *module) thread(code []byte, number, locals int, framed bool) (out []byte, more int) {
	f := &function{code: parse(code), framed: framed, keep: map[int]bool{}, heads: map[int]bool{}}
	if reads(f.code) != 1 {
		return code, 0
	}
	f.find()
	f.resume(number, m)
	if framed && m.named {
		m.framed++
		if fr, ok := m.fix(f.code, number); ok {
			f.frame, f.code = fr, fr.out
			m.fixed++
		}
	}
	w := &walk{f: f, labels: outermost(), used: map[int]bool{}, narrow: newNarrow(locals)}
	w.run() // where jumps back lead to
	w = &walk{f: f, labels: outermost(), used: w.used, last: true, narrow: newNarrow(locals)}
	if f.frame != nil {
		w.out = f.frame.begin(nil)
	}
	w.run()
	return w.out, w.narrow.count
}

func outermost() []label { return []label{{op: opBlock, id: -1}} }

func parse(code []byte) (list []instruction) {
	for r := (reader{b: code}); r.at < len(code); {
		list = append(list, r.next())
	}
	return list
}

// reads counts where the number of the next block is read; 2 if it is used in
// another way than thread knows.
func reads(list []instruction) (n int) {
	for i := range list {
		switch {
		case list[i].op == opGet && list[i].n == 0:
			n++
			if i+1 == len(list) || list[i+1].op != opBrTable {
				return 2
			}
		case list[i].op == opTee && list[i].n == 0:
			return 2
		}
	}
	return n
}

// find takes down what the entries of the table stand for. The first entry, where
// the function begins, stays.
func (f *function) find() {
	labels, opened := outermost(), 0
	for i := range f.code {
		switch in := &f.code[i]; in.op {
		case opBlock, opLoop, opIf:
			opened++
			labels = append(labels, label{op: in.op, id: opened})
		case opEnd:
			labels = labels[:len(labels)-1]
		case opBrTable:
			for k := len(labels) - 1; k > 0 && f.loop == 0; k-- {
				if labels[k].op == opLoop {
					f.loop = labels[k].id
				}
			}
			for _, depth := range in.table {
				f.table = append(f.table, labels[len(labels)-1-depth].id)
			}
			f.keep[f.table[0]] = true
			return
		}
	}
}

// resume keeps the entries through which a function is entered again in its
// middle. Where a goroutine goes on is a return address that was pushed, a
// constant of 64 bits: function and number of the block. After a panic it goes on
// at a call of runtime.deferreturn, which the linker's tables name by the number
// before that of the call's return address; so does a goroutine's end.
// What always panics does not come back.
func (f *function) resume(number int, m *module) {
	for i := range f.code {
		in := &f.code[i]
		n := in.n & 0xffff
		if in.op != opLong || in.n>>16 != number || n >= len(f.table) {
			continue
		}
		called := f.called(i)
		if m.panics[called] {
			continue
		}
		f.enter(n)
		if called == m.deferreturn || !m.plain[number] {
			f.enter(max(n-1, 0))
		}
	}
}

func (f *function) enter(n int) {
	f.keep[f.table[n]] = true
	f.calls = append(f.calls, n)
}

// called is the function that is called behind i, or -1.
func (f *function) called(i int) int {
	for ; i < len(f.code); i++ {
		switch f.code[i].op {
		case opCall:
			return f.code[i].n
		case opCallIndirect:
			return -1
		}
	}
	return -1
}

// open enters a block and reports whether it is to be written: one that ends
// where nothing branches to is none.
func (w *walk) open(in *instruction) bool {
	w.opened++
	l := label{op: in.op, id: w.opened}
	l.gone = w.last && in.op == opBlock && in.n == typeNone && !w.used[l.id] && !w.f.keep[l.id]
	switch in.op {
	case opIf:
		l.start = maps.Clone(w.narrow.valid)
	case opLoop:
		clear(w.narrow.valid)
	}
	w.labels = append(w.labels, l)
	return !l.gone
}

// depth is how many labels that are written lie within the one at a place.
func (w *walk) depth(at int) (n int) {
	for _, l := range w.labels[at+1:] {
		if !l.gone {
			n++
		}
	}
	return n
}

func (w *walk) emit(op byte, depth int) { w.out = appendLEB(append(w.out, op), depth) }

// table writes the table with the entries that are kept. Most calls enter at
// block 0, which is tried first; all other entries lead to a block of their own,
// which traps.
func (w *walk) table(in *instruction) {
	top := len(w.labels) - 1
	if w.f.frame != nil {
		w.tests(in)
		return
	}
	last := 0
	for n, id := range w.f.table {
		if w.f.keep[id] {
			last = n
		}
	}
	w.out = append(w.out, opBlock, typeNone, opGet, 0, opZero)
	w.emit(opBrIf, w.depth(top-in.table[0])+1)
	if last > 0 {
		w.out = appendLEB(append(w.out, opGet, 0, opBrTable), last+1)
		for n, depth := range in.table[:last+1] {
			if w.f.keep[w.f.table[n]] {
				w.out = appendLEB(w.out, w.depth(top-depth)+1)
			} else {
				w.out = append(w.out, 0)
			}
		}
		w.out = append(w.out, 0)
	}
	w.out = append(w.out, opEnd, opUnreachable)
}

// tests writes the table as tests, those of jumps back first: an engine that comes
// by a test knows behind it what it has checked before.
func (w *walk) tests(in *instruction) {
	top := len(w.labels) - 1
	w.out = append(w.f.frame.touch(w.out), opGet, 0, opZero)
	w.emit(opBrIf, w.depth(top-in.table[0]))
	done := map[int]bool{0: true}
	for _, n := range append(slices.Sorted(maps.Keys(w.f.heads)), w.f.calls...) {
		if !done[n] {
			w.out = append(appendSLEB(append(w.out, opGet, 0, opConst), n), opEqual32)
			w.emit(opBrIf, w.depth(top-in.table[n]))
		}
		done[n] = true
	}
	w.out = append(w.out, opUnreachable)
}

// jump reports whether list starts with a jump to a block that lies ahead, and
// the depth of its label as seen from so many levels further out. The entry of a
// block that lies behind is kept.
func (w *walk) jump(list []instruction, out int) (depth int, ok bool) {
	if len(list) < 3 || list[0].op != opConst || list[1].op != opSet || list[1].n != 0 || list[2].op != opBr {
		return 0, false
	}
	top := len(w.labels) - 1
	if at := top - (list[2].n - out); at < 0 || w.labels[at].id != w.f.loop || list[0].n < 0 || list[0].n >= len(w.f.table) {
		return 0, false
	}
	id := w.f.table[list[0].n]
	for i := top; i >= 0; i-- {
		if w.labels[i].id == id {
			w.used[id] = true
			w.arrive(i)
			return w.depth(i), true
		}
	}
	w.f.keep[id] = true
	w.f.heads[list[0].n] = true
	return 0, false
}
