package author

import "strings"

// form is what may stand behind a key: a scalar of a kind, a map with the keys
// of a shape, a map by names, a list, or one of several forms. Forms know of
// types and of words, not of what makes sense: that is for those who read.
type form struct {
	scalar schema // JSON Schema of a scalar
	shape  string // the name of a map's shape; shapes refer to each other in circles
	kind   collection
	rule   *nameRule // of the keys of a map by names; nil = any
	of     *form     // the values of such a map, or the entries of a list
	either []form
}

// collection is what kind of many values a form is.
type collection uint8

const (
	single collection = iota
	list
	byName
)

// The scalars. Where any text may stand YAML's numbers and booleans are texts
// too: label: 12.50 is the label 12.50.
var (
	aText        = form{scalar: schema{Type: []string{"string", "number", "boolean"}}}
	anExpression = aText
	aString      = form{scalar: schema{Type: "string"}}
	aNumber      = form{scalar: schema{Type: "number"}}
	aFactor      = form{scalar: schema{Type: "number", ExclusiveMinimum: bound(0)}}
	aCount       = form{scalar: schema{Type: "integer", ExclusiveMinimum: bound(0)}}
	aPurpose     = form{scalar: schema{Type: "integer", ExclusiveMinimum: bound(0), Maximum: 24}}
	aShare       = form{scalar: schema{Type: "integer", ExclusiveMinimum: bound(-1)}}
	aPercent     = form{scalar: schema{Type: "number", ExclusiveMinimum: bound(0), Maximum: 100}}
	aDuration    = form{scalar: schema{Type: "string", Pattern: "^[0-9]+(d([0-9]+h)?([0-9]+m)?|h([0-9]+m)?|m)$"}}
	aBool        = form{scalar: schema{Type: "boolean"}}
	aDate        = form{scalar: schema{Type: "string", Pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].+)?$"}}
	aLanguage    = form{scalar: schema{Type: "string", Pattern: "^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$"}}
	aPattern     = form{scalar: schema{Type: "string", Pattern: "^/[^?#]*$"}}
	aFallback    = form{scalar: schema{Type: "string", Pattern: "^" + plainName.form + "/" + plainName.form + "$"}}
)

// Forms of several parts that more than one key has.
var (
	aFilter     = either(anExpression, listOf(either(anExpression, shaped("condition"))))
	aConstant   = either(aText, listOf(aText))
	schemaForm  = mapOf(identifier, either(oneOf(typeNames...), shaped("attribute")))
	contentForm = mapOf(nil, mapOf(nil, aText))
)

func bound(f float64) *float64 { return &f }

func oneOf(words ...string) form { return form{scalar: schema{Enum: words}} }

func named(rule *nameRule) form {
	return form{scalar: schema{Type: "string", Pattern: "^" + rule.form + "$", MaxLength: maxName}}
}

func shaped(name string) form { return form{shape: name} }

func listOf(entry form) form { return form{kind: list, of: &entry} }

func mapOf(rule *nameRule, value form) form { return form{kind: byName, rule: rule, of: &value} }

func either(forms ...form) form { return form{either: forms} }

// name is what forms and the JSON Schema call a shape.
func (s *shape) name() string {
	_, name, _ := strings.Cut(s.what, " ")
	return strings.ReplaceAll(name, " ", "_")
}

// shapeOf is the shape of a name, nil if there is none.
func shapeOf(name string) *shape {
	for _, s := range shapes {
		if s.name() == name {
			return s
		}
	}
	return nil
}

// choose is the alternative of f that is a map, or that is a list; nil if
// there is none.
func (f *form) choose(isList bool) *form {
	for i := range f.either {
		if c := f.either[i].choose(isList); c != nil {
			return c
		}
	}
	if isList == (f.kind == list) && (f.kind != single || f.shape != "") {
		return f
	}
	return nil
}
