package rule

import (
	"fmt"

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
	Filters     []string    // predefined filters, which expressions cannot use yet
}

// Role is where an expression stands, which says what names it has.
type Role uint8

// The roles. Where no offer is at hand there is no offer.*.
const (
	RoleEnvironment Role = iota // filter of an environment: no offer
	RoleVisitor                 // visitor data, written after the decision: no offer
	RoleCategory                // filter of a category, asked for each offer
	RoleOffer                   // filter of an offer
	RoleWeight                  // filter or value of a weight
	RoleContent                 // content fields and renderings
)

func (r Role) hasOffer() bool { return r >= RoleCategory }

// where names the place of a role without an offer.
func (r Role) where() string {
	if r == RoleVisitor {
		return "in visitor data"
	}
	return "in an environment's filter"
}

// name is what a name of the language stands for.
type name struct {
	full   string
	typ    *cel.Type
	ref    uint16
	offer  bool // only where an offer is at hand
	absent bool // known, but without a compiled form
}

// groups are the roots that names hang from.
var groups = [...]string{"target", "interaction", "request", "offer"}

// later are the roots whose names have no compiled form yet.
var later = [...]string{"history", "experiment", "proposition"}

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
		{full: "interaction.time", typ: cel.TimestampType, absent: true},
		{full: "request.host", typ: text, ref: at(snapshot.BuiltinHost)},
		{full: "request.path", typ: text, ref: at(snapshot.BuiltinPath)},
		{full: "request.country", typ: text, ref: at(snapshot.BuiltinCountry)},
		{full: "request.device", typ: text, ref: at(snapshot.BuiltinDevice)},
		{full: "request.query", typ: table, absent: true},
		{full: "request.header", typ: table, absent: true},
		{full: "offer.code", typ: text, ref: at(snapshot.BuiltinCode), offer: true},
		{full: "offer.category", typ: text, ref: at(snapshot.BuiltinCategory), offer: true},
		{full: "offer.categories", typ: texts, ref: at(snapshot.BuiltinCategories), offer: true},
		{full: "offer.themes", typ: texts, ref: at(snapshot.BuiltinThemes), offer: true},
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
			full:  full,
			typ:   a.Type.cel(),
			ref:   snapshot.Ref(root, i),
			offer: root == snapshot.RootOffer,
		})
	}
	return names, nil
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
