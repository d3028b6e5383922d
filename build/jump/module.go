package jump

import (
	"bytes"
	"errors"
	"fmt"
)

const (
	head            = "\x00asm\x01\x00\x00\x00"
	headSize        = len(head)
	sectionType     = 1
	sectionFunction = 3
	sectionCode     = 10
	sectionData     = 11
	typeI32         = 0x7f
)

// module is what of earlier sections the code's needs.
type module struct {
	ours  []bool // which types are those of Go's functions
	types []int  // of the functions
	shift int    // where findfunc's stands in the code, -1: nowhere
	poll  int    // the number of the imported poll_oneoff, -1: there is none

	checked     bool           // a function finds out whether its stack pointer stands still
	named       bool           // the functions have names: Go's linker has just written them
	fixed       int            // how many functions have a constant stack pointer
	framed      int            // and how many could, were they written in ways that are known
	imports     int            // how many functions are the host's
	kernels     map[int][]byte // the bodies that are written here, by function
	deferreturn int            // the number of the runtime's, -1: unknown
	panics      map[int]bool   // the numbers of functions that never come back
	plain       map[int]bool   // functions that are entered in their middle by return addresses alone, by their number in addresses
}

// Direct gives a module with direct forward jumps, and without the names and
// lines that printed stacks have. One that Go has not compiled,
// or that was rewritten already, comes back as it is. It gives an error where
// the bytes are no module or have an instruction that it does not know.
func Direct(wasm []byte) (out []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("jump: not a module that Go wrote: %v", r)
		}
	}()
	if string(wasm[:min(headSize, len(wasm))]) != head {
		return nil, errors.New("jump: not a module of version 1")
	}
	return new(module).rewrite(wasm), nil
}

func (m *module) rewrite(wasm []byte) []byte {
	compiled(wasm)
	m.shift, m.poll, m.deferreturn = -1, -1, -1
	if data, ok := read(section(wasm, sectionData)); ok {
		m.name(data.functions(), imported(section(wasm, sectionImport)))
		if data.buckets() != nil {
			m.shift = shift(section(wasm, sectionCode))
		}
	}
	r := reader{b: wasm}
	out := append([]byte(nil), r.take(headSize)...)
	for r.at < len(r.b) {
		id := r.byte()
		body := r.take(r.leb())
		s := &reader{b: body}
		switch id {
		case sectionType:
			m.readTypes(s)
		case sectionImport:
			m.readImports(s)
		case sectionFunction:
			for n := s.leb(); n > 0; n-- {
				m.types = append(m.types, s.leb())
			}
		case sectionCode:
			if m.shift >= 0 {
				s.b = bytes.Clone(body)
				s.b[m.shift] = functionSize
			}
			body = m.functions(s)
		case sectionData:
			body = untraced(body, m.shift >= 0)
		}
		out = append(appendLEB(append(out, id), len(body)), body...)
	}
	return out
}

// section is the body of a module's first section of a kind, empty if it has none.
func section(wasm []byte, kind byte) []byte {
	r := reader{b: wasm, at: headSize}
	for r.at < len(r.b) {
		id := r.byte()
		if body := r.take(r.leb()); id == kind {
			return body
		}
	}
	return []byte{0} // nothing is in it
}

// readTypes finds the type of Go's functions: they take the number of a block
// and say whether the stack is to be unwound, both i32.
func (m *module) readTypes(s *reader) {
	for n := s.leb(); n > 0; n-- {
		s.byte() // form
		params, results := s.take(s.leb()), s.take(s.leb())
		m.ours = append(m.ours, string(params) == string([]byte{typeI32}) && string(results) == string([]byte{typeI32}))
	}
}

func (m *module) functions(s *reader) []byte {
	n := s.leb()
	out := appendLEB(nil, n)
	for i := range n {
		body := s.take(s.leb())
		switch {
		case m.kernels[i] != nil:
			if !m.ours[m.types[i]] {
				panic("a function that is written here has another type")
			}
			body = m.kernels[i]
		case m.ours[m.types[i]]:
			body = m.rewritten(m.returning(m.quiet(body)), i+firstFunction)
		}
		out = append(appendLEB(out, len(body)), body...)
	}
	return out
}

// rewritten gives the body of a function: the groups of its locals, and its
// code.
func (m *module) rewritten(body []byte, number int) []byte {
	r := &reader{b: body}
	groups, locals := r.leb(), 1 // with the parameter
	start, framed := r.at, false
	for i := range groups {
		n, typ := r.leb(), r.byte()
		framed = framed || i == 0 && n == 1 && typ == typeI32
		locals += n
	}
	declared := body[start:r.at]
	code, more := m.thread(body[r.at:], number, locals, framed)
	if more == 0 {
		return append(append(appendLEB(nil, groups), declared...), code...)
	}
	out := append(appendLEB(nil, groups+1), declared...)
	out = append(appendLEB(out, more), typeI32)
	return append(out, code...)
}
