package rule

import (
	"math"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// testOf gives the fused instruction for a node, if it has one: a comparison of
// a name with a constant or another name.
func testOf(n *node) ([]byte, bool) {
	switch n.kind {
	case kindTruth:
		return comparison(n.args[0], snapshot.RelIs, n.val)
	case kindCompare:
		left, right, rel := n.args[0], n.args[1], n.rel
		if left.kind == kindConstant {
			left, right, rel = right, left, mirror(rel)
		}
		switch {
		case left.kind != kindRef:
		case right.kind == kindRef:
			return append16(head(snapshot.OpTestRefs, left, rel), right.ref), true
		case right.kind == kindConstant:
			return comparison(left, rel, right.val)
		}
	case kindPrefix:
		text, ok := n.args[1].val.(types.String)
		if n.args[0].kind == kindRef && ok {
			return tail(head(snapshot.OpTestPrefix, n.args[0], n.rel), []byte(text)), true
		}
	case kindIn:
		return membership(n.args[0], n.args[1], n.rel)
	}
	return nil, false
}

// comparison gives the test of a name against a constant.
func comparison(name *node, rel byte, v ref.Val) ([]byte, bool) {
	switch v := v.(type) {
	case types.Bool:
		want := byte(0)
		if v {
			want = 1
		}
		return append(head(snapshot.OpTestBool, name, rel), want), true
	case types.Int:
		return append64(head(snapshot.OpTestInt, name, rel), uint64(v)), true
	case types.Double:
		return append64(head(snapshot.OpTestDouble, name, rel), math.Float64bits(float64(v))), true
	case types.String:
		return tail(head(snapshot.OpTestString, name, rel), []byte(v)), true
	}
	return nil, false
}

// membership gives the test of needle in list.
func membership(needle, list *node, rel byte) ([]byte, bool) {
	text, isText := needle.val.(types.String)
	switch {
	case list.kind == kindRef && needle.kind == kindRef:
		return append16(head(snapshot.OpTestMember, needle, rel), list.ref), true
	case list.kind == kindRef && isText:
		return tail(head(snapshot.OpTestHas, list, rel), []byte(text)), true
	case list.kind != kindConstant || needle.kind != kindRef:
		return nil, false
	}
	if items, ok := textItems(elements(list.val)); ok {
		return tail(head(snapshot.OpTestStrings, needle, rel), items), true
	}
	if items, ok := intItems(elements(list.val)); ok {
		return tail(head(snapshot.OpTestInts, needle, rel), items), true
	}
	return nil, false
}

// textItems gives the operand of OpTestStrings, if the values are strings of at
// most 255 bytes each, each of them once.
func textItems(values []ref.Val) ([]byte, bool) {
	var items []byte
	seen := map[types.String]bool{}
	for _, v := range values {
		s, ok := v.(types.String)
		if !ok || len(s) > math.MaxUint8 {
			return nil, false
		}
		if !seen[s] {
			seen[s] = true
			items = append(append(items, byte(len(s))), s...)
		}
	}
	return items, true
}

// intItems gives the operand of OpTestInts, if the values are ints.
func intItems(values []ref.Val) ([]byte, bool) {
	var items []byte
	for _, v := range values {
		i, ok := v.(types.Int)
		if !ok {
			return nil, false
		}
		items = append64(items, uint64(i))
	}
	return items, true
}

// head starts a test of a name.
func head(op byte, name *node, rel byte) []byte {
	return append(append16([]byte{op}, name.ref), rel)
}

// tail ends a test with bytes behind their length.
func tail(test, b []byte) []byte {
	return append(append16(test, uint16(len(b))), b...)
}
