package jump

// An engine that checks addresses checks one again for every access that lies
// further from it than all before. Where several accesses with growing offsets
// follow, the farthest is touched first,
//
//	local.get SP, i32.load8_u 159, drop
//
// and the checks of the others fall away, as does the load, whose value nothing
// wants. The touched place is one that the code is about to touch, or lies in the
// frame of the function.

// access finds the load or store that takes the address which stands on the stack
// before list[at], and where its last byte ends, counted from the address.
func access(list []instruction, at int) (end int, ok bool) {
	at, ok = consumer(list, at)
	if !ok {
		return 0, false
	}
	in := &list[at]
	r := reader{b: in.bytes, at: 1}
	r.leb() // alignment
	return r.leb() + sizes[in.op-firstLoad], true
}

// sizes are the bytes that loads and stores touch, by opcode.
var sizes = [...]int{4, 8, 4, 8, 1, 1, 2, 2, 1, 1, 2, 2, 4, 4, 4, 8, 4, 8, 1, 2, 1, 2, 4}

// reach is how far accesses go, and how often one goes further than all before.
type reach struct{ end, raises int }

func (r *reach) add(end int) {
	if end > r.end {
		r.end = end
		r.raises++
	}
}

// worth is how many checks a touch must spare to be worth its bytes: with 2 the
// module is 40 KB larger for another 2 % of time.
const worth = 3

// farther touches the farthest place if that spares checks. The address lies in
// a local of 32 bits.
func (r *reach) farther(dst []byte, local int) []byte {
	if r.raises < worth {
		return dst
	}
	dst = append(appendLEB(append(dst, opGet), local), opLoadByte, 0)
	return append(appendLEB(dst, r.end-1), opDrop)
}

// near looks at the accesses by the narrow form of a local, or of a place in the
// frame, that follow for sure.
func near(list []instruction, key int) (r reach) {
	for i := range list {
		in := &list[i]
		switch {
		case in.op <= opCallIndirect, (in.op == opSet || in.op == opTee) && in.n == key:
			return r
		case in.op == opGet && in.n == key && i+1 < len(list) && list[i+1].op == opWrap:
			if end, ok := access(list, i+2); ok {
				r.add(end)
			}
		case key < 0 && in.op > lastLoad && in.op <= lastStore:
			return r // it may be to the place
		case key < 0:
			if offset, ok := loaded(list[i:]); ok && place(offset) == key {
				if end, ok := access(list, i+3); ok {
					r.add(end)
				}
			}
		}
	}
	return r
}

// loaded reports whether list starts with the narrow form of what a place in the
// frame holds, and which place.
func loaded(list []instruction) (offset int, ok bool) {
	if len(list) < 3 || list[0].op != opGet || list[0].n != stackPointer || list[1].op != opLoadLong || list[2].op != opWrap {
		return 0, false
	}
	return list[1].offset(), true
}

// frame looks at the accesses by the stack pointer up to where it changes, or
// where others come in. All of them lie in the frame.
func (w *walk) frame(list []instruction) (r reach) {
	top := len(w.labels) - 1
	for i := 0; i < len(list); i++ {
		in := &list[i]
		switch {
		case in.op == opIf && i+4 < len(list) && list[i+4].op == opEnd:
			i += 4
		case in.op == opEnd && w.labels[top].gone:
			top--
		case in.op == opBrIf:
		case in.op <= opCallIndirect, (in.op == opSet || in.op == opTee) && in.n == stackPointer:
			return r
		case in.op == opGet && in.n == stackPointer:
			if _, ok := foldable(list[i:]); ok {
				if end, ok := access(list[i:], 5); ok {
					r.add(end + list[i+2].n)
				}
			} else if end, ok := access(list, i+1); ok {
				r.add(end)
			}
		}
	}
	return r
}
