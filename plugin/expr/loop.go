package expr

import (
	"encoding/binary"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
)

// loop runs an OpLoop of a size: its body for each element of the list on top of
// the stack, which becomes the result. That of an all or exists is settled with
// the first element that decides, as in cel-go.
func (m *Machine) loop(in []byte, size int, s *Scope) bool {
	if m.level == len(m.elements) {
		return false
	}
	top := &m.stack[m.sp-1]
	if top.Kind != List || !m.spend(len(top.Bytes)) {
		top.fail()
		m.pc += size
		return m.left >= 0
	}
	l := gathering{kind: in[1], list: top.Bytes, cursor: wire.NewCursor(top.Bytes)}
	l.left = l.cursor.Array()
	pc, tail, used := m.pc, m.tail, m.used
	m.sp--
	l.open(m)
	m.level++
	for l.left > 0 && !l.done {
		l.left--
		if !m.turn(&l, in[4:size], s) {
			return false
		}
	}
	m.level--
	m.pc, m.sp = pc+size, m.sp+1
	if l.close(m, &m.stack[m.sp-1]) {
		return true
	}
	m.tail, m.used = tail, used // the result lies not there
	return true
}

// turn runs the body for the next element.
func (m *Machine) turn(l *gathering, body []byte, s *Scope) bool {
	if m.turns--; m.turns < 0 {
		return false
	}
	if m.left--; m.left < 0 {
		return false
	}
	from := l.cursor.Offset()
	e := &m.elements[m.level-1]
	*e = element(&l.cursor)
	if !l.cursor.OK() {
		l.failed, l.done = true, true
		return true
	}
	sp := m.sp
	m.pc, m.tail, m.used = 0, l.end, l.end
	if !m.run(body, s) || m.sp != sp+1 {
		return false
	}
	m.sp = sp
	l.add(m, &m.stack[sp], l.list[from:l.cursor.Offset()])
	return true
}

// gathering is the result of a loop while it grows. A list grows in the
// machine's scratch, below what the body builds.
type gathering struct {
	kind         byte
	list         []byte
	cursor       wire.Cursor
	left         int  // elements that are still to come
	done, failed bool // the result does not change any more; it is an error
	hits         int  // elements of which the body is true, or in the new list
	start, end   int  // of the new list, in the scratch
}

// listHead is the room for the head of a list: the longest has 3 bytes.
const listHead = 3

func (l *gathering) open(m *Machine) {
	l.start, l.end = m.used, m.used
	if l.kind < snapshot.LoopFilter {
		return
	}
	if l.end += listHead; l.end > MaxText {
		l.failed, l.done, l.end = true, true, m.used
	}
}

// add takes what the body gives for an element.
func (l *gathering) add(m *Machine, v *Value, raw []byte) {
	if l.kind == snapshot.LoopMap {
		l.failed = l.failed || !l.append(m, v)
		l.hits++
		return
	}
	if v.Kind != Bool {
		l.failed = true
		return
	}
	switch yes := v.Bits != 0; {
	case l.kind == snapshot.LoopAll:
		l.done = l.done || !yes
	case !yes:
		return
	case l.kind == snapshot.LoopExists:
		l.done = true
	case l.kind == snapshot.LoopFilter:
		l.failed = l.failed || !l.copy(m, raw)
	}
	l.hits++
}

// copy appends an element as it stands in the old list.
func (l *gathering) copy(m *Machine, raw []byte) bool {
	if len(raw) > MaxText-l.end || !m.spend(len(raw)) {
		return false
	}
	l.end += copy(m.scratch[l.end:], raw)
	return true
}

// append appends a value. A text may lie in the scratch behind the end, so it
// is moved before its head is written.
func (l *gathering) append(m *Machine, v *Value) bool {
	const longest = 9 // head of a text, or a number
	if l.end+longest+len(v.Bytes) > MaxText && (v.Kind == String || l.end+longest > MaxText) {
		return false
	}
	b := m.scratch[l.end:l.end:MaxText]
	switch v.Kind {
	case Bool:
		b = wire.AppendBool(b, v.Bits != 0)
	case Int:
		b = wire.AppendInt(b, int64(v.Bits))
	case Uint:
		b = wire.AppendUint(b, v.Bits)
	case Double:
		b = wire.AppendFloat(b, v.number())
	case String:
		if !m.spend(len(v.Bytes)) {
			return false
		}
		b = b[:textHead(len(v.Bytes))+len(v.Bytes)]
		copy(b[textHead(len(v.Bytes)):], v.Bytes)
		writeTextHead(b, len(v.Bytes))
	default:
		return false
	}
	l.end += len(b)
	return true
}

// textHead is how many bytes stand before a text of n bytes.
func textHead(n int) int {
	switch {
	case n < 32:
		return 1
	case n < 256:
		return 2
	}
	return 3
}

func writeTextHead(b []byte, n int) {
	switch textHead(n) {
	case 1:
		b[0] = 0xa0 | byte(n)
	case 2:
		b[0], b[1] = 0xd9, byte(n)
	default:
		b[0] = 0xda
		binary.BigEndian.PutUint16(b[1:], uint16(n))
	}
}

// close makes v the result, and reports whether that lies in the scratch.
func (l *gathering) close(m *Machine, v *Value) bool {
	decided := l.kind <= snapshot.LoopExists && l.done && l.cursor.OK()
	switch {
	case !l.cursor.OK() || l.failed && !decided:
		v.fail()
		return false
	case l.kind < snapshot.LoopFilter:
		yes := l.hits == 1
		if l.kind != snapshot.LoopOne {
			yes = (l.kind == snapshot.LoopExists) == l.done
		}
		v.Kind, v.Bits = Bool, 0
		if yes {
			v.Bits = 1
		}
		return false
	}
	head := l.start
	if l.hits < 16 {
		head += listHead - 1
		m.scratch[head] = 0x90 | byte(l.hits)
	} else {
		m.scratch[head] = 0xdc
		binary.BigEndian.PutUint16(m.scratch[head+1:], uint16(l.hits))
	}
	v.Kind, v.Bits, v.Bytes = List, 0, m.scratch[head:l.end:l.end]
	m.tail, m.used = l.end, l.end
	return true
}
