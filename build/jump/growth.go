package jump

// How a function begins whose stack pointer is constant, and how it ends where its
// stack has to grow.

// begin sets the local before the table of blocks.
func (f *frame) begin(dst []byte) []byte {
	if f.grow != nil {
		dst = append(dst, opBlock, typeNone)
	}
	dst = append(dst, opGlobalGet, 0, opConst)
	dst = appendSLEB(dst, f.size+8)
	if f.size > 0 {
		dst = append(dst, opConst, 8, opGet, 0, opZero, opSelect)
	}
	return appendLEB(append(dst, opSub32, opSet), stackPointer)
}

// touch checks the farthest place.
func (f *frame) touch(dst []byte) []byte {
	if f.end == 0 {
		return dst
	}
	dst = append(appendLEB(append(dst, opGet), stackPointer), opLoadByte, 0)
	return append(appendLEB(dst, f.end-1), opDrop)
}

// growing is how many instructions a function has for the case that its stack has
// to grow.
const growing = 15

// grows takes them to the end of the function: there they are out of the way.
func (f *frame) grows(i int) bool {
	l := f.list[i:]
	if f.begun || f.grow != nil || len(l) < growing || l[0].op != opIf || f.delta != f.size+8 || !f.pushes(i+6) || l[7].n&0xffff != 0 {
		return false
	}
	if by, ok := f.change(i+1, opSub32); !ok || by != 8 || l[9].op != opConst || l[10].op != opCall || l[13].op != opBrIf || l[14].op != opEnd {
		return false
	}
	f.grow = []instruction{made(opGet, stackPointer), l[7], moved(l[8], f.size), l[9], l[10]}
	f.out = append(f.out, made(opBrIf, len(f.open)))
	return true
}

// growth is the end of a function that grows its stack: what was its end returns.
func (f *frame) growth(dst []byte) []byte {
	at := *f
	at.delta, at.out = f.size, nil
	at.setGlobal()
	dst = append(dst, opReturn, opEnd)
	for _, in := range append(at.out, f.grow...) {
		dst = append(dst, in.bytes...)
	}
	return dst
}
