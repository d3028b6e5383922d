package expr_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/expr"
)

// malformed are programs that CheckProgram refuses, with the reason.
func malformed() map[string]struct {
	code []byte
	want error
} {
	type program = struct {
		code []byte
		want error
	}
	const in, is = snapshot.OpTestStrings, snapshot.RelIs
	far := snapshot.Ref(snapshot.RootBuiltin, snapshot.NumBuiltins)
	deep := slices.Repeat([]byte{snapshot.OpTrue}, snapshot.MaxStack+1)
	return map[string]program{
		"nothing":              {nil, snapshot.FaultProgramSize},
		"too long":             {make([]byte, snapshot.MaxProgram+1), snapshot.FaultProgramSize},
		"opcode 0":             {[]byte{0}, snapshot.FaultProgramOp},
		"opcode 255":           {[]byte{255}, snapshot.FaultProgramOp},
		"the first unused":     {[]byte{snapshot.OpHistory + 1, is}, snapshot.FaultProgramOp},
		"cut in the operand":   {[]byte{snapshot.OpInt, 1, 2}, snapshot.FaultProgramCut},
		"cut in the bytes":     {[]byte{snapshot.OpString, 3, 0, 'a', 'b'}, snapshot.FaultProgramCut},
		"bool neither 0 nor 1": {[]byte{snapshot.OpTestBool, 0, 0, is, 2}, snapshot.FaultProgramData},
		"unknown relation":     {[]byte{snapshot.OpTestBool, 0, 0, 64, 1}, snapshot.FaultProgramData},
		"unknown relation of an operator": {
			[]byte{snapshot.OpTrue, snapshot.OpTrue, snapshot.OpCompare, 64}, snapshot.FaultProgramData},
		"unknown built-in name": {[]byte{snapshot.OpLoad, byte(far), byte(far >> 8)}, snapshot.FaultProgramRef},
		"unknown built-in name on the right": {
			[]byte{snapshot.OpTestRefs, 0, 0, is, byte(far), byte(far >> 8)}, snapshot.FaultProgramRef},
		"strings cut short": {[]byte{in, 0, 0, is, 2, 0, 2, 'a'}, snapshot.FaultProgramData},
		"half an integer":   {[]byte{snapshot.OpTestInts, 0, 0, is, 2, 0, 1, 2}, snapshot.FaultProgramData},
		"list with a nil":   {[]byte{snapshot.OpList, 2, 0, 0x91, 0xc0}, snapshot.FaultProgramData},
		"list with a rest":  {[]byte{snapshot.OpList, 2, 0, 0x90, 0x01}, snapshot.FaultProgramData},
		"list that is none": {[]byte{snapshot.OpList, 1, 0, 0x01}, snapshot.FaultProgramData},
		"group with too few": {
			[]byte{snapshot.OpAll, 2, 5, 0, snapshot.OpTestBool, 0, 0, is, 1}, snapshot.FaultProgramData},
		"group with too many": {
			[]byte{snapshot.OpAll, 0, 5, 0, snapshot.OpTestBool, 0, 0, is, 1}, snapshot.FaultProgramData},
		"a pattern without a table":     {[]byte{snapshot.OpTrue, snapshot.OpMatches, is, 0, 0}, snapshot.FaultProgramData},
		"unknown relation of a pattern": {pattern(64, nil), snapshot.FaultProgramData},
		"a pattern without classes":     {pattern(is, func(t []byte) { t[4] = 0 }), snapshot.FaultProgramData},
		"an unknown class":              {pattern(is, func(t []byte) { t[7] = 200 }), snapshot.FaultProgramData},
		"an unknown first state":        {pattern(is, func(t []byte) { t[3] = 200 }), snapshot.FaultProgramData},
		"an unknown next state":         {pattern(is, func(t []byte) { t[len(t)-2] = 200 }), snapshot.FaultProgramData},
		"neither yes nor no":            {pattern(is, func(t []byte) { t[len(t)-1] = 2 }), snapshot.FaultProgramData},
		"bounds that do not rise":       {pattern(is, func(t []byte) { t[7+128+1] = 0x7f }), snapshot.FaultProgramData},
		"group of nothing":              {[]byte{snapshot.OpAny, 0, 0, 0}, snapshot.FaultProgramData},
		"group of others":               {[]byte{snapshot.OpAll, 1, 1, 0, snapshot.OpTrue}, snapshot.FaultProgramOp},
		"group cut short":               {[]byte{snapshot.OpAll, 1, 9, 0, snapshot.OpTestBool, 0, 0, is, 1}, snapshot.FaultProgramCut},
		"group with a test cut short": {
			[]byte{snapshot.OpAll, 1, 4, 0, snapshot.OpTestBool, 0, 0, is}, snapshot.FaultProgramCut},
		"group with a bad test": {
			[]byte{snapshot.OpAny, 1, 5, 0, snapshot.OpTestBool, 0, 0, 64, 1}, snapshot.FaultProgramData},
		"too little on the stack": {[]byte{snapshot.OpTrue, snapshot.OpAnd}, snapshot.FaultProgramStack},
		"too much on the stack":   {deep, snapshot.FaultProgramStack},
		"two results":             {[]byte{snapshot.OpTrue, snapshot.OpTrue}, snapshot.FaultProgramStack},
		"jump beyond the end":     {[]byte{snapshot.OpTrue, snapshot.OpAndJump, 9, 0}, snapshot.FaultProgramJump},
		"jump into an operand": {
			[]byte{snapshot.OpTrue, snapshot.OpAndJump, 1, 0, snapshot.OpLoad, 0, 0, snapshot.OpAnd}, snapshot.FaultProgramJump},
		"jump to another depth": {
			[]byte{snapshot.OpTrue, snapshot.OpAndJump, 1, 0, snapshot.OpTrue, snapshot.OpAnd}, snapshot.FaultProgramStack},
		"branches of different depth": {
			[]byte{snapshot.OpTrue, snapshot.OpBranch, 0, 0, 0, 0}, snapshot.FaultProgramStack},
		"element outside of a loop": {[]byte{snapshot.OpElement, 0}, snapshot.FaultProgramLoop},
		"element of a deeper loop": {
			[]byte{snapshot.OpList, 1, 0, 0x90, snapshot.OpLoop, 0, 2, 0, snapshot.OpElement, 1}, snapshot.FaultProgramLoop},
		"loop in too many others": {nestedLoops(snapshot.MaxLoops + 1), snapshot.FaultProgramLoop},
		"loop of an unknown kind": {
			[]byte{snapshot.OpList, 1, 0, 0x90, snapshot.OpLoop, 5, 1, 0, snapshot.OpTrue}, snapshot.FaultProgramData},
		"loop without a body": {[]byte{snapshot.OpList, 1, 0, 0x90, snapshot.OpLoop, 0, 0, 0}, snapshot.FaultProgramStack},
		"loop cut short":      {[]byte{snapshot.OpList, 1, 0, 0x90, snapshot.OpLoop, 0, 2, 0, snapshot.OpTrue}, snapshot.FaultProgramCut},
		"body that takes what is not its own": {
			[]byte{snapshot.OpTrue, snapshot.OpList, 1, 0, 0x90, snapshot.OpLoop, 0, 2, 0, snapshot.OpTrue, snapshot.OpAnd},
			snapshot.FaultProgramStack},
		"jump out of a body": {
			[]byte{snapshot.OpList, 1, 0, 0x90, snapshot.OpLoop, 0, 4, 0, snapshot.OpTrue, snapshot.OpAndJump, 1, 0,
				snapshot.OpNegate}, snapshot.FaultProgramJump},
		"unknown part":           {append(at(0), snapshot.OpPart, 10, 0, 0, 0, 0), snapshot.FaultProgramData},
		"clock of another day":   {append(at(0), snapshot.OpPart, 0, 0xa0, 5, 0, 0), snapshot.FaultProgramData},
		"clock and zone":         {append(at(0), snapshot.OpPart, 0, 1, 0, 1, 0, 'X'), snapshot.FaultProgramData},
		"unknown unit":           {append(at(0), snapshot.OpUnit, 4), snapshot.FaultProgramData},
		"unknown type":           {append(at(0), snapshot.OpConvert, 0, 7), snapshot.FaultProgramData},
		"map with half a pair":   {[]byte{snapshot.OpTrue, snapshot.OpLookup, 2, 0, 0x91, 0x01}, snapshot.FaultProgramData},
		"map that is none":       {[]byte{snapshot.OpTrue, snapshot.OpLookup, 1, 0, 0x01}, snapshot.FaultProgramData},
		"value of an odd name":   {[]byte{snapshot.OpHas, byte(far), byte(far >> 8)}, snapshot.FaultProgramRef},
		"behind the last number": {[]byte{snapshot.OpLoop + 1}, snapshot.FaultProgramOp},
		"nothing gets there": {
			[]byte{snapshot.OpTrue, snapshot.OpJump, 1, 0, snapshot.OpSize}, snapshot.FaultProgramDead},
	}
}

// pattern is a program that searches for an "a", with another relation or a
// change to the table of the pattern.
func pattern(rel byte, change func(table []byte)) []byte {
	table := append([]byte{1, 0, 'a', 2, 2, 1, 0}, make([]byte, 128)...)
	table[7+'a'] = 1
	table = append(table, 0, 128, 0, 0, 2, 1, 0)
	if change != nil {
		change(table)
	}
	return append([]byte{snapshot.OpTrue, snapshot.OpMatches, rel, byte(len(table)), 0}, table...)
}

func TestCheckProgramTakesAPattern(t *testing.T) {
	if err := snapshot.CheckProgram(pattern(snapshot.RelIs, nil)); err != nil {
		t.Error(err)
	}
}

// at is the code of a time.
func at(us byte) []byte { return []byte{snapshot.OpInstant, us, 0, 0, 0, 0, 0, 0, 0} }

// nestedLoops is so many loops in one another.
func nestedLoops(n int) []byte {
	code := []byte{snapshot.OpTrue}
	for range n {
		body := code
		code = append([]byte{snapshot.OpList, 1, 0, 0x90, snapshot.OpLoop, 0, byte(len(body)), 0}, body...)
	}
	return code
}

func TestCheckProgramRefuses(t *testing.T) {
	for name, test := range malformed() {
		t.Run(name, func(t *testing.T) {
			if err := snapshot.CheckProgram(test.code); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			var m expr.Machine
			m.Reset(1000)
			if got := m.Eval(test.code, fullScope()); got.Kind == expr.Missing {
				t.Errorf("Eval gives %v", got)
			}
		})
	}
}

func TestCheckProgramRefusesTooManyOpenJumps(t *testing.T) {
	// Each branch opens two jumps to places of their own.
	var code []byte
	const branches = snapshot.MaxStack + 1
	for i := range branches {
		code = append(code, snapshot.OpTrue, snapshot.OpBranch)
		code = binary.LittleEndian.AppendUint16(code, uint16(1000+2*i))
		code = binary.LittleEndian.AppendUint16(code, uint16(2001+2*i))
	}
	if err := snapshot.CheckProgram(code); !errors.Is(err, snapshot.FaultProgramNest) {
		t.Error(err)
	}
}

func TestCheckProgramAllocatesNothing(t *testing.T) {
	code := compile(t, seeds[6])
	if n := testing.AllocsPerRun(10, func() { _ = snapshot.CheckProgram(code) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
