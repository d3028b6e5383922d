package rule

import (
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/profferhq/proffer/catalog/snapshot"
)

type (
	val     = ref.Val
	indexer = traits.Indexer
)

// mapping walks a map literal. Its keys and values are constants, so that a
// program holds it as a list; deeper ones would have to be computed.
func (v *survey) mapping(e ast.Expr) {
	entries := e.AsMap().Entries()
	if len(entries) > MaxList/2 {
		v.tell(e, v.at(e), "the map has "+strconv.Itoa(len(entries))+" entries, at most "+strconv.Itoa(MaxList/2)+" are allowed", "")
		return
	}
	for _, entry := range entries {
		for _, part := range []ast.Expr{entry.AsMapEntry().Key(), entry.AsMapEntry().Value()} {
			switch part.Kind() {
			case ast.ListKind, ast.MapKind, ast.StructKind:
				v.opaque = true
				v.later(part, v.at(part), "a map of lists or maps", "use ?: or several conditions")
			default:
				v.walk(part)
			}
		}
	}
}

// mapOf lowers a map literal to a constant.
func (l *lowering) mapOf(e ast.Expr) *node {
	values := map[ref.Val]ref.Val{}
	for _, entry := range e.AsMap().Entries() {
		var pair [2]ref.Val
		for i, part := range [2]ast.Expr{entry.AsMapEntry().Key(), entry.AsMapEntry().Value()} {
			n := l.value(part)
			switch {
			case n == nil:
				return nil
			case i == 0 && l.typeOf(part) == Double:
				l.survey.tell(part, l.start(part), "a double is no key of a map", "use int or text")
				return nil
			case n.kind != kindConstant || !l.typeOf(part).fits(Scalar) || l.typeOf(part) == Uint:
				l.survey.tell(part, l.start(part), "a map needs constants: texts, int, double and bool", "use ?: or several conditions")
				return nil
			}
			pair[i] = n.val
		}
		values[pair[0]] = pair[1]
	}
	m := types.NewRefValMap(types.DefaultTypeAdapter, values)
	if m.Size() != types.Int(len(e.AsMap().Entries())) {
		l.survey.tell(e, l.survey.at(e), "a key stands twice in the map", "")
		return nil
	}
	return &node{kind: kindConstant, val: m}
}

func isMap(n *node) bool {
	_, ok := n.val.(traits.Mapper)
	return n.kind == kindConstant && ok
}

// sortKeys orders keys by their type and value, so that equal maps are equal
// programs.
func sortKeys(keys []ref.Val) {
	slices.SortFunc(keys, func(a, b ref.Val) int {
		if a.Type() != b.Type() {
			return strings.Compare(a.Type().TypeName(), b.Type().TypeName())
		}
		order, _ := a.(traits.Comparer).Compare(b).(types.Int)
		return int(order)
	})
}

func isMapType(t *cel.Type) bool { return t.Kind() == types.MapKind }

// pairs are the keys of a map in order, each with its value behind it.
func pairs(m traits.Mapper) (keys, all []ref.Val) {
	for it := m.Iterator(); it.HasNext() == types.True; {
		keys = append(keys, it.Next())
	}
	sortKeys(keys)
	for _, key := range keys {
		value, _ := m.Find(key)
		all = append(all, key, value)
	}
	return keys, all
}

// keysOf gives the list of a map's keys, nil if n is none. Their order is not
// that of cel-go, which has none.
func keysOf(n *node) *node {
	if n == nil {
		return nil
	}
	keys, _ := pairs(n.val.(traits.Mapper))
	return &node{kind: kindConstant, val: types.NewRefValList(types.DefaultTypeAdapter, keys)}
}

// lookup gives the value of a map for a key.
func (l *lowering) lookup(e ast.Expr, of, key *node) *node {
	m := of.val.(traits.Mapper)
	_, all := pairs(m)
	n := &node{kind: kindUnary, op: snapshot.OpLookup, tail: tail(nil, packed(all)), args: []*node{key}}
	if key.kind == kindConstant {
		if v, found := m.Find(key.val); found {
			return &node{kind: kindConstant, val: v}
		}
	}
	if !l.typeOf(e).fits(Scalar) {
		return l.refuse(e, "a map with values of several types", "give all values one type, or use several maps")
	}
	return n
}
