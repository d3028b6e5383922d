package inspect

import (
	"math"
	"strconv"
	"strings"

	"github.com/profferhq/proffer/catalog/snapshot"
)

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
	switch {
	case op == snapshot.OpIn:
		r.related(a.in(bindSum)+" in "+b.in(bindSum), rel)
	case op == snapshot.OpInEnd:
		r.related(a.in(bindSum)+" in ["+strings.Join(b.items, ", ")+"]", rel)
	case op == snapshot.OpStartsWith:
		r.method(a.in(bindName)+".startsWith("+b.text+")", rel)
	case rel == snapshot.RelIs && b.text == "true":
		r.stack = append(r.stack, a)
	case rel == snapshot.RelIs && b.text == "false":
		r.push("!"+a.in(bindName), bindSign)
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
