package rule

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// maxNamed bounds the nodes that predefined filters stand for in an expression.
// Each may name the one before it twice, so ten lines could mean a thousand
// conditions and a hundred lines more than there is memory for. A program of 16
// KiB has no room for more nodes than this.
const maxNamed = 8 << 10

// definition is a predefined filter. Where it is named its tree stands in the
// name's place, so that its conditions are fused with those around it, and it
// fails as it would there.
type definition struct {
	Filter
	state   progress
	yes, no *node    // the filter and its negation
	size    int      // nodes
	reads   []string // of each group that it reads, one name
	// program evaluates it about an offer; nil if it reads more than that.
	program cel.Program
}

type progress uint8

const (
	untouched progress = iota
	open               // it is being compiled: whoever names it is in a circle
	closed
)

// NamedIssue is an issue of a predefined filter's expression.
type NamedIssue struct {
	Filter string
	Issue
}

// FilterIssues are the problems of the predefined filters, each where it is. A
// filter that has one can be named; what does so is compiled as if it were fine.
func (e *Env) FilterIssues() []NamedIssue { return e.issues }

// declare takes the names of predefined filters.
func (e *Env) declare(filters []Filter) error {
	if len(filters) > MaxFilters {
		return fmt.Errorf("rule: %d predefined filters (at most %d)", len(filters), MaxFilters)
	}
	for _, f := range filters {
		switch {
		case !isIdentifier(f.Name) || isTaken(f.Name):
			return fmt.Errorf("rule: %q cannot name a predefined filter", f.Name)
		case e.filters[f.Name] != nil:
			return fmt.Errorf("rule: predefined filter %s is declared twice", f.Name)
		}
		e.filters[f.Name] = &definition{Filter: f}
	}
	return nil
}

// isTaken reports whether an identifier means something by itself: a group of
// names, or one of CEL's types.
func isTaken(name string) bool {
	if slices.Contains(groups[:], name) {
		return true
	}
	switch name {
	case "bool", "bytes", "double", "dyn", "int", "list", "map", "null_type", "string", "type", "uint":
		return true
	}
	return false
}

// define compiles a predefined filter, once.
func (e *Env) define(name string) *definition {
	d := e.filters[name]
	if d.state != untouched {
		return d
	}
	d.state = open
	e.open = append(e.open, name)
	if issues := e.compileFilter(d); issues != nil {
		for _, issue := range issues {
			e.issues = append(e.issues, NamedIssue{name, issue})
		}
		d.stand()
	}
	e.open = e.open[:len(e.open)-1]
	d.state = closed
	return d
}

func (e *Env) compileFilter(d *definition) []Issue {
	a, issues := e.analyse(d.Source, Bool, roleFilter)
	if issues != nil {
		return issues
	}
	if _, err := assemble(strict(a.node), Bool); err != nil {
		return []Issue{tooComplex(err, a.named > 0)}
	}
	a.lower.named = 0 // the negation is another program
	d.yes, d.no = strict(a.node), a.lower.truth(a.lower.checked.Expr(), true)
	d.size, d.reads = d.yes.count(), a.reads
	if d.missing(RoleApplies) != "" {
		return nil
	}
	var err error
	if d.program, err = e.cel.Program(a.ast); err != nil {
		return []Issue{unplanned(err)}
	}
	return nil
}

// stand gives a broken filter something to stand for, that is true or false
// and no constant: so the expressions that name it have no issue of their own.
func (d *definition) stand() {
	visit := []*node{{kind: kindRef, ref: snapshot.Ref(snapshot.RootBuiltin, snapshot.BuiltinNewVisit)}}
	d.yes = &node{kind: kindTruth, val: types.True, args: visit}
	d.no = &node{kind: kindTruth, val: types.False, args: visit}
}

// missing is a name that the filter reads and that is not there in a role, or "".
func (d *definition) missing(r Role) string {
	for _, full := range d.reads {
		if !r.has(groupOf(full)) {
			return full
		}
	}
	return ""
}

// filter looks a predefined filter up where it is named.
func (v *survey) filter(e ast.Expr, name string, at int) {
	d := v.env.define(name)
	if d.state == open {
		circle := slices.Concat(v.env.open[slices.Index(v.env.open, name):], []string{name})
		v.tell(e, at, "predefined filter "+name+" names itself: "+strings.Join(circle, " → "), "")
		v.about(Cycle, name)
		return
	}
	if full := d.missing(v.role); full != "" {
		v.tell(e, at, "predefined filter "+name+" reads "+full+", which is not available "+v.role.where(groupOf(full)), "")
		v.about(Mistake, name)
	}
	for _, full := range d.reads {
		v.read(full)
	}
}

// about says what kind the last issue is of, and which filter has a part in it.
func (v *survey) about(kind IssueKind, filter string) {
	last := &v.issues[len(v.issues)-1]
	last.Kind, last.Filter = kind, filter
}

// filterOf is the predefined filter that an expression is the name of, or nil.
func (l *lowering) filterOf(e ast.Expr) *definition {
	if e.Kind() != ast.IdentKind {
		return nil
	}
	if l.variable(e) != nil {
		return nil
	}
	return l.env.filters[strings.TrimPrefix(e.AsIdent(), ".")]
}

// filter puts a predefined filter, or its negation, in the place of its name.
func (l *lowering) filter(e ast.Expr, d *definition, not bool) *node {
	l.named += d.size
	if l.full {
		return nil
	}
	if l.named > maxNamed {
		l.full = true
		l.survey.report(l.survey.at(e), fmt.Sprintf("with predefined filter %s, the expression has more than %d conditions and values", d.Name, maxNamed),
			"name fewer filters, or shorter ones")
		l.survey.about(Large, d.Name)
		return nil
	}
	if not {
		return d.no
	}
	return d.yes
}

// count is how many nodes n has, those that stand in several places more than
// once.
func (n *node) count() int {
	total := 1
	for _, arg := range n.args {
		total += arg.count()
	}
	return total
}
