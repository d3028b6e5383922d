package jump

// Go keeps the stack pointer in a local and changes it: by the size of the frame
// where a function begins and ends, by 8 around each call, and anew from a global
// after each call. To an engine each of these is another address, of which it knows
// nothing. But a frame lies still. So the local is set once, to what the stack
// pointer is while the function calls another,
//
//	before the table of blocks:  local.set SP (global.get SP - (block = 0 ? size + 8 : 8))
//	at the table:                local.get SP, i32.load8_u …, drop
//	a place in the frame:        local.get SP, i64.load offset + 8
//	a call:                      global.set SP (local.get SP), …
//	after it:                    nothing
//
// and one check of the farthest place does for all of the function. A stack moves
// only while what runs on it is unwound, and is entered again by the table: what
// grows it unwinds, and it is not made smaller under a goroutine that runs, also not
// on the system's stack (runtime.isShrinkStackSafe of Go 1.26). What calls the host
// is left as it is, and unwinds where the stack has moved in a call of the host's
// (host.go).
//
// The table becomes tests (thread.go), every if gets an else, and where ways meet the
// local is set to itself: wazero remembers at the end of a way what it has checked,
// but only of ways that the module has written, and only of a value that it is told
// is the same.

// frame is a function whose stack pointer is made constant.
type frame struct {
	list   []instruction
	out    []instruction
	module *module
	number int           // of the function, in return addresses
	size   int           // of the frame
	delta  int           // what the stack pointer is more than the local says
	end    int           // of the farthest place that is accessed, from the local
	moved  map[int]int   // what is added to the offset of an access, by its place in list
	open   []openBlock   // that are
	begun  bool          // the frame is there
	pushed bool          // a return address
	grow   []instruction // of a function whose stack has to grow: the return address and the call
	last   byte          // the opcode before
	taken  [2]int        // from where on others may write in the frame, and above it
}

// maxFrame keeps the local from falling below zero where a stack is too small for a
// frame and has not grown yet: Go's linker puts nothing below 12 KiB.
const maxFrame = 8 << 10

// openBlock is a block, and what delta was where it starts.
type openBlock struct {
	op    byte
	delta int
}

// fix gives the code of a function with a constant stack pointer, or reports that
// it is not written in the way that Go's compiler has.
func (m *module) fix(list []instruction, number int) (*frame, bool) {
	f := &frame{list: list, module: m, number: number, moved: map[int]int{}, taken: [2]int{maxFold, maxFold}}
	if len(list) < 2 || list[0].op != opGlobalGet || list[0].n != 0 || list[1].op != opSet || list[1].n != stackPointer {
		return nil, false
	}
	f.size = f.prologue()
	if f.size > maxFrame {
		return nil, false
	}
	f.delta = f.size + 8
	for i := 2; i < len(list); {
		n := f.step(i)
		if n == 0 {
			return nil, false
		}
		i += n
		f.last = list[i-1].op
	}
	return f, true
}

// change reports whether the stack pointer is changed at i by a constant.
func (f *frame) change(i int, op byte) (by int, ok bool) {
	l := f.list[i:]
	if len(l) < 5 || l[0].op != opGet || l[0].n != stackPointer || l[1].op != opConst || l[2].op != op ||
		l[3].op != opTee || l[3].n != stackPointer || l[4].op != opGlobalSet || l[4].n != 0 {
		return 0, false
	}
	return l[1].n, true
}

// pushes reports whether a return address is written at i.
func (f *frame) pushes(i int) bool {
	l := f.list[i:]
	return len(l) > 2 && l[0].op == opGet && l[0].n == stackPointer && l[1].op == opLong && l[1].n>>16 == f.number
}

// prologue finds the size of the frame: what the stack pointer is first lowered by,
// unless that is for a call.
func (f *frame) prologue() int {
	inside := 0
	for i := range f.list {
		switch f.list[i].op {
		case opIf:
			inside++
		case opEnd:
			inside = max(0, inside-1)
		}
		if by, ok := f.change(i, opSub32); ok && inside == 0 {
			if f.pushes(i + 5) {
				return 0
			}
			return by
		}
	}
	return 0
}

// step takes what stands at i and says how many instructions that were; none if it
// is not known.
func (f *frame) step(i int) int {
	if by, ok := f.change(i, opSub32); ok {
		return f.lower(i, by)
	}
	if by, ok := f.change(i, opAdd32); ok {
		f.delta += by
		if _, again := f.change(i+5, opAdd32); !again {
			f.setGlobal()
		}
		return 5
	}
	if f.grows(i) {
		return growing
	}
	in := f.list[i]
	switch in.op {
	case opGlobalGet, opGlobalSet:
		if in.n == 0 {
			return f.reload(i)
		}
	case opSet, opTee:
		if in.n == stackPointer {
			return 0
		}
	case opGet:
		if in.n == stackPointer {
			return f.use(i)
		}
	}
	if by, ok := f.moved[i]; ok {
		in = moved(in, by)
	}
	return f.control(in)
}

// lower is where the frame begins or a return address is pushed.
func (f *frame) lower(i, by int) int {
	f.delta -= by
	if f.pushes(i + 5) {
		if by != 8 || f.delta != 0 && f.delta != f.size {
			return 0
		}
		f.pushed = true
		f.setGlobal()
		return 5
	}
	if f.begun || by != f.size || f.delta != 8 {
		return 0
	}
	f.begun = true
	return 5
}

func (f *frame) setGlobal() {
	f.pointer()
	f.out = append(f.out, made(opGlobalSet, 0))
}

// pointer puts the stack pointer on the stack.
func (f *frame) pointer() {
	f.out = append(f.out, made(opGet, stackPointer))
	if f.delta != 0 {
		f.out = append(f.out, made(opConst, f.delta), made(opAdd32, 0))
	}
}

// reload is where the stack pointer comes back from a call. A return address that
// was pushed for it is gone then.
func (f *frame) reload(i int) int {
	called := f.last == opCall || f.last == opCallIndirect
	if !called || f.list[i].op != opGlobalGet || i+1 >= len(f.list) || f.list[i+1].op != opSet || f.list[i+1].n != stackPointer {
		return 0
	}
	if f.pushed {
		f.delta += 8
		f.pushed = false
	}
	return 2
}

// use is where the stack pointer is taken: as the address of an access, as the
// start of an address, or otherwise.
func (f *frame) use(i int) int {
	l := f.list[i:]
	if end, ok := access(l, 1); ok {
		at, _ := consumer(l, 1)
		f.moved[i+at] = f.delta
		f.end = max(f.end, end+f.delta)
		f.out = append(f.out, l[0])
		return 1
	}
	if len(l) > 3 && l[1].op == opExtend && l[2].op == opLong && l[3].op == opAdd {
		if _, ok := foldable(l); ok {
			end, _ := access(l, 5)
			f.end = max(f.end, end+l[2].n+f.delta)
		} else {
			f.take(l[2].n + f.delta)
		}
		f.out = append(f.out, l[0], l[1], made(opLong, l[2].n+f.delta))
		return 3
	}
	if len(l) < 2 || l[1].op != opGlobalGet { // which is the guard's comparison
		f.taken = [2]int{}
	}
	f.pointer()
	return 1
}

// control takes any other instruction, and holds what jumps and what is jumped to
// to a stack pointer that is the same.
func (f *frame) control(in instruction) int {
	still := f.delta == 8
	switch in.op {
	case opBlock, opLoop, opIf:
		f.open = append(f.open, openBlock{in.op, f.delta})
	case opElse, opEnd:
		if !f.close(in.op) {
			return 0
		}
	case opBr:
		if !still {
			return 0
		}
	case opBrIf: // out of the function, behind a call that grows the stack
		if !still && !(f.last == opSet && f.delta == f.size+8) {
			return 0
		}
	case opReturn:
		if f.delta != f.size+16 && f.last != opSet && f.last != opCall && f.last != opCallIndirect {
			return 0
		}
	case opCall, opCallIndirect:
		if in.op == opCall && in.n < f.module.imports {
			return 0
		}
		if !f.pushed { // one that uses the stack where it is, or takes the place of this function
			f.setGlobal()
		}
	}
	f.out = append(f.out, in)
	if in.op == opBrIf && f.last == opSet && still && f.module.checked {
		f.check()
	}
	return 1
}

// check traps where a call has not left the stack pointer as it was: for tests.
func (f *frame) check() {
	f.out = append(f.out, made(opGlobalGet, 0))
	f.pointer()
	f.out = append(f.out, made(opUnequal32, 0), made(opIf, typeNone), made(opUnreachable, 0), made(opEnd, 0))
}

// close ends a block. Behind a jump nothing comes from above: there the table is
// where the function starts, and the frame is there everywhere else.
func (f *frame) close(op byte) bool {
	if len(f.open) == 0 {
		return true // the function itself
	}
	b := &f.open[len(f.open)-1]
	was, first := b.delta, b.op
	if op == opEnd {
		f.open = f.open[:len(f.open)-1]
	} else {
		b.op = opElse
	}
	switch f.last {
	case opBrTable:
		f.delta = f.size + 8
	case opBr, opReturn, opUnreachable:
		f.delta = 8
		if first == opIf {
			f.delta = was
		}
	default:
		return f.delta == 8 || first == opIf && f.delta == was
	}
	return true
}
