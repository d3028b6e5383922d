package inspect

import (
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// functions are those on text that give no bool: their names and how many
// operands they have behind the text. The last of these says, where it is
// usual, that there is none.
var functions = map[byte]struct {
	name     string
	operands int
	usual    string
}{
	snapshot.OpLowerASCII:    {"lowerAscii", 0, ""},
	snapshot.OpUpperASCII:    {"upperAscii", 0, ""},
	snapshot.OpTrim:          {"trim", 0, ""},
	snapshot.OpSplit:         {"split", 2, "-1"},
	snapshot.OpJoin:          {"join", 1, `""`},
	snapshot.OpReplace:       {"replace", 3, "-1"},
	snapshot.OpSubstring:     {"substring", 2, ""},
	snapshot.OpSubstringFrom: {"substring", 1, ""},
}

// function reads a function on text.
func (r *reading) function(op byte) {
	switch op {
	case snapshot.OpMatches:
		rel := r.u8()
		p, ok := snapshot.ReadPattern(r.sized())
		r.bad = r.bad || !ok
		r.method(r.pop().in(bindName)+".matches("+quoted(p.Source)+")", rel)
		return
	case snapshot.OpEndsWith, snapshot.OpContains:
		name := map[byte]string{snapshot.OpEndsWith: ".endsWith(", snapshot.OpContains: ".contains("}[op]
		rel, b, a := r.u8(), r.pop(), r.pop()
		r.method(a.in(bindName)+name+b.text+")", rel)
		return
	}
	f, known := functions[op]
	if !known {
		r.bad = true
		return
	}
	var operands []string
	for range f.operands {
		operands = append(operands, r.pop().text)
	}
	slices.Reverse(operands)
	if last := len(operands) - 1; f.usual != "" && last >= 0 && operands[last] == f.usual {
		operands = operands[:last]
	}
	r.push(r.pop().in(bindName)+"."+f.name+"("+strings.Join(operands, ", ")+")", bindName)
}
