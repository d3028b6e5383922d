package rule

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// MaxSource bounds the source of one expression, in bytes. The longest that a
// person writes are lists of codes: 256 of 12 characters with quotes and commas
// are under 4 KiB.
const MaxSource = 4 << 10

// MaxList bounds a list literal. Programs search lists from front to back, at 6
// ns for a short string in WebAssembly; 256 take 1.5 µs, and more belong into an
// attribute.
const MaxList = 256

// Env compiles the expressions of one environment. It is immutable and may be
// used by several goroutines.
type Env struct {
	cel     *cel.Env
	names   map[string]name
	refs    map[uint16]known
	order   []string // names as declared, for hints that do not depend on chance
	stored  bool     // Schema.StoredHistory
	offer   []string // names of declared offer attributes, by position
	filters map[string]*definition
	issues  []NamedIssue
	// parameters are those of the catalog.
	parameters *Parameters
	open       []string // filters that are being compiled, each named by the one before it
}

// known is what a reference of a program stands for.
type known struct {
	full string
	typ  Type
}

// NewEnv prepares the names of a schema and compiles its predefined filters. It
// refuses attributes whose name or type the language does not take, that are
// declared twice or that have the name of a built-in one, and filters by names
// that mean something else. What is wrong with the filters' expressions is in
// FilterIssues.
func NewEnv(schema Schema) (*Env, error) {
	e := &Env{names: map[string]name{}, refs: map[uint16]known{}, filters: map[string]*definition{}, stored: schema.StoredHistory, parameters: schema.Parameters}
	if e.parameters == nil {
		e.parameters = &Parameters{}
	}
	target, err := declared("target", snapshot.RootTarget, schema.Target)
	if err != nil {
		return nil, err
	}
	call, err := declared("interaction", snapshot.RootInteraction, schema.Interaction)
	if err != nil {
		return nil, err
	}
	offer, err := declared("offer", snapshot.RootOffer, schema.Offer)
	if err != nil {
		return nil, err
	}
	options := []cel.EnvOption{
		cel.ClearMacros(), // so that has() stays a call, of a name with a dot
		cel.Macros(macros...),
		hasFunction(),
		cel.CrossTypeNumericComparisons(true),
		ext.Strings(),
	}
	for _, n := range slices.Concat(target, call, offer, builtins(), arms(schema.Experiments)) {
		if _, twice := e.names[n.full]; twice {
			return nil, fmt.Errorf("rule: %s is declared twice or is a built-in name", n.full)
		}
		e.names[n.full] = n
		if tableOf(n.full) == 0 {
			e.refs[n.ref] = known{n.full, ofCEL(n.typ)}
		}
		e.order = append(e.order, n.full)
		options = append(options, cel.Variable(n.full, n.typ))
	}
	options = append(options, historyOptions()...)
	for _, n := range offer {
		e.offer = append(e.offer, n.full)
	}
	if err := e.declare(schema.Filters); err != nil {
		return nil, err
	}
	for _, f := range schema.Filters {
		e.order = append(e.order, f.Name)
		options = append(options, cel.Variable(f.Name, cel.BoolType))
	}
	if e.cel, err = cel.NewEnv(options...); err != nil {
		return nil, fmt.Errorf("rule: %w", err)
	}
	for _, f := range schema.Filters {
		e.define(f.Name)
	}
	return e, nil
}

// Compile compiles one expression. want is the type that it must have: Bool for
// filters, Number for weights, Scalar for content, that of the attribute for
// visitor data. Either there are issues, by their place, or there is a program.
func (e *Env) Compile(src string, want Type, role Role) (Program, []Issue) {
	a, issues := e.analyse(src, want, role)
	if issues != nil {
		return Program{}, issues
	}
	p, err := assemble(a.node, a.typ)
	if err != nil {
		return Program{}, []Issue{tooComplex(err, a.named > 0)}
	}
	return p, nil
}

// Condition is one entry of a filter: Expr must hold, taken into account only
// where When, if it is not empty, does.
type Condition struct {
	When, Expr string
}

// FilterIssue is an issue of one of a filter's expressions.
type FilterIssue struct {
	Condition int  // index of the condition
	When      bool // whether it is about When, else about Expr
	Issue
}

// CompileFilter compiles a filter, all of whose conditions must hold, to one
// program. A When that fails makes its filter fail. No conditions hold always.
func (e *Env) CompileFilter(conditions []Condition, role Role) (Program, []FilterIssue) {
	var terms []*node
	var all []FilterIssue
	facts := &Facts{}
	named := 0
	for i, c := range conditions {
		expr, issues := e.analyse(c.Expr, Bool, role)
		all = appendIssues(all, i, false, issues)
		term := strict(expr.node)
		named += expr.named
		var taken *node // into account
		if c.When != "" {
			when, issues := e.analyse(c.When, Bool, role)
			all = appendIssues(all, i, true, issues)
			term = choose(strict(when.node), term, constant(true))
			named += when.named
			taken = when.node
			when.lower.demands(facts, nil, Place{Condition: i, When: true})
		}
		expr.lower.demands(facts, taken, Place{Condition: i})
		terms = append(terms, term)
	}
	if all != nil {
		return Program{}, all
	}
	p, err := assemble(join(kindAll, terms), Bool)
	if err != nil {
		return Program{}, []FilterIssue{{Issue: tooComplex(err, named > 0)}}
	}
	p.facts = facts
	return p, nil
}

func appendIssues(all []FilterIssue, condition int, when bool, issues []Issue) []FilterIssue {
	for _, issue := range issues {
		all = append(all, FilterIssue{condition, when, issue})
	}
	return all
}

// analysis is what is known of an expression without issues.
type analysis struct {
	node  *node
	typ   Type
	named int      // nodes that predefined filters stand for
	reads []string // of each group that it reads, one name
	lower *lowering
	ast   *cel.Ast
}

// analyse gives the tree of an expression with its type, or issues.
func (e *Env) analyse(src string, want Type, role Role) (analysis, []Issue) {
	s := newSource(src)
	if issue, bad := s.refuse(); bad {
		return analysis{}, []Issue{issue}
	}
	parsed, found := e.cel.Parse(src)
	if found.Err() != nil {
		// One slip of the pen makes the parser complain at every later token, so
		// the first complaint stands for all.
		first := found.Errors()[0]
		issue := s.issue(s.locate(first.Location), "")
		issue.Message, issue.Hint = syntax(first.Message)
		return analysis{}, []Issue{issue}
	}
	v := newSurvey(e, role, s, parsed.NativeRep().SourceInfo())
	start := v.start(parsed.NativeRep().Expr())
	v.walk(parsed.NativeRep().Expr())
	if v.opaque {
		return analysis{}, sorted(v.issues)
	}
	checked, found := e.cel.Check(parsed)
	v.types(found.Errors())
	if len(v.issues) > 0 {
		return analysis{}, sorted(v.issues)
	}
	typ := ofCEL(checked.OutputType())
	l := &lowering{env: e, survey: v, checked: checked.NativeRep()}
	n := l.whole(l.checked.Expr())
	if n != nil && n.isEmptyList() && want >= StringList && want <= DoubleList {
		typ = want
	}
	if len(v.issues) == 0 && !typ.fits(want) {
		v.report(start, "the expression is "+typ.String()+", wanted is "+want.String(), mixHint(typ, want))
	}
	if len(v.issues) > 0 {
		return analysis{}, sorted(v.issues)
	}
	return analysis{node: n, typ: typ, named: l.named, reads: v.reads, lower: l, ast: checked}, nil
}
