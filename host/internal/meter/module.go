package meter

import (
	"bytes"
	"errors"
	"fmt"
)

// The sections of a module, by id.
const (
	sectionCustom = iota
	sectionType
	sectionImport
	sectionFunction
	sectionTable
	sectionMemory
	sectionGlobal
	sectionExport
	sectionStart
	sectionElement
	sectionCode
	sectionData
	sectionDataCount
	sections
)

// order is the one in which sections stand; the data count precedes the code.
var order = [...]byte{
	sectionType, sectionImport, sectionFunction, sectionTable, sectionMemory, sectionGlobal,
	sectionExport, sectionStart, sectionElement, sectionDataCount, sectionCode, sectionData,
}

var header = []byte("\x00asm\x01\x00\x00\x00")

// module is a module cut into sections, with what the rewriting needs to know.
type module struct {
	section [sections][]byte
	has     [sections]bool
	names   []byte // the custom section "name"

	types     [][]byte // encodings of the function types
	functions uint32   // imported and own
	globals   uint32   // imported and own
	yield     uint32   // index of the function that is called
	hasYield  bool
}

func (m *module) cut(wasm []byte) error {
	if !bytes.HasPrefix(wasm, header) {
		return errors.New("not a WebAssembly module of version 1")
	}
	r := reader{b: wasm, at: len(header)}
	for !r.done() {
		id := r.byte()
		body := r.bytes(r.u32())
		if r.err != nil {
			break
		}
		if err := m.add(id, body); err != nil {
			return err
		}
	}
	return r.err
}

func (m *module) add(id byte, body []byte) error {
	switch {
	case id == sectionCustom:
		r := reader{b: body}
		if string(r.bytes(r.u32())) == "name" {
			m.names = body
		}
		return r.err
	case id >= sections:
		return fmt.Errorf("section %d not supported (have 0..%d)", id, sections-1)
	case m.has[id]:
		return fmt.Errorf("section %d stands twice", id)
	}
	m.section[id], m.has[id] = body, true
	return nil
}

// read fills in what the rewriting needs to know about the sections.
func (m *module) read(yieldModule, yieldName string) error {
	if err := m.readTypes(); err != nil {
		return fmt.Errorf("type section: %w", err)
	}
	if err := m.readImports(yieldModule, yieldName); err != nil {
		return fmt.Errorf("import section: %w", err)
	}
	own, err := m.count(sectionFunction)
	if err != nil {
		return fmt.Errorf("function section: %w", err)
	}
	m.functions += own
	if own, err = m.count(sectionGlobal); err != nil {
		return fmt.Errorf("global section: %w", err)
	}
	m.globals += own
	return nil
}

// count is the length of the vector that a section is.
func (m *module) count(id int) (uint32, error) {
	if !m.has[id] {
		return 0, nil
	}
	r := reader{b: m.section[id]}
	n := r.u32()
	return n, r.err
}

func (m *module) readTypes() error {
	if !m.has[sectionType] {
		return nil
	}
	r := reader{b: m.section[sectionType]}
	for n := r.u32(); n > 0 && r.err == nil; n-- {
		start := r.at
		if form := r.byte(); form != 0x60 {
			r.fail(fmt.Errorf("form %#x is not a function's", form))
		}
		r.bytes(r.u32())
		r.bytes(r.u32())
		if r.err == nil {
			m.types = append(m.types, r.b[start:r.at])
		}
	}
	return r.err
}

// The kinds of imports.
const (
	kindFunction = iota
	kindTable
	kindMemory
	kindGlobal
)

func (m *module) readImports(yieldModule, yieldName string) error {
	if !m.has[sectionImport] {
		return nil
	}
	r := reader{b: m.section[sectionImport]}
	for n := r.u32(); n > 0 && r.err == nil; n-- {
		from := string(r.bytes(r.u32()))
		name := string(r.bytes(r.u32()))
		switch kind := r.byte(); kind {
		case kindFunction:
			typ := r.u32()
			if from == yieldModule && name == yieldName && !m.hasYield {
				m.yield, m.hasYield = m.functions, true
				m.checkYield(&r, typ)
			}
			m.functions++
		case kindTable:
			r.byte()
			r.limits()
		case kindMemory:
			r.limits()
		case kindGlobal:
			r.skip(2)
			m.globals++
		default:
			r.fail(fmt.Errorf("kind %d not supported", kind))
		}
	}
	return r.err
}

// checkYield demands the type of WASI's sched_yield: no parameter, an i32.
func (m *module) checkYield(r *reader, typ uint32) {
	if int64(typ) >= int64(len(m.types)) || !bytes.Equal(m.types[typ], []byte{0x60, 0, 1, 0x7f}) {
		r.fail(errors.New("the function to be called is not a () i32"))
	}
}

func (r *reader) limits() {
	flags := r.byte()
	r.leb()
	if flags&1 != 0 {
		r.leb()
	}
}

// bytes puts the sections together again.
func (m *module) bytes(size int) []byte {
	dst := make([]byte, 0, size)
	dst = append(dst, header...)
	for _, id := range order {
		if m.has[id] {
			dst = appendSection(dst, id, m.section[id])
		}
	}
	if m.names != nil {
		dst = appendSection(dst, sectionCustom, m.names)
	}
	return dst
}

func appendSection(dst []byte, id byte, body []byte) []byte {
	dst = append(dst, id)
	dst = appendU32(dst, uint32(len(body)))
	return append(dst, body...)
}

// extend appends one element to the vector that a section is.
func (m *module) extend(id int, element ...byte) error {
	var old []byte
	var n uint32
	if m.has[id] {
		r := reader{b: m.section[id]}
		n = r.u32()
		if r.err != nil {
			return r.err
		}
		old = r.rest()
	}
	dst := make([]byte, 0, len(old)+len(element)+5)
	dst = appendU32(dst, n+1)
	dst = append(dst, old...)
	m.section[id], m.has[id] = append(dst, element...), true
	return nil
}
