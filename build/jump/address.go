package jump

// Go keeps addresses in 64-bit locals and narrows one at each access. An engine
// that remembers which addresses it has checked against the size of the memory
// does not see that they are the same. So within code that is entered at its
// start alone the first narrow form of a local is kept in a local of its own,
//
//	local.get R, i32.wrap_i64               becomes   … local.tee T
//	local.get R, i32.wrap_i64, the next time          local.get T
//
// and an offset from the stack pointer, which is narrow, goes to where it costs
// nothing:
//
//	local.get SP, i64.extend_i32_u, i64.const 8, i64.add, i32.wrap_i64, …, i64.store 0
//	local.get SP, …, i64.store 8
//
// The two differ only for an address that is less than 8 from the end of 4 GiB.
//
// What a place in the frame holds is narrowed once as well, where the place is the
// function's own: Go loads a pointer anew for each use.

// narrow is which locals, and places in the frame, have a narrow form that holds
// now.
type narrow struct {
	first, count int          // the new locals
	own          map[int]int  // the new local of a local, or of a place
	valid        map[int]form // what holds
	forms        int          // that were made
}

// form is a narrow form: where it is, and which of those that were there. Behind a
// place where ways meet an engine has to be told that it is one value.
type form struct {
	local, id int
	met       bool
}

func newNarrow(first int) narrow {
	return narrow{first: first, own: map[int]int{}, valid: map[int]form{}}
}

// place is the key of a place in the frame, where those of locals are their numbers.
func place(offset int) int { return -1 - offset }

// get writes the narrow form of what load loads; what follows it stands in list.
func (n *narrow) get(dst []byte, key int, load []byte, list []instruction) []byte {
	if f, ok := n.valid[key]; ok {
		dst = appendLEB(append(dst, opGet), f.local)
		if f.met {
			dst = appendLEB(append(dst, opTee), f.local)
			n.told(f.local)
		}
		return dst
	}
	t, known := n.own[key]
	if !known {
		t = n.first + n.count
		n.count++
		n.own[key] = t
	}
	n.drop(t)
	n.forms++
	n.valid[key] = form{local: t, id: n.forms}
	dst = append(append(dst, load...), opWrap)
	r := near(list, key)
	if r.raises < worth {
		return appendLEB(append(dst, opTee), t)
	}
	dst = r.farther(appendLEB(append(dst, opSet), t), t)
	return appendLEB(append(dst, opGet), t)
}

// told notes that an engine knows the value of a new local.
func (n *narrow) told(local int) {
	for key, f := range n.valid {
		if f.local == local {
			f.met = false
			n.valid[key] = f
		}
	}
}

// drop forgets what a new local held.
func (n *narrow) drop(local int) {
	for key, f := range n.valid {
		if f.local == local {
			delete(n.valid, key)
		}
	}
}

// same notes that a local or place now holds what another does.
func (n *narrow) same(key, as int) {
	if f, ok := n.valid[as]; ok {
		n.valid[key] = f
		return
	}
	delete(n.valid, key)
}

// meet keeps of what holds what holds on another way, too.
func (n *narrow) meet(other map[int]form) {
	for key, f := range n.valid {
		if o, ok := other[key]; !ok || o.id != f.id || o.local != f.local {
			delete(n.valid, key)
			continue
		}
		f.met = true
		n.valid[key] = f
	}
}

// foldable reports whether list starts with the address of a place near the
// stack pointer that one load or store takes, and which instruction that is.
func foldable(list []instruction) (at int, ok bool) {
	if len(list) < 6 || list[0].op != opGet || list[1].op != opExtend || list[2].op != opLong ||
		list[3].op != opAdd || list[4].op != opWrap || list[2].n < 0 || list[2].n > maxFold {
		return 0, false
	}
	return consumer(list, 5)
}

// consumer finds the load or store that takes the address which stands on the
// stack before list[from].
func consumer(list []instruction, from int) (at int, ok bool) {
	const farthest = 64
	height := 1 // of the stack, from the address on
	for at = from; at < min(from+farthest, len(list)); at++ {
		pop, push, known := effect(list[at].op)
		switch {
		case !known:
			return 0, false
		case height-pop < 1:
			load := list[at].op <= lastLoad && height == 1
			store := list[at].op > lastLoad && height == 2
			return at, list[at].op >= firstLoad && list[at].op <= lastStore && (load || store)
		}
		height += push - pop
	}
	return 0, false
}

// maxFold bounds an offset that is moved; frames are smaller.
const maxFold = 1 << 16

// effect is what an instruction takes from the stack and puts on it, of those
// that stand within expressions.
func effect(op byte) (pop, push int, known bool) {
	switch {
	case op == opGet, op == opConst, op == opLong, op == 0x23, op == 0x43, op == 0x44:
		return 0, 1, true
	case op == opTee, op >= firstLoad && op <= lastLoad:
		return 1, 1, true
	case op > lastLoad && op <= lastStore:
		return 2, 0, true
	case op == 0x45, op == 0x50, op >= 0x67 && op <= 0x69, op >= 0x79 && op <= 0x7b, op >= 0xa7 && op <= 0xc4:
		return 1, 1, true
	case op >= 0x46 && op <= 0x66, op >= 0x6a && op <= 0x78, op >= 0x7c && op <= 0x8a:
		return 2, 1, true
	}
	return 0, 0, false
}

// moved is a load or store with a greater offset.
func moved(in instruction, by int) instruction {
	r := reader{b: in.bytes, at: 1}
	align := r.leb()
	in.bytes = appendLEB(appendLEB([]byte{in.op}, align), r.leb()+by)
	return in
}
