package inspect

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// How tight an expression binds, from the loosest.
const (
	bindChoice = iota
	bindOr
	bindAnd
	bindRelation
	bindSum
	bindProduct
	bindSign
	bindName
)

// term is the text of an expression.
type term struct {
	text  string
	binds int
	items []string // of a list that is being gathered
}

// in is the text where an operator binds as tight as that.
func (t term) in(binds int) string {
	if t.binds < binds {
		return "(" + t.text + ")"
	}
	return t.text
}

// words writes programs as expressions of the authoring format.
type words struct {
	view *snapshot.View
	env  *snapshot.Environment
}

// expression is the text of a program: not the author's, but one that means
// the same and compiles to the same code.
func (w words) expression(program uint32) string {
	code := w.view.Program(program)
	r := reading{words: w, code: code}
	r.run(len(code))
	if r.bad || len(r.stack) != 1 {
		return fmt.Sprintf("(an expression of %d bytes that this version does not know)", len(code))
	}
	return r.stack[0].text
}

// Expression is the text of a program of an environment, as Read has it, and
// the refs of the names that it reads.
func Expression(v *snapshot.View, env, program uint32) (text string, refs []uint16) {
	w := words{v, v.Environment(env)}
	r := reading{words: w, code: v.Program(program)}
	r.run(len(r.code))
	return w.expression(program), r.refs
}

// Name is what a ref names in an environment.
func Name(v *snapshot.View, env uint32, ref uint16) string {
	r := reading{words: words{v, v.Environment(env)}}
	return r.name(int(ref))
}

// reading goes through one program.
type reading struct {
	words
	code  []byte
	at    int
	stack []term
	loops int      // around what is read
	refs  []uint16 // that were read, each once
	bad   bool
}

func (r *reading) push(text string, binds int) {
	r.stack = append(r.stack, term{text: text, binds: binds})
}

func (r *reading) pop() term {
	if len(r.stack) == 0 {
		r.bad = true
		return term{}
	}
	t := r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1]
	return t
}

// bytes takes n bytes of the code.
func (r *reading) bytes(n int) []byte {
	if r.at+n > len(r.code) {
		r.bad = true
		return make([]byte, min(n, 8)) // a number, or nothing that is looked at
	}
	b := r.code[r.at : r.at+n]
	r.at += n
	return b
}

func (r *reading) u8() byte    { return r.bytes(1)[0] }
func (r *reading) u16() int    { return int(binary.LittleEndian.Uint16(r.bytes(2))) }
func (r *reading) u64() uint64 { return binary.LittleEndian.Uint64(r.bytes(8)) }

// sized takes bytes behind their length.
func (r *reading) sized() []byte { return r.bytes(r.u16()) }

// run reads instructions up to a place.
func (r *reading) run(end int) {
	for r.at < end && !r.bad {
		r.instruction(r.u8())
	}
}

func (r *reading) instruction(op byte) {
	switch {
	case op >= snapshot.OpTestBool && op <= snapshot.OpTestMember:
		r.test(op)
		return
	case op >= snapshot.OpFalse && op <= snapshot.OpList:
		r.constant(op)
		return
	}
	switch op {
	case snapshot.OpAll:
		r.group(" && ", bindAnd)
	case snapshot.OpAny:
		r.group(" || ", bindOr)
	case snapshot.OpLoad:
		r.push(r.name(r.u16()), bindName)
	case snapshot.OpAndJump, snapshot.OpOrJump:
		r.u16() // the operator stands where it jumps to
	case snapshot.OpAnd:
		r.binary(" && ", bindAnd, bindAnd)
	case snapshot.OpOr:
		r.binary(" || ", bindOr, bindOr)
	case snapshot.OpBranch:
		r.branch()
	case snapshot.OpAdd, snapshot.OpSubtract:
		r.binary(map[byte]string{snapshot.OpAdd: " + ", snapshot.OpSubtract: " - "}[op], bindSum, bindProduct)
	case snapshot.OpMultiply, snapshot.OpDivide, snapshot.OpModulo:
		r.binary(map[byte]string{snapshot.OpMultiply: " * ", snapshot.OpDivide: " / ", snapshot.OpModulo: " % "}[op], bindProduct, bindSign)
	case snapshot.OpNegate:
		r.push("-"+r.pop().in(bindName), bindSign)
	case snapshot.OpCompare, snapshot.OpIn, snapshot.OpStartsWith, snapshot.OpInStep, snapshot.OpInEnd:
		r.relation(op)
	case snapshot.OpHistory:
		r.history(r.u8())
	case snapshot.OpSize:
		r.push("size("+r.pop().text+")", bindName)
	default:
		if op >= snapshot.OpEndsWith {
			r.function(op)
		} else {
			r.rare(op)
		}
	}
}

func (r *reading) binary(sign string, binds, right int) {
	b, a := r.pop(), r.pop()
	r.push(a.in(binds)+sign+b.in(right), binds)
}

// group reads tests that stand side by side.
func (r *reading) group(sign string, binds int) {
	count := int(r.u8())
	end := r.u16() + r.at
	from := len(r.stack)
	r.run(min(end, len(r.code)))
	if count == 0 || len(r.stack) != from+count {
		r.bad = true
		return
	}
	if count == 1 {
		return
	}
	parts := make([]string, count)
	for i, t := range r.stack[from:] {
		parts[i] = t.in(binds + 1)
	}
	r.stack = r.stack[:from]
	r.push(strings.Join(parts, sign), binds)
}

// history reads a function of history.*.
func (r *reading) history(fn byte) {
	names := [...]string{
		snapshot.HistoryCount: "count", snapshot.HistoryAccepted: "accepted",
		snapshot.HistoryRejected: "rejected", snapshot.HistoryAge: "age",
	}
	base := fn &^ snapshot.HistoryIn
	if int(base) >= len(names) {
		r.bad = true
		return
	}
	name := "history." + names[base]
	if base != fn {
		name += "_in"
	}
	r.stack = append(r.stack, term{text: name + "(" + r.pop().text + ")", binds: bindName})
}

// branch reads the two values of a choice, which end where the other begins and
// where the jump behind the first leads.
func (r *reading) branch() {
	no := r.u16()
	r.u16() // where an error goes
	const jump = 3
	other := r.at + no
	r.run(min(other, len(r.code)) - jump)
	if r.u8() != snapshot.OpJump {
		r.bad = true
		return
	}
	end := r.u16()
	r.run(min(r.at+end, len(r.code)))
	b, a, cond := r.pop(), r.pop(), r.pop()
	r.push(cond.in(bindOr)+" ? "+a.in(bindOr)+" : "+b.in(bindChoice), bindChoice)
}
