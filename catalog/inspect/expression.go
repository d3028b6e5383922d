package inspect

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
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

// reading goes through one program.
type reading struct {
	words
	code  []byte
	at    int
	stack []term
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
		return make([]byte, n)
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
	case snapshot.OpSize:
		r.push("size("+r.pop().text+")", bindName)
	default:
		r.bad = true
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

// relation reads what compares two values of the stack.
func (r *reading) relation(op byte) {
	if op == snapshot.OpInStep {
		item, list := r.pop(), r.pop()
		list.items = append(list.items, item.text)
		r.stack = append(r.stack, list)
		return
	}
	rel := r.u8()
	b, a := r.pop(), r.pop()
	switch op {
	case snapshot.OpIn:
		r.related(a.in(bindSum)+" in "+b.in(bindSum), rel)
	case snapshot.OpInEnd:
		r.related(a.in(bindSum)+" in ["+strings.Join(b.items, ", ")+"]", rel)
	case snapshot.OpStartsWith:
		r.method(a.in(bindName)+".startsWith("+b.text+")", rel)
	default:
		r.compared(a.in(bindSum), rel, b.in(bindSum))
	}
}

var relations = [...]struct {
	rel  byte
	sign string
}{
	{snapshot.RelEQ, "=="}, {snapshot.RelNE, "!="}, {snapshot.RelLT, "<"}, {snapshot.RelLE, "<="},
	{snapshot.RelGT, ">"}, {snapshot.RelGE, ">="},
}

// compared pushes a comparison. One that no operator has is the negation of
// one: they differ where something does not compare.
func (r *reading) compared(a string, rel byte, b string) {
	for _, known := range relations {
		text := a + " " + known.sign + " " + b
		if rel == known.rel {
			r.push(text, bindRelation)
			return
		}
		if rel == not(known.rel) && known.rel&snapshot.RelStrict != 0 {
			r.push("!("+text+")", bindSign)
			return
		}
	}
	r.bad = true
}

// not is the relation that is true where rel is false, errors aside.
func not(rel byte) byte {
	const outcomes = snapshot.RelStrict - 1
	return ^rel&(outcomes&^snapshot.RelOther) | snapshot.RelStrict
}

// related pushes a test that is true or false as rel says.
func (r *reading) related(text string, rel byte) {
	switch rel {
	case snapshot.RelIs:
		r.push(text, bindRelation)
	case snapshot.RelIsNot:
		r.push("!("+text+")", bindSign)
	default:
		r.bad = true
	}
}

// method is related for what binds like a name.
func (r *reading) method(text string, rel byte) {
	switch rel {
	case snapshot.RelIs:
		r.push(text, bindName)
	case snapshot.RelIsNot:
		r.push("!"+text, bindSign)
	default:
		r.bad = true
	}
}

// test reads a comparison of a name.
func (r *reading) test(op byte) {
	name, rel := r.name(r.u16()), r.u8()
	switch op {
	case snapshot.OpTestBool:
		r.truth(name, rel, r.u8() != 0)
	case snapshot.OpTestInt:
		r.compared(name, rel, strconv.FormatInt(int64(r.u64()), 10))
	case snapshot.OpTestDouble:
		r.compared(name, rel, double(math.Float64frombits(r.u64())))
	case snapshot.OpTestString:
		r.compared(name, rel, quoted(r.sized()))
	case snapshot.OpTestRefs:
		r.compared(name, rel, r.name(r.u16()))
	case snapshot.OpTestPrefix:
		r.method(name+".startsWith("+quoted(r.sized())+")", rel)
	case snapshot.OpTestHas:
		r.related(quoted(r.sized())+" in "+name, rel)
	case snapshot.OpTestMember:
		r.related(name+" in "+r.name(r.u16()), rel)
	case snapshot.OpTestStrings:
		r.related(name+" in ["+strings.Join(strs(r.sized()), ", ")+"]", rel)
	case snapshot.OpTestInts:
		r.related(name+" in ["+strings.Join(ints(r.sized()), ", ")+"]", rel)
	}
}

func (r *reading) truth(name string, rel byte, want bool) {
	switch {
	case rel != snapshot.RelIs:
		r.compared(name, rel, strconv.FormatBool(want))
	case want:
		r.push(name, bindName)
	default:
		r.push("!"+name, bindSign)
	}
}

func strs(b []byte) (out []string) {
	for len(b) > 0 {
		n := min(1+int(b[0]), len(b))
		out = append(out, quoted(b[1:n]))
		b = b[n:]
	}
	return out
}

func ints(b []byte) (out []string) {
	for ; len(b) >= 8; b = b[8:] {
		out = append(out, strconv.FormatInt(int64(binary.LittleEndian.Uint64(b)), 10))
	}
	return out
}

func (r *reading) constant(op byte) {
	switch op {
	case snapshot.OpFalse, snapshot.OpTrue:
		r.push(strconv.FormatBool(op == snapshot.OpTrue), bindName)
	case snapshot.OpInt:
		r.signed(strconv.FormatInt(int64(r.u64()), 10))
	case snapshot.OpUint:
		r.push(strconv.FormatUint(r.u64(), 10)+"u", bindName)
	case snapshot.OpDouble:
		r.signed(double(math.Float64frombits(r.u64())))
	case snapshot.OpString:
		r.push(quoted(r.sized()), bindName)
	case snapshot.OpList:
		c := wire.NewCursor(r.sized())
		r.push(constantList(&c), bindName)
	}
}

func (r *reading) signed(number string) {
	binds := bindName
	if strings.HasPrefix(number, "-") {
		binds = bindSign
	}
	r.push(number, binds)
}

func constantList(c *wire.Cursor) string {
	var out []string
	for n := c.Array(); n > 0 && c.OK(); n-- {
		switch c.Kind() {
		case wire.Bool:
			out = append(out, strconv.FormatBool(c.Bool()))
		case wire.Int:
			out = append(out, whole(c))
		case wire.Float:
			out = append(out, double(c.Float()))
		case wire.Str:
			out = append(out, quoted(c.Str()))
		default:
			c.Fail()
		}
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// whole writes an integer of either sign, of up to 64 bits.
func whole(c *wire.Cursor) string {
	signed := *c
	if v := signed.Int(); signed.OK() {
		*c = signed
		return strconv.FormatInt(v, 10)
	}
	return strconv.FormatUint(c.Uint(), 10) + "u"
}

// double writes a number that is no whole one, even if its value is.
func double(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "1.0 / 0.0"
	case math.IsInf(f, -1):
		return "-1.0 / 0.0"
	case math.IsNaN(f):
		return "0.0 / 0.0"
	}
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

func quoted(b []byte) string { return strconv.Quote(string(b)) }
