package assemble

import "encoding/binary"

// The value types.
const (
	I32 = 0x7f
	I64 = 0x7e
	F64 = 0x7c
)

// Type is the type of a function.
type Type struct{ Params, Results []byte }

// Import is an imported function.
type Import struct {
	Module, Name string
	Type         Type
}

// Func is a function with its body, without the end that closes it.
type Func struct {
	Export string // empty: not exported
	Type   Type
	Locals []byte // types
	Body   []byte
}

// Data is what the memory holds from an offset on.
type Data struct {
	Offset int32
	Bytes  []byte
}

// Module is a module. Imports have the lower function indexes.
type Module struct {
	Imports      []Import
	Funcs        []Func
	Globals      int
	Memory       uint32 // pages at the start; 0: no memory
	MemoryExport string
	Data         []Data
	Name         string // name of the module in its custom section "name"
}

// Bytes is the binary form of m.
func (m Module) Bytes() []byte {
	types, imports, funcs := vec{}, vec{}, vec{}
	for _, i := range m.Imports {
		imports.add(concat(str(i.Module), str(i.Name), []byte{0}, num(types.n)))
		types.add(i.Type.bytes())
	}
	for _, f := range m.Funcs {
		funcs.add(num(types.n))
		types.add(f.Type.bytes())
	}
	b := types.section([]byte("\x00asm\x01\x00\x00\x00"), 1)
	b = imports.section(b, 2)
	b = funcs.section(b, 3)
	if m.Memory > 0 {
		b = vec{n: 1, b: concat([]byte{0}, num(int(m.Memory)))}.section(b, 5)
	}
	globals := vec{}
	for range m.Globals {
		globals.add([]byte{I32, 1, 0x41, 0, 0x0b})
	}
	b = globals.section(b, 6)
	b = m.exports().section(b, 7)
	b = m.code().section(b, 10)
	b = m.data().section(b, 11)
	if m.Name != "" {
		sub := str(m.Name)
		b = section(b, 0, concat(str("name"), []byte{0}, num(len(sub)), sub))
	}
	return b
}

func (m Module) exports() vec {
	v := vec{}
	if m.Memory > 0 && m.MemoryExport != "" {
		v.add(concat(str(m.MemoryExport), []byte{2, 0}))
	}
	for i, f := range m.Funcs {
		if f.Export != "" {
			v.add(concat(str(f.Export), []byte{0}, num(len(m.Imports)+i)))
		}
	}
	return v
}

func (m Module) code() vec {
	v := vec{}
	for _, f := range m.Funcs {
		locals := vec{}
		for _, l := range f.Locals {
			locals.add([]byte{1, l})
		}
		body := concat(num(locals.n), locals.b, f.Body, []byte{0x0b})
		v.add(concat(num(len(body)), body))
	}
	return v
}

func (m Module) data() vec {
	v := vec{}
	for _, d := range m.Data {
		v.add(concat([]byte{0}, Const(d.Offset), []byte{0x0b}, num(len(d.Bytes)), d.Bytes))
	}
	return v
}

// Const is the instruction i32.const.
func Const(v int32) []byte { return append([]byte{0x41}, signed(int64(v))...) }

// Const64 is the instruction i64.const.
func Const64(v int64) []byte { return append([]byte{0x42}, signed(v)...) }

// Code joins instructions: each part is a byte, an int or bytes.
func Code(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			b = append(b, byte(p))
		case byte:
			b = append(b, p)
		case []byte:
			b = append(b, p...)
		}
	}
	return b
}

// vec is a vector in the making.
type vec struct {
	n int
	b []byte
}

func (v *vec) add(element []byte) {
	v.n++
	v.b = append(v.b, element...)
}

func (v vec) section(dst []byte, id byte) []byte {
	if v.n == 0 {
		return dst
	}
	return section(dst, id, concat(num(v.n), v.b))
}

func section(dst []byte, id byte, body []byte) []byte {
	return append(append(append(dst, id), num(len(body))...), body...)
}

func (t Type) bytes() []byte {
	return concat([]byte{0x60}, num(len(t.Params)), t.Params, num(len(t.Results)), t.Results)
}

func str(s string) []byte { return append(num(len(s)), s...) }

func num(v int) []byte { return binary.AppendUvarint(nil, uint64(v)) }

func signed(v int64) []byte {
	var b []byte
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}

func concat(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}
