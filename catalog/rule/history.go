package rule

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// histories are the functions of history.*, by their places in snapshot's
// table: of a code and, with _in behind the name, of a category.
var histories = [...]string{
	snapshot.HistoryCount: "history.count", snapshot.HistoryAccepted: "history.accepted",
	snapshot.HistoryRejected: "history.rejected", snapshot.HistoryAge: "history.age",
}

// historyNames are all of them, as authors write them.
func historyNames() (names []string) {
	for _, full := range histories {
		names = append(names, full, full+"_in")
	}
	return names
}

// historyFunction is the operand of snapshot.OpHistory for a function.
func historyFunction(full string) (fn byte, ok bool) {
	base, in := strings.CutSuffix(full, "_in")
	for i, known := range histories {
		if base == known {
			fn = byte(i)
			if in {
				fn += snapshot.HistoryIn
			}
			return fn, true
		}
	}
	return 0, false
}

// historyOptions declare the functions to cel-go.
func historyOptions() (options []cel.EnvOption) {
	for _, full := range historyNames() {
		out := cel.IntType
		if strings.HasPrefix(full, "history.age") {
			out = cel.DurationType
		}
		options = append(options, cel.Function(full, cel.Overload(strings.ReplaceAll(full, ".", "_"), []*cel.Type{cel.StringType}, out)))
	}
	return options
}

// history looks a call of a function of history.* up, and reports whether it is
// one: cel-go's parser takes it for a method of something named history.
func (v *survey) history(e ast.Expr) bool {
	call := e.AsCall()
	if !call.IsMemberFunction() {
		return false
	}
	path, root := pathOf(call.Target())
	if len(path) != 1 || strings.TrimPrefix(path[0], ".") != "history" {
		return false
	}
	full, at := "history."+call.FunctionName(), v.at(root)
	_, known := historyFunction(full)
	switch {
	case !known:
		v.tell(e, at, "unknown function "+full, nearest(full, historyNames()))
		return true
	case !v.role.has("history"):
		hint := ""
		if v.role == RolePropositions {
			hint = "the rule counts the history itself: by period, quantity and counted"
		}
		v.tell(e, at, full+" is not available "+v.role.where("history"), hint)
		return true
	}
	v.read(full)
	v.places[e.ID()] = at
	v.operands(e, call.Args())
	return true
}
