package jump

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

// stackPointer is the first local behind the parameter, which holds the stack
// pointer in functions that use it: the only one of 32 bits.
const stackPointer = 1

// label is an open block.
type label struct {
	op   byte
	id   int
	gone bool // nothing branches to it: it is not written
}

// function is what the first look at a function finds.
type function struct {
	framed bool // the stack pointer lies in a local
	code   []instruction
	loop   int          // id of the loop around the table
	table  []int        // for each number of a block the id of the block whose end it is
	keep   map[int]bool // ids that the table must still lead to
}

// thread gives the code of a function, without the declaration of its locals,
// with direct forward jumps.
func thread(code []byte, locals int, framed bool) (out []byte, more int) {
	f := &function{code: parse(code), framed: framed, keep: map[int]bool{}}
	if reads(f.code) != 1 {
		return code, 0
	}
	f.find()
	f.resume()
	w := &walk{f: f, labels: outermost(), used: map[int]bool{}, narrow: narrow{locals, map[int]int{}, map[int]bool{}}}
	for i := 0; i < len(f.code); {
		i += w.step(f.code[i:]) // where jumps back lead to
	}
	w = &walk{f: f, labels: outermost(), used: w.used, last: true, narrow: narrow{locals, map[int]int{}, map[int]bool{}}}
	for i := 0; i < len(f.code); {
		i += w.step(f.code[i:])
	}
	return w.out, len(w.narrow.locals)
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
// before that of the call's return address.
func (f *function) resume() {
	for i := range f.code {
		in := &f.code[i]
		if n := in.n & 0xffff; in.op == opLong && in.n >= 1<<16 && n < len(f.table) {
			f.keep[f.table[n]] = true
			f.keep[f.table[max(n-1, 0)]] = true
		}
	}
}

// walk goes through a function and writes it anew. It does so twice: the first
// time finds which blocks are jumped to, and how.
type walk struct {
	f      *function
	out    []byte
	labels []label
	opened int
	last   bool
	used   map[int]bool // ids of labels that something branches to
	narrow narrow
}

// step takes what stands at the start of list and says how many instructions
// that were.
func (w *walk) step(list []instruction) int {
	if len(list) > 4 && list[0].op == opIf && list[0].n == typeNone && list[4].op == opEnd {
		if depth, ok := w.jump(list[1:], 1); ok {
			w.emit(opBrIf, depth)
			return 5
		}
	}
	if depth, ok := w.jump(list, 0); ok {
		w.emit(opBr, depth)
		return 3
	}
	switch in := &list[0]; in.op {
	case opGet:
		if in.n == 0 {
			w.table(&list[1])
			return 2
		}
		if len(list) > 1 && list[1].op == opWrap {
			w.out = w.narrow.get(w.out, in.n, list)
			return 2
		}
		if at, ok := foldable(list); ok {
			if w.last {
				list[at] = moved(list[at], list[2].n)
			}
			w.out = append(w.out, in.bytes...)
			return 5
		}
	case opSet, opTee:
		delete(w.narrow.valid, in.n)
		if in.n == stackPointer && in.op == opSet && w.f.framed {
			w.out = append(w.out, in.bytes...)
			r := w.frame(list[1:])
			w.out = r.farther(w.out, stackPointer)
			return 1
		}
	case opBr, opBrIf:
		at := len(w.labels) - 1 - in.n
		w.used[w.labels[at].id] = true
		w.emit(in.op, w.depth(at))
		return 1
	case opBlock, opLoop, opIf:
		if !w.open(in) {
			return 1
		}
	case opElse:
		clear(w.narrow.valid)
	case opEnd:
		l := w.labels[len(w.labels)-1]
		w.labels = w.labels[:len(w.labels)-1]
		if l.gone {
			return 1
		}
		clear(w.narrow.valid)
		if w.f.framed && l.op == opBlock {
			w.out = append(w.out, in.bytes...)
			r := w.frame(list[1:])
			w.out = r.farther(w.out, stackPointer)
			return 1
		}
	}
	w.out = append(w.out, list[0].bytes...)
	return 1
}

// open enters a block and reports whether it is to be written: one that ends
// where nothing branches to is none.
func (w *walk) open(in *instruction) bool {
	w.opened++
	l := label{op: in.op, id: w.opened}
	l.gone = w.last && in.op == opBlock && in.n == typeNone && !w.used[l.id] && !w.f.keep[l.id]
	w.labels = append(w.labels, l)
	if in.op == opLoop {
		clear(w.narrow.valid)
	}
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
			return w.depth(i), true
		}
	}
	w.f.keep[id] = true
	return 0, false
}
