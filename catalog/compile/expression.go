package compile

import (
	"strings"

	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// programs collects compiled expressions; equal ones are one.
type programs struct {
	ids map[string]uint32
	all []rule.Program
}

func (p *programs) add(prog rule.Program) uint32 {
	key := string(prog.Code)
	id, ok := p.ids[key]
	if !ok {
		id = uint32(len(p.all))
		p.ids[key] = id
		p.all = append(p.all, prog)
	}
	return id
}

// ruleTypes are the types of attributes in the rule language.
var ruleTypes = map[catalog.Type]rule.Type{
	catalog.TypeBool: rule.Bool, catalog.TypeInt: rule.Int, catalog.TypeDouble: rule.Double, catalog.TypeString: rule.String,
	catalog.TypeStringList: rule.StringList, catalog.TypeIntList: rule.IntList, catalog.TypeDoubleList: rule.DoubleList,
}

func ruleAttributes(list []catalog.Attribute) []rule.Attribute {
	out := make([]rule.Attribute, len(list))
	for i := range list {
		out[i] = rule.Attribute{Name: list[i].Name.S, Type: ruleTypes[list[i].Type]}
	}
	return out
}

// source is what an environment's program is compiled from. Offers share many
// of their filters, and compiling one takes 50 µs or more.
type source struct {
	text string // a filter's are joined by zeros, which no text has
	want rule.Type
	role rule.Role
}

// expression compiles one expression and reports its issues where they stand.
func (l *linker) expression(env *environment, src catalog.Text, want rule.Type, role rule.Role) (uint32, bool) {
	key := source{src.S, want, role}
	if id, ok := env.compiled[key]; ok {
		return id, true
	}
	if env.rules == nil {
		return none, false
	}
	p, issues := env.rules.Compile(src.S, want, role)
	for _, issue := range issues {
		l.issue(env, src, issue)
	}
	if issues != nil {
		return none, false
	}
	env.compiled[key] = l.programs.add(p)
	return env.compiled[key], true
}

// maxConditions bounds a filter: more than anybody reads, and some more than one
// program holds. Joining them takes the square of their number.
const maxConditions = 256

// filter compiles a filter to one program, none if it has no condition.
func (l *linker) filter(env *environment, f catalog.Filter, role rule.Role) uint32 {
	if len(f) == 0 || env.rules == nil {
		return none
	}
	if len(f) > maxConditions {
		l.error(f[maxConditions].Expr.Pos, "too-many", "say it in fewer expressions", "the filter has %d conditions, more than %d", len(f), maxConditions)
		return none
	}
	conditions := make([]rule.Condition, len(f))
	for i, c := range f {
		conditions[i] = rule.Condition{When: c.When.S, Expr: c.Expr.S}
	}
	key := filterSource(f, role)
	if id, ok := env.compiled[key]; ok {
		return id
	}
	p, issues := env.rules.CompileFilter(conditions, role)
	for _, issue := range issues {
		src := f[issue.Condition].Expr
		if issue.When {
			src = f[issue.Condition].When
		}
		l.issue(env, src, issue.Issue)
	}
	if issues != nil {
		return none
	}
	env.compiled[key] = l.programs.add(p)
	env.facts[key] = p.Facts()
	return env.compiled[key]
}

func filterSource(f catalog.Filter, role rule.Role) source {
	var text strings.Builder
	for _, c := range f {
		for _, part := range [...]string{c.When.S, c.Expr.S} {
			text.WriteString(part)
			text.WriteByte(0)
		}
	}
	return source{role: role, text: text.String()}
}

// issue reports what is wrong with an expression, and the predefined filter
// that has a part in it.
func (l *linker) issue(env *environment, src catalog.Text, issue rule.Issue) {
	if env.maybe(src.S, issue.Offset) {
		return
	}
	d := catalog.Diagnostic{Pos: src.At(issue.Offset), Code: "bad-expression", Message: issue.Message, Hint: issue.Hint}
	switch issue.Kind {
	case rule.Later:
		d.Code = "not-yet-supported"
	case rule.Cycle:
		d.Code = "filter-cycle"
	case rule.Large:
		d.Code = "expression-too-large"
	}
	for i := range env.src.Filters {
		if f := &env.src.Filters[i]; issue.Filter != "" && f.Name.S == issue.Filter {
			d.Related = &catalog.Related{Pos: f.Name.Pos, Message: f.Name.S + " is defined here"}
		}
	}
	l.report(d)
}

// filterIssues reports what is wrong with an environment's predefined filters.
func (l *linker) filterIssues(env *environment) {
	if env.rules == nil {
		return
	}
	for _, issue := range env.rules.FilterIssues() {
		for i := range env.src.Filters {
			if f := &env.src.Filters[i]; f.Name.S == issue.Filter {
				l.issue(env, f.Expr, issue.Issue)
			}
		}
	}
}

// environmentFilter compiles the filters of an environment and its categories.
func (l *linker) environmentFilter(env *environment) {
	env.filter = l.filter(env, env.src.Filter, rule.RoleEnvironment)
	for _, c := range env.categories {
		c.filter = l.filter(env, c.src.Filter, rule.RoleCategory)
		c.readsOffer = l.usesOffer(c.filter) || c.parent != nil && c.parent.readsOffer
	}
}

func (l *linker) usesOffer(program uint32) bool {
	return program != none && l.programs.all[program].Uses&(snapshot.UsesOffer|snapshot.UsesOfferPath) != 0
}

// spaceContent compiles the renderings and visitor data of spaces.
func (l *linker) spaceContent(env *environment) {
	filters := namesOf(env.src.Filters, func(f catalog.NamedFilter) string { return f.Name.S })
	for _, s := range env.spaces {
		s.fields = markupFields(s.src)
		if s.src.HTML.S != "" {
			s.html = markupRendering(s.src.HTML, s.fields, filters, l.markupExpr(env), l.reportFields(s))
		}
		if s.src.JSON.S != "" {
			s.json = markupJSON(s.src.JSON, s.fields, filters, l.markupExpr(env), l.reportFields(s))
		}
		if s.src.Text.S != "" {
			s.text = markupPlainText(s.src.Text, s.fields, filters, l.markupExpr(env), l.reportFields(s))
		}
		s.writes = l.writes(env, s.src.Store.Visitor)
		s.acceptance = l.writes(env, s.src.Store.OnAcceptance)
	}
}

// reportFields reports what a rendering has wrong, but for names of fields that
// a space may have.
func (l *linker) reportFields(s *space) func(catalog.Diagnostic) {
	if !l.gap(s.src.Pos, "fields") {
		return l.report
	}
	return func(d catalog.Diagnostic) {
		if d.Code != "unknown-field" {
			l.report(d)
		}
	}
}

func markupFields(s *catalog.Space) []markupField {
	out := make([]markupField, len(s.Fields))
	for i, f := range s.Fields {
		out[i] = markupField{name: f.Name.S, typ: f.Type, required: f.Required, index: uint16(i), click: f.Type == catalog.FieldURL && tracks(s)}
	}
	return out
}

// markupExpr compiles the placeholders of content, where an offer is at hand.
func (l *linker) markupExpr(env *environment) markupExpr {
	return func(src catalog.Text, want catalog.FieldType) (uint32, bool) {
		typ := rule.Scalar
		switch want {
		case catalog.FieldNumber:
			typ = rule.Number
		case catalog.FieldBool:
			typ = rule.Bool
		}
		return l.expression(env, src, typ, rule.RoleContent)
	}
}

func (l *linker) writes(env *environment, list []catalog.Write) []write {
	var out []write
	for _, w := range list {
		at := indexOf(env.target, w.Attribute.S)
		if at < 0 {
			if !env.lost["target"] {
				l.unknownAttribute(w.Attribute, env.target)
			}
			continue
		}
		if id, ok := l.expression(env, w.Expr, ruleTypes[env.target[at].Type], rule.RoleVisitor); ok {
			out = append(out, write{attribute: at, program: id})
		}
	}
	return out
}

func indexOf(list []catalog.Attribute, name string) int {
	return slices.IndexFunc(list, func(a catalog.Attribute) bool { return a.Name.S == name })
}

func (l *linker) unknownAttribute(name catalog.Text, list []catalog.Attribute) {
	l.unknown(name, "unknown-attribute", "attribute", namesOf(list, func(a catalog.Attribute) string { return a.Name.S }))
}
