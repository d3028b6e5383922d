package rule

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// Program is a compiled expression.
type Program struct {
	Code   []byte // self-contained, see catalog/snapshot; equal for equal meaning in many cases, not all
	Result Type   // of the value, unless it is an error
	Uses   snapshot.Uses

	constant any
	facts    *Facts
}

// Facts says what a filter demands; nil for other programs.
func (p Program) Facts() *Facts { return p.facts }

// Constant gives the value of a program that does not depend on anything: a
// bool, int64, uint64, float64, string or []any of these. A program that always
// fails has none.
func (p Program) Constant() (any, bool) { return p.constant, p.constant != nil }

// assemble writes the program of a tree.
func assemble(n *node, typ Type) (Program, error) {
	if n.turns() > snapshot.MaxTurns {
		return Program{}, errTurns
	}
	var a assembler
	a.program(n)
	if err := snapshot.CheckProgram(a.code); err != nil {
		return Program{}, err
	}
	p := Program{Code: a.code, Result: typ, Uses: snapshot.ProgramUses(a.code)}
	if n.kind == kindConstant {
		p.constant = native(n.val)
	}
	return p, nil
}

// native gives the Go value of a constant.
func native(v ref.Val) any {
	switch v := v.(type) {
	case types.Bool, types.Int, types.Uint, types.Double, types.String:
		return v.Value()
	case types.Timestamp, types.Duration:
		return nil // nothing has a use for it as a whole value
	}
	list := []any{}
	for _, element := range elements(v) {
		list = append(list, native(element))
	}
	return list
}
