package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// Parameter is a parameter of the query, or a header, that an expression reads.
type Parameter struct {
	Kind uint8 // snapshot.ParameterQuery or snapshot.ParameterHeader
	Name string
}

// MaxParameterName bounds the name of a parameter, in bytes: the longest that
// people use in addresses have some 40.
const MaxParameterName = 128

// Parameters are those that the expressions of a catalog read, in the order in
// which they were met: a parameter's place is that in programs. It may be used by
// several goroutines. The zero value has none.
type Parameters struct {
	mutex sync.Mutex
	list  []Parameter
}

// NewParameters begins with those of a list.
func NewParameters(list []Parameter) *Parameters { return &Parameters{list: slices.Clone(list)} }

// All are the parameters that were met so far.
func (p *Parameters) All() []Parameter {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.list)
}

// ref gives the place of a parameter, and false if there are too many others.
func (p *Parameters) ref(one Parameter) (ref uint16, ok bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	at := slices.Index(p.list, one)
	if at < 0 {
		if at = len(p.list); at == snapshot.MaxParameters {
			return 0, false
		}
		p.list = append(p.list, one)
	}
	return snapshot.Ref(snapshot.RootBuiltin, snapshot.BuiltinParameter+at), true
}

// at is the parameter of a reference, if it is one's.
func (p *Parameters) at(ref uint16) (one Parameter, ok bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	i := int(ref) - int(snapshot.Ref(snapshot.RootBuiltin, snapshot.BuiltinParameter))
	if i < 0 || i >= len(p.list) {
		return one, false
	}
	return p.list[i], true
}

// tables are the names that hold parameters.
var tables = map[uint8]string{snapshot.ParameterQuery: "request.query", snapshot.ParameterHeader: "request.header"}

func tableOf(full string) uint8 {
	for kind, name := range tables {
		if name == full {
			return kind
		}
	}
	return 0
}

func (p Parameter) String() string { return tables[p.Kind] + "[" + strconv.Quote(p.Name) + "]" }

// known is what a reference stands for.
func (e *Env) known(ref uint16) known {
	if p, ok := e.parameters.at(ref); ok {
		return known{p.String(), String}
	}
	return e.refs[ref]
}

// inTable looks up what stands behind request.query and request.header: a name,
// for as wholes these are no values.
func (v *survey) inTable(e ast.Expr, full string, behind []string, at int) {
	kind := tableOf(full)
	switch {
	case kind == 0 || v.told[e.ID()]:
	case len(behind) == 0:
		v.tell(e, at, full+" is no value by itself", "read one of it, as in "+full+`["name"], or ask for it: "name" in `+full)
	default:
		v.parameter(e, at, Parameter{kind, behind[0]})
	}
}

// table is the kind of parameters that an operand holds, 0 if it is something
// else.
func (v *survey) table(e ast.Expr) uint8 {
	path, _ := pathOf(e)
	if len(path) != 2 || v.isVariable(path[0]) {
		return 0
	}
	return tableOf(strings.TrimPrefix(path[0], ".") + "." + path[1])
}

// entry looks up request.query["name"] or "name" in request.query, and reports
// whether the expression is one.
func (v *survey) entry(e ast.Expr, table, key ast.Expr) bool {
	kind := v.table(table)
	if kind == 0 {
		return false
	}
	_, root := pathOf(table)
	v.member(table, tables[kind], v.at(root))
	if !v.told[table.ID()] {
		v.key(key, kind)
	}
	v.shaky[e.ID()] = v.told[table.ID()] || v.told[key.ID()]
	return true
}

// key checks the name of a parameter in brackets or before in.
func (v *survey) key(e ast.Expr, kind uint8) {
	var name types.String
	ok := e.Kind() == ast.LiteralKind
	if ok {
		name, ok = e.AsLiteral().(types.String)
	}
	if !ok {
		v.tell(e, v.start(e), "the name in "+tables[kind]+" is not a fixed text", "write it out, as in "+tables[kind]+`["name"]`)
		return
	}
	v.parameter(e, v.at(e), Parameter{kind, string(name)})
}

// parameter checks that a parameter is one that may be read, and notes it.
func (v *survey) parameter(e ast.Expr, at int, p Parameter) {
	name := []byte(p.Name)
	header := p.Kind == snapshot.ParameterHeader
	switch {
	case p.Name == "" || len(name) > MaxParameterName:
		v.tell(e, at, fmt.Sprintf("the name in %s has %d bytes, 1 to %d are allowed", tables[p.Kind], len(name), MaxParameterName), "")
	case header && p.Name != strings.ToLower(p.Name):
		v.tell(e, at, "the names of headers are in lower case here", "write "+strconv.Quote(strings.ToLower(p.Name)))
	case header && !snapshot.IsHeader(name):
		v.tell(e, at, "no header has the name "+strconv.Quote(p.Name), "")
	case header && snapshot.IsSecret(name):
		v.tell(e, at, "header "+p.Name+" is not for expressions: it can tell who somebody is, or let others in", "what is known of a visitor is in target.*")
	case header && p.Name == "host":
		v.tell(e, at, "header host is not for expressions", "write request.host")
	default:
		if _, ok := v.env.parameters.ref(p); !ok {
			v.tell(e, at, fmt.Sprintf("the catalog's expressions read more than %d query parameters and headers", snapshot.MaxParameters), "")
		}
	}
}

// parameterOf is what request.query.name stands for; nil for another expression.
func (l *lowering) parameterOf(table ast.Expr, name string) *node {
	if table.Kind() != ast.IdentKind {
		return nil
	}
	kind := tableOf(strings.TrimPrefix(table.AsIdent(), "."))
	if kind == 0 {
		return nil
	}
	ref, _ := l.env.parameters.ref(Parameter{kind, name})
	return &node{kind: kindRef, ref: ref}
}

// entryOf is that of an expression in brackets or before in.
func (l *lowering) entryOf(table, key ast.Expr) *node {
	if key.Kind() != ast.LiteralKind {
		return nil
	}
	name, _ := key.AsLiteral().(types.String)
	return l.parameterOf(table, string(name))
}

// sent gives whether a parameter is there, or whether it is not.
func sent(n *node, not bool) *node {
	has := &node{kind: kindHas, ref: n.ref}
	if not {
		return must(has, false)
	}
	return has
}
