package jump

import (
	"bytes"
	"strings"
)

// A function that takes much of a request's time and is one formula can be written
// for WebAssembly directly, where Go's compiler has sixteen locals, all of 64 bits,
// and keeps the rest in memory. Its Go form does the same, slower, and is what the
// Go tools see. The function is found by its name in Go's table of functions, which
// modules have until this package empties it.

// written are the functions that are written here, by their symbol.
var written = map[string]func() []byte{
	"github.com/profferhq/proffer/plugin/seal.compress": compress,
}

const (
	firstFunction = 0x1000 // the number that Go gives the first function, in addresses of code
	recordName    = 4
)

// name finds functions by their names.
func (m *module) name(functions map[string]int, imports int) {
	m.kernels, m.panics, m.plain = map[int][]byte{}, map[int]bool{}, map[int]bool{}
	n, known := functions[deferreturn]
	_, exits := functions[goexit]
	if !known && !exits {
		return // it was rewritten before
	}
	if !known || !exits {
		panic("of " + deferreturn + " and " + goexit + " one is missing")
	}
	m.named, m.imports, m.deferreturn = true, imports, imports+n
	m.write(functions)
	for name, n := range functions {
		if panics[name] || strings.HasPrefix(name, "runtime.goPanic") {
			m.panics[imports+n] = true
		}
		m.plain[firstFunction+n] = name != goexit
	}
}

// write takes the bodies of the functions that are written here. A package of which
// something is left without the function is one in which its name has changed.
func (m *module) write(functions map[string]int) {
	for symbol, body := range written {
		if n, ok := functions[symbol]; ok {
			m.kernels[n] = body()
			continue
		}
		home := symbol[:strings.LastIndexByte(symbol, '.')+1]
		for name := range functions {
			if strings.HasPrefix(name, home) {
				panic("there is " + name + ", and no " + symbol)
			}
		}
	}
}

// deferreturn is where a function runs what it has deferred. Linkers know its calls.
const deferreturn = "runtime.deferreturn"

// goexit is the function to which a goroutine's first returns, at the number before
// that of its only call's return address.
const goexit = "runtime.goexit"

// panics are functions of Go's runtime that never come back, beside those whose
// names begin with goPanic.
var panics = map[string]bool{
	"runtime.gopanic": true, "runtime.panicdivide": true, "runtime.panicshift": true, "runtime.panicwrap": true,
	"runtime.panicdottypeE": true, "runtime.panicdottypeI": true, "runtime.panicnildottype": true,
	"runtime.panicmakeslicelen": true, "runtime.panicmakeslicecap": true, "runtime.sigpanic": true,
	"runtime.throw": true, "runtime.fatal": true,
}

// functions gives the number of each function by its name.
func (m *image) functions() map[string]int {
	out := map[string]int{}
	records, names := m.table+m.number(fieldRecords), m.table+m.number(fieldNames)
	for i := range m.number(fieldFuncs) {
		entry, f := m.u32(records+8*i), records+m.u32(records+8*i+4)
		name, _, _ := bytes.Cut(m.bytes[names+m.u32(f+recordName):], []byte{0})
		out[string(name)] = entry - firstFunction
	}
	return out
}

// writer writes the code of a kernel.
type writer struct{ code []byte }

func (w *writer) op(list ...byte) { w.code = append(w.code, list...) }

func (w *writer) get(local int) { w.code = appendLEB(append(w.code, opGet), local) }

func (w *writer) set(local int) { w.code = appendLEB(append(w.code, opSet), local) }

func (w *writer) tee(local int) { w.code = appendLEB(append(w.code, opTee), local) }

func (w *writer) number(n uint32) { w.code = appendSLEB(append(w.code, opConst), int(int32(n))) }

// load loads 32 bits at an offset from the address on the stack.
func (w *writer) load(offset int) { w.code = appendLEB(append(w.code, firstLoad, 2), offset) }

func (w *writer) store(offset int) { w.code = appendLEB(append(w.code, opStore, 2), offset) }

// argument loads an address that a caller in Go left behind the return address.
func (w *writer) argument(n, local int) {
	w.op(opGlobalGet, 0)
	w.load(8 + 8*n)
	w.set(local)
}

// body ends the code of a function that has so many locals of 32 bits, as Go's
// functions end: the return address is taken off the stack, which is not unwound.
func (w *writer) body(locals int) []byte {
	w.op(opGlobalGet, 0)
	w.number(8)
	w.op(opAdd32, opGlobalSet, 0)
	w.number(0)
	w.op(opEnd)
	return append(append(appendLEB([]byte{1}, locals), typeI32), w.code...)
}
