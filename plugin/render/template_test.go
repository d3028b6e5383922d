package render_test

import (
	"encoding/binary"
	"math"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/expr"
	"github.com/profferhq/proffer/plugin/render"
)

func join(segments ...[]byte) []byte {
	all := []byte{}
	for _, s := range segments {
		all = append(all, s...)
	}
	return all
}

func literal(s string) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{snapshot.SegLiteral}, uint32(len(s)))
	return append(b, s...)
}

func program(escape byte, i uint32) []byte {
	return binary.LittleEndian.AppendUint32([]byte{snapshot.SegExpr, escape}, i)
}

func field(form byte, i uint16) []byte {
	return binary.LittleEndian.AppendUint16([]byte{snapshot.SegField, form}, i)
}

func condition(i uint16, segments ...[]byte) []byte {
	body := join(segments...)
	b := binary.LittleEndian.AppendUint16([]byte{snapshot.SegIf}, i)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(body)))
	return append(b, body...)
}

// The programs of the test environment.
const (
	hostile  = iota // `<"&'> é`
	nothing         // ""
	number          // -3
	double          // 1e+21
	truth           // true
	missing         // an attribute that is missing
	list            // a list, which has no text form
	long            // 2,000 times "<"
	corrupt         // no program at all
	infinite        // beyond all doubles
	numPrograms
)

const hostileText = `<"&'> é`

// environment has an attribute for each of the values above.
// fixed is one scope for every program.
type fixed struct{ scope expr.Scope }

func (f *fixed) Scope(uint32) *expr.Scope { return &f.scope }

func environment() *render.Env {
	text := make([]byte, 2000)
	for i := range text {
		text[i] = '<'
	}
	machine := &expr.Machine{}
	machine.Reset(1 << 30)
	env := &render.Env{Machine: machine, Scope: &fixed{expr.Scope{Target: []expr.Value{
		hostile: expr.FromString([]byte(hostileText)), nothing: expr.FromString([]byte{}), number: expr.FromInt(-3),
		double: expr.FromDouble(1e21), truth: expr.FromBool(true), missing: {}, list: expr.FromList([]byte{0x90}),
		long: expr.FromString(text), infinite: expr.FromDouble(math.Inf(1)),
	}}}}
	for i := range numPrograms {
		code := binary.LittleEndian.AppendUint16([]byte{snapshot.OpLoad}, snapshot.Ref(snapshot.RootTarget, i))
		if i == corrupt {
			code = []byte{0xff, 0xff}
		}
		env.Programs.Table = binary.LittleEndian.AppendUint32(env.Programs.Table, uint32(len(env.Programs.Code)))
		env.Programs.Table = binary.LittleEndian.AppendUint32(env.Programs.Table, uint32(len(code)))
		env.Programs.Code = append(env.Programs.Code, code...)
	}
	return env
}
