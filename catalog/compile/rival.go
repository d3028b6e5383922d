package compile

import (
	"github.com/profferhq/proffer/catalog"
)

// maxRivals bounds the weights that are compared with each other. People write
// two or three.
const maxRivals = 64

// rivals warns of weights that never decide: those for a space that the offer
// has no content for, and those beside which another of the offer's weights is
// in force whenever they are, and at least as great.
func (l *linker) rivals(o *offer) {
	if len(o.weights) > maxRivals {
		return
	}
	for i := range o.src.Weights {
		src, w := &o.src.Weights[i], &o.weights[i]
		if w.space != nil && len(o.contents) > 0 && len(o.contents) == len(o.src.Content) && !o.shows(w.space) {
			l.remark(src.Space, "weight-never-wins", "write content for the space, or remove the weight", nil,
				"this weight never counts, because offer %q has no content for space %q", o.src.Code.S, src.Space.S)
			continue
		}
		for j := range o.src.Weights {
			if i != j && o.beats(j, i) {
				l.report(catalog.Diagnostic{
					Pos: src.Pos, Severity: catalog.Warning, Code: "weight-never-wins",
					Message: "this weight never wins, because whenever it is in force, another that is not smaller is too",
					Hint:    "remove it, or give the other one dates, a space or a filter",
					Related: point(o.src.Weights[j].Pos, "the other weight"),
				})
				break
			}
		}
	}
}

// beats reports whether weight j is in force whenever weight i is, and not
// smaller. Of two equal ones the first beats.
func (o *offer) beats(j, i int) bool {
	winner, loser := &o.weights[j], &o.weights[i]
	switch {
	case !o.certain(j) || !o.certain(i) || loser.value <= 0 || winner.value < loser.value:
		return false
	case winner.space != nil && winner.space != loser.space:
		return false
	case winner.filter != none && winner.filter != loser.filter:
		return false
	}
	from, to := max(loser.from, o.from), min(loser.to, o.to)
	if from >= to || winner.from > from || winner.to < to {
		return false
	}
	same := winner.value == loser.value && winner.space == loser.space && winner.filter == loser.filter &&
		max(winner.from, o.from) == from && min(winner.to, o.to) == to
	return !same || before(o.src.Weights[j].Pos, o.src.Weights[i].Pos)
}

// certain reports whether a weight is a number, and its filter is understood.
func (o *offer) certain(i int) bool {
	src := &o.src.Weights[i]
	return src.Expr.S == "" && (len(src.Filter) > 0) == (o.weights[i].filter != none) && (src.Space.S != "") == (o.weights[i].space != nil)
}

// constantWeight warns of an expression that is a number of no use.
func (l *linker) constantWeight(o *offer, src *catalog.Weight, program uint32) {
	v, ok := l.programs.all[program].Constant()
	if !ok {
		return
	}
	if f, ok := number(v); ok && !(f > 0) {
		l.remark(src.Expr, "weight-not-positive", "write a number above 0", nil,
			"this is always %v, and a weight of 0 or less never shows offer %q", f, o.src.Code.S)
	}
}

// number is a constant of the rule language as a number.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// always reports whether a filter holds for everybody.
func (l *linker) always(f catalog.Filter, program uint32) bool {
	if len(f) == 0 {
		return true
	}
	if program == none {
		return false // it has errors
	}
	v, ok := l.programs.all[program].Constant()
	return ok && v == true
}
