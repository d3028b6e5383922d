package build

import (
	"errors"
	"fmt"
	"strings"
)

// Module is the border of a Wasm module.
type Module struct {
	Imports []Import
	Exports []Export
}

// Import is something that a module asks of its host.
type Import struct {
	Module, Name string
	Type         string // as of an Export
}

// Export is something that a module gives its host.
type Export struct {
	Name string
	Type string // "(i32 i32) (i64)" for a function, else "table", "memory" or "global"
}

// The sections that are read, by their ids.
const (
	sectionType     = 1
	sectionImport   = 2
	sectionFunction = 3
	sectionExport   = 7
)

// magic is how a module of version 1 begins.
const magic = "\x00asm\x01\x00\x00\x00"

// Parse reads the border of a module in the binary format of WebAssembly 2.0,
// https://webassembly.github.io/spec/core/binary/modules.html. It refuses what
// it does not know in the sections that it reads, and skips all others.
func Parse(b []byte) (*Module, error) {
	if !strings.HasPrefix(string(b[:min(len(b), len(magic))]), magic) {
		return nil, errors.New("wasm: not a module of version 1")
	}
	p := parser{scanner: scanner{b: b[len(magic):]}, module: &Module{}}
	for len(p.b) > 0 && p.err == nil {
		id := p.byte()
		p.section(id, p.bytes(int(p.u32())))
	}
	if p.err != nil {
		return nil, fmt.Errorf("wasm: %w", p.err)
	}
	return p.module, nil
}

// parser holds what later sections need of earlier ones.
type parser struct {
	scanner
	module    *Module
	types     []string
	functions []string // types of all functions, the imported ones first
}

func (p *parser) section(id byte, body []byte) {
	s := &scanner{b: body, err: p.err}
	each := func(read func(*scanner)) {
		for n := s.u32(); n > 0 && s.err == nil; n-- {
			read(s)
		}
		if s.err == nil && len(s.b) > 0 {
			s.err = fmt.Errorf("section %d has %d bytes too many", id, len(s.b))
		}
	}
	switch id {
	case sectionType:
		each(p.typ)
	case sectionImport:
		each(p.imported)
	case sectionFunction:
		each(func(s *scanner) { p.functions = append(p.functions, p.signature(s)) })
	case sectionExport:
		each(p.exported)
	}
	p.err = s.err
}

func (p *parser) typ(s *scanner) {
	if form := s.byte(); form != 0x60 {
		s.fail("type %#x is not a function's", form)
	}
	params := s.valueTypes()
	p.types = append(p.types, params+" "+s.valueTypes())
}

// signature is the type at an index.
func (p *parser) signature(s *scanner) string {
	i := s.u32()
	if int(i) >= len(p.types) {
		s.fail("type %d of %d", i, len(p.types))
		return ""
	}
	return p.types[i]
}

// kinds are what can cross the border, by the numbers of the format.
var kinds = [...]string{"func", "table", "memory", "global"}

func (p *parser) imported(s *scanner) {
	in := Import{Module: s.name(), Name: s.name()}
	switch kind := s.byte(); kind {
	case 0:
		in.Type = p.signature(s)
		p.functions = append(p.functions, in.Type)
	case 1:
		s.byte() // element type
		s.limits()
		in.Type = kinds[kind]
	case 2:
		s.limits()
		in.Type = kinds[kind]
	case 3:
		s.byte() // value type
		s.byte() // mutability
		in.Type = kinds[kind]
	default:
		s.fail("import %s.%s is of kind %d", in.Module, in.Name, kind)
	}
	p.module.Imports = append(p.module.Imports, in)
}

func (p *parser) exported(s *scanner) {
	out := Export{Name: s.name()}
	kind, index := s.byte(), s.u32()
	switch {
	case int(kind) >= len(kinds):
		s.fail("export %s is of kind %d", out.Name, kind)
	case kind != 0:
		out.Type = kinds[kind]
	case int(index) >= len(p.functions):
		s.fail("export %s is function %d of %d", out.Name, index, len(p.functions))
	default:
		out.Type = p.functions[index]
	}
	p.module.Exports = append(p.module.Exports, out)
}
