package jump

// take notes that an address in the frame goes elsewhere. Who has it may write what
// begins there, up to the end of the frame, or of the arguments above it.
func (f *frame) take(offset int) {
	above := 0
	if offset >= f.size+8 {
		above = 1
	}
	f.taken[above] = min(f.taken[above], offset)
}

// private reports whether only the function itself writes to a place of 8 bytes.
func (f *frame) private(offset int) bool {
	if offset >= f.size+8 {
		return offset+8 <= f.taken[1]
	}
	return offset+8 <= f.taken[0]
}

// note follows what the places in the frame hold, behind an instruction that was
// taken by itself.
func (w *walk) note(in *instruction) {
	before := w.before(1)
	switch {
	case in.op == opGet && in.n == stackPointer:
		if at, ok := consumer(w.f.code[w.at:], 1); ok {
			w.places[w.at+at] = w.f.code[w.at+at].offset()
		}
	case in.op == opSet, in.op == opTee:
		offset, ok := w.places[w.at-1]
		switch {
		case before.op == opGet && before.n > stackPointer:
			w.narrow.same(in.n, before.n)
		case before.op == opLoadLong && ok && w.before(2).op == opGet:
			w.narrow.same(in.n, place(offset))
		}
	case in.op == opCall, in.op == opCallIndirect:
		w.narrow.forget(0, 1<<32) // all
	case in.op > lastLoad && in.op <= lastStore, in.op == opPrefix:
		w.stored(in)
	}
}

// before is the instruction so many before the one at hand.
func (w *walk) before(n int) *instruction {
	if w.at < n {
		return &instruction{}
	}
	return &w.f.code[w.at-n]
}

// stored forgets what a store may have changed. A local that is stored whole is what
// the place holds then.
func (w *walk) stored(in *instruction) {
	offset, ok := w.places[w.at]
	if !ok {
		w.narrow.shared(w.f.frame)
		return
	}
	w.narrow.forget(offset, sizes[in.op-firstLoad])
	value, address := w.before(1), w.before(2)
	if in.op == opStoreLong && value.op == opGet && value.n > stackPointer && address.op == opGet && address.n == stackPointer {
		w.narrow.same(place(offset), value.n)
	}
}

// forget forgets what so many bytes of the frame hold.
func (n *narrow) forget(offset, size int) {
	for key := range n.valid {
		if at := place(key); key < 0 && at+8 > offset && at < offset+size {
			delete(n.valid, key)
		}
	}
}

// shared forgets the places to which others may write.
func (n *narrow) shared(f *frame) {
	for key := range n.valid {
		if key < 0 && !f.private(place(key)) {
			delete(n.valid, key)
		}
	}
}
