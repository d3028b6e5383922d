package rule

import (
	"fmt"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/traits"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// countedElements is what a list of an attribute counts for where the turns of
// loops are bounded before its length is known. Longer ones may end the
// evaluation.
const countedElements = 64

// errTurns is that of macros that are too much work.
var errTurns = fmt.Errorf("goes through more than %d elements of lists, where a list that is not written out counts as %d",
	snapshot.MaxTurns, countedElements)

// turns is how many elements the loops of an expression go through.
func (n *node) turns() int {
	total := 0
	if n.kind == kindLoop {
		total = n.args[0].length() * (1 + n.args[1].turns())
		return min(total+n.args[0].turns(), snapshot.MaxTurns+1)
	}
	for _, arg := range n.args {
		total = min(total+arg.turns(), snapshot.MaxTurns+1)
	}
	return total
}

// length is how many elements a list has.
func (n *node) length() int {
	switch n.kind {
	case kindConstant:
		if list, ok := n.val.(traits.Sizer); ok {
			size, _ := list.Size().(types.Int)
			return int(size)
		}
	case kindChoose:
		return max(n.args[1].length(), n.args[2].length())
	case kindLoop:
		return n.args[0].length()
	}
	return countedElements
}
