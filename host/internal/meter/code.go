package meter

import "fmt"

// code rewrites function bodies.
type code struct {
	counter uint32 // index of the global
	yield   uint32 // index of the function that starts it again
	loops   int
}

// rewrite returns a code section with the counting put in.
func (c *code) rewrite(section []byte) ([]byte, error) {
	if section == nil {
		return nil, nil
	}
	r := reader{b: section}
	n := r.u32()
	dst := make([]byte, 0, len(section)+len(section)/8)
	dst = appendU32(dst, n)
	var f function
	for i := range n {
		body := r.bytes(r.u32())
		if r.err != nil {
			return nil, r.err
		}
		if err := f.rewrite(c, body); err != nil {
			return nil, fmt.Errorf("function %d: %w", i, err)
		}
		dst = appendU32(dst, uint32(len(f.dst)))
		dst = append(dst, f.dst...)
	}
	return dst, r.err
}

// The labels around an instruction.
const (
	labelPlain   = iota // a block, an if, or a loop that stays as it is
	labelWrapped        // a loop with three labels around it
)

// wrapping is how many labels a wrapped loop gets around it.
const wrapping = 3

// function rewrites one body. What need not change is copied in stretches.
type function struct {
	r      reader
	dst    []byte
	copied int // of the body
	labels []byte
}

func (f *function) rewrite(c *code, body []byte) error {
	*f = function{r: reader{b: body}, dst: f.dst[:0], labels: f.labels[:0]}
	r := &f.r
	for n := r.u32(); n > 0 && r.err == nil; n-- { // locals
		r.u32()
		r.byte()
	}
	for !r.done() {
		start := r.at
		switch op := r.byte(); op {
		case opBlock, opIf:
			r.leb()
			f.labels = append(f.labels, labelPlain)
		case opLoop:
			f.loop(c, start)
		case opEnd:
			f.end(c)
		case opBr, opBrIf:
			f.branch(1)
		case opBrTable:
			f.branch(int(r.u32()) + 1)
		default:
			r.immediates(op)
		}
	}
	if r.err != nil {
		return r.err
	}
	f.copy(len(body))
	return nil
}

// copy copies the body up to an offset.
func (f *function) copy(end int) {
	f.dst = append(f.dst, f.r.b[f.copied:end]...)
	f.copied = end
}

// loop begins a loop. The call of yield must not stand in it: an engine that
// keeps values in registers would have to save them around the call, and
// wazero then does so on every turn, which costs up to 40 % instead of 4 (see
// RATIONALE.md). So the loop is left for the call, and entered again; its state
// is in locals, which keep their values:
//
//	block T            ;; done
//	  loop T           ;; again
//	    block          ;; exhausted
//	      loop T       ;; the loop
//	        count, br_if exhausted
//	        ...
//	      end
//	      br done
//	    end
//	    call yield
//	    br again
//	  end
//	end
//
// A loop that takes parameters has state on the operand stack, too, and makes
// the call inside.
func (f *function) loop(c *code, start int) {
	c.loops++
	r := &f.r
	typ := byte(0)
	if r.at < len(r.b) {
		typ = r.b[r.at]
	}
	r.leb()
	if typ != emptyBlock && (typ < lowestType || typ > highestType) {
		f.labels = append(f.labels, labelPlain)
		f.copy(r.at)
		f.count(c)
		f.dst = append(f.dst, opIf, emptyBlock, opCall)
		f.dst = append(appendU32(f.dst, c.yield), opEnd)
		return
	}
	f.labels = append(f.labels, labelWrapped)
	f.copy(start)
	f.copied = r.at
	f.dst = append(f.dst, opBlock, typ, opLoop, typ, opBlock, emptyBlock, opLoop, typ)
	f.count(c)
	f.dst = append(f.dst, opBrIf, 1)
}

// count appends: take one off the counter, is it none?
func (f *function) count(c *code) {
	f.dst = appendU32(append(f.dst, opGlobalGet), c.counter)
	f.dst = append(f.dst, opI32Const, 1, opI32Sub)
	f.dst = appendU32(append(f.dst, opGlobalSet), c.counter)
	f.dst = appendU32(append(f.dst, opGlobalGet), c.counter)
	f.dst = append(f.dst, opI32Eqz)
}

// end closes the innermost label, or the function.
func (f *function) end(c *code) {
	if len(f.labels) == 0 {
		return
	}
	last := len(f.labels) - 1
	label := f.labels[last]
	f.labels = f.labels[:last]
	if label != labelWrapped {
		return
	}
	f.copy(f.r.at)
	f.dst = append(f.dst, opBr, 2, opEnd, opCall)
	f.dst = appendU32(f.dst, c.yield)
	f.dst = append(f.dst, opBr, 0, opEnd, opEnd)
}

// branch rewrites the n labels of an instruction.
func (f *function) branch(n int) {
	f.copy(f.r.at)
	for ; n > 0 && f.r.err == nil; n-- {
		f.dst = appendU32(f.dst, f.shift(f.r.u32()))
	}
	f.copied = f.r.at
}

// shift is the new depth of a label: those of the wrapped loops that a branch
// leaves are more now.
func (f *function) shift(depth uint32) uint32 {
	left := len(f.labels) - int(min(depth, uint32(len(f.labels))))
	more := uint32(0)
	for _, label := range f.labels[left:] {
		if label == labelWrapped {
			more += wrapping
		}
	}
	return depth + more
}
