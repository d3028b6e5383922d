package rule

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// MaxAttributes bounds each group of declared attributes. A call carries at
// most 64 and a cookie has 256 bytes for visitor data; at 40 bytes a value, 256
// keep the largest group at 10 KiB.
const MaxAttributes = 256

// Attribute is one declared name of a group.
type Attribute struct {
	Name string
	Type Type
}

// Schema declares the attributes of an environment. An attribute's index in its
// group is its index in programs.
type Schema struct {
	Target      []Attribute // target.NAME
	Interaction []Attribute // interaction.NAME: call data
	Offer       []Attribute // offer.NAME
	Filters     []Filter    // predefined filters, by any of their names
	// Experiments are the catalog's, by name; an experiment's place is that in
	// programs. What is no name is left out.
	Experiments []string
	// StoredHistory says that propositions are kept with their space.
	StoredHistory bool
	// Parameters are those that the catalog's expressions read, where those of this
	// environment are added; nil if they are nobody else's.
	Parameters *Parameters
}

// Filter is a predefined filter: an expression that is true or false and has a
// name, by which all others of its environment may use it.
type Filter struct{ Name, Source string }

// MaxFilters bounds an environment's predefined filters: each is an expression
// that people have to know by its name.
const MaxFilters = 256

// Role is where an expression stands, which says what names it has.
type Role uint8

// The roles. Where no offer is at hand there is no offer.*, and proposition.*
// is in a rule's propositions alone.
const (
	RoleEnvironment  Role = iota // filter of an environment: no offer
	RoleVisitor                  // visitor data, written after the decision: no offer
	RoleCategory                 // filter of a category, asked for each offer
	RoleOffer                    // filter of an offer
	RoleWeight                   // filter or value of a weight
	RoleContent                  // content fields and renderings
	RoleApplies                  // applies_to of a presentation rule: offer.* and nothing else
	RoleAudience                 // target of a presentation rule: no offer
	RolePropositions             // propositions of a presentation rule: proposition.*, and no offer

	// roleFilter is a predefined filter, which has the names of all places; where
	// it is used shows whether they are there.
	roleFilter
)

// has reports whether the names of a group are there in a role.
func (r Role) has(group string) bool {
	switch group {
	case "offer":
		return r >= RoleCategory && r <= RoleApplies || r == roleFilter
	case "proposition":
		return r == RolePropositions || r == roleFilter
	case "history":
		return r != RoleApplies && r != RolePropositions
	}
	return r != RoleApplies
}

// where says in what place a name of a group is missing, or has to stand.
func (r Role) where(group string) string {
	switch {
	case group == "proposition":
		return "outside of a rule's propositions"
	case r == RoleVisitor:
		return "in visitor data"
	case r == RoleApplies:
		return "in a rule's applies_to"
	case r == RoleAudience:
		return "in a rule's target"
	case r == RolePropositions:
		return "in a rule's propositions"
	}
	return "in an environment's filter"
}

// name is what a name of the language stands for.
type name struct {
	full   string
	typ    *cel.Type
	ref    uint16 // none of request.query and request.header
	stored bool   // only with a stored history
}

// group is the root that a name hangs from.
func (n name) group() string { return groupOf(n.full) }

func groupOf(full string) string {
	group, _, _ := strings.Cut(full, ".")
	return group
}

// groups are the roots that names hang from.
var groups = [...]string{"target", "interaction", "request", "offer", "experiment", "history", "proposition"}

// builtins gives the names that every environment has.
func builtins() []name {
	text, texts := cel.StringType, cel.ListType(cel.StringType)
	table := cel.MapType(cel.StringType, cel.StringType)
	at := func(i int) uint16 { return snapshot.Ref(snapshot.RootBuiltin, i) }
	return []name{
		{full: "interaction.mode", typ: text, ref: at(snapshot.BuiltinMode)},
		{full: "interaction.space", typ: text, ref: at(snapshot.BuiltinSpace)},
		{full: "interaction.channel", typ: text, ref: at(snapshot.BuiltinChannel)},
		{full: "interaction.language", typ: text, ref: at(snapshot.BuiltinLanguage)},
		{full: "interaction.environment", typ: text, ref: at(snapshot.BuiltinEnvironment)},
		{full: "interaction.new_visit", typ: cel.BoolType, ref: at(snapshot.BuiltinNewVisit)},
		{full: "interaction.time", typ: cel.TimestampType, ref: at(snapshot.BuiltinTime)},
		{full: "request.host", typ: text, ref: at(snapshot.BuiltinHost)},
		{full: "request.path", typ: text, ref: at(snapshot.BuiltinPath)},
		{full: "request.country", typ: text, ref: at(snapshot.BuiltinCountry)},
		{full: "request.device", typ: text, ref: at(snapshot.BuiltinDevice)},
		{full: "request.query", typ: table},
		{full: "request.header", typ: table},
		{full: "offer.code", typ: text, ref: at(snapshot.BuiltinCode)},
		{full: "offer.category", typ: text, ref: at(snapshot.BuiltinCategory)},
		{full: "offer.categories", typ: texts, ref: at(snapshot.BuiltinCategories)},
		{full: "offer.themes", typ: texts, ref: at(snapshot.BuiltinThemes)},
		{full: "proposition.code", typ: text, ref: at(snapshot.BuiltinPropositionCode)},
		{full: "proposition.category", typ: text, ref: at(snapshot.BuiltinPropositionCategory)},
		{full: "proposition.channel", typ: text, ref: at(snapshot.BuiltinPropositionChannel)},
		{full: "proposition.status", typ: text, ref: at(snapshot.BuiltinPropositionStatus)},
		{full: "proposition.space", typ: text, ref: at(snapshot.BuiltinPropositionSpace), stored: true},
		{full: "proposition.age", typ: cel.DurationType, ref: at(snapshot.BuiltinPropositionAge)},
	}
}

// declared gives the names of one group of attributes.
func declared(group string, root snapshot.Root, attributes []Attribute) ([]name, error) {
	if len(attributes) > MaxAttributes {
		return nil, fmt.Errorf("rule: %d attributes in %s.* (at most %d)", len(attributes), group, MaxAttributes)
	}
	names := make([]name, 0, len(attributes))
	for i, a := range attributes {
		full := group + "." + a.Name
		switch {
		case !isIdentifier(a.Name):
			return nil, fmt.Errorf("rule: %q is not a name that expressions can use", full)
		case a.Type.cel() == nil:
			return nil, fmt.Errorf("rule: %s has type %s, which attributes cannot have", full, a.Type)
		}
		names = append(names, name{
			full: full,
			typ:  a.Type.cel(),
			ref:  snapshot.Ref(root, i),
		})
	}
	return names, nil
}

// arms gives the names of experiments.
func arms(experiments []string) (names []name) {
	for i, e := range experiments[:min(len(experiments), snapshot.MaxExperiments)] {
		if isIdentifier(e) {
			ref := snapshot.Ref(snapshot.RootBuiltin, snapshot.BuiltinArm+i)
			names = append(names, name{full: "experiment." + e, typ: cel.StringType, ref: ref})
		}
	}
	return names
}

// isIdentifier reports whether CEL takes s behind a dot.
func isIdentifier(s string) bool {
	switch s {
	case "", "in", "true", "false", "null":
		return false
	}
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return true
}
