package jump

import (
	"bytes"
	"maps"
)

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
	dead   bool        // what stands here is not reached from above
	at     int         // in the function's code
	places map[int]int // in the frame that loads and stores access, by where they are in the code
}

func (w *walk) run() {
	w.places = map[int]int{}
	for w.at < len(w.f.code) {
		n := w.step(w.f.code[w.at:])
		if n == 1 && w.f.frame != nil {
			w.note(&w.f.code[w.at])
		}
		w.at += n
	}
}

// step takes what stands at the start of list and says how many instructions that
// were.
func (w *walk) step(list []instruction) int {
	if len(list) > 4 && list[0].op == opIf && list[0].n == typeNone && list[4].op == opEnd {
		if depth, ok := w.jump(list[1:], 1); ok {
			w.emit(opBrIf, depth)
			return 5
		}
	}
	if depth, ok := w.jump(list, 0); ok {
		w.emit(opBr, depth)
		w.dead = true
		return 3
	}
	switch in := &list[0]; in.op {
	case opGet:
		if n := w.local(list); n > 0 {
			return n
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
		w.arrive(at)
		w.emit(in.op, w.depth(at))
		w.dead = w.dead || in.op == opBr
		return 1
	case opReturn, opUnreachable:
		w.dead = true
	case opBlock, opLoop, opIf:
		if !w.open(in) {
			return 1
		}
	case opElse:
		w.otherwise()
	case opEnd:
		return w.end(list)
	}
	w.out = append(w.out, list[0].bytes...)
	return 1
}

// local takes what begins with a local: the table, a narrow form, or a place near
// the stack pointer.
func (w *walk) local(list []instruction) int {
	in := &list[0]
	if in.n == 0 {
		w.table(&list[1])
		w.dead = true
		return 2
	}
	if len(list) > 1 && list[1].op == opWrap {
		w.out = w.narrow.get(w.out, in.n, in.bytes, list)
		return 2
	}
	if offset, ok := loaded(list); ok && w.f.frame != nil {
		load := append(bytes.Clone(in.bytes), list[1].bytes...)
		w.out = w.narrow.get(w.out, place(offset), load, list)
		return 3
	}
	if at, ok := foldable(list); ok {
		w.places[w.at+at] = list[at].offset() + list[2].n
		if w.last {
			list[at] = moved(list[at], list[2].n)
		}
		w.out = append(w.out, in.bytes...)
		return 5
	}
	return 0
}

// arrive notes what holds where a label is branched to.
func (w *walk) arrive(at int) {
	l := &w.labels[at]
	if w.dead {
		return
	}
	if l.ends == nil {
		l.ends = maps.Clone(w.narrow.valid)
		return
	}
	n := narrow{valid: l.ends}
	n.meet(w.narrow.valid)
}

// otherwise begins the other way of an if.
func (w *walk) otherwise() {
	at := len(w.labels) - 1
	w.arrive(at)
	l := &w.labels[at]
	l.op, w.dead = opElse, false
	w.narrow.valid = maps.Clone(l.start)
}

// end leaves a block: what holds behind it held on all ways that lead there.
func (w *walk) end(list []instruction) int {
	top := len(w.labels) - 1
	l := &w.labels[top]
	if l.gone {
		w.labels = w.labels[:top]
		return 1
	}
	if l.op == opIf {
		w.arrive(top)
		w.narrow.valid, w.dead = maps.Clone(l.start), false
		w.arrive(top)
	} else {
		w.arrive(top)
	}
	w.narrow.valid = map[int]form{}
	if l.ends != nil && !w.f.keep[l.id] && l.op != opLoop {
		w.narrow.valid = l.ends
		w.narrow.meet(l.ends)
	}
	w.dead = false
	op := l.op
	w.labels = w.labels[:top]
	switch {
	case w.f.frame != nil && top > 0:
		if op == opIf {
			w.out = append(w.out, opElse) // a way of its own: an engine remembers at its end what it has checked
		}
		w.out = append(w.out, opEnd, opGet, stackPointer, opSet, stackPointer)
	case w.f.frame != nil && w.f.frame.grow != nil:
		w.out = append(w.f.frame.growth(w.out), opEnd)
	case w.f.framed && op == opBlock:
		w.out = append(w.out, list[0].bytes...)
		r := w.frame(list[1:])
		w.out = r.farther(w.out, stackPointer)
	default:
		w.out = append(w.out, list[0].bytes...)
	}
	return 1
}
