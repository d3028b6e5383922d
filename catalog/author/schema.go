package author

import "encoding/json"

// schema is a JSON Schema, the part of draft-07 that is needed here.
type schema struct {
	Version              string             `json:"$schema,omitempty"`
	Title                string             `json:"title,omitempty"`
	Description          string             `json:"description,omitempty"`
	Ref                  string             `json:"$ref,omitempty"`
	Type                 any                `json:"type,omitempty"` // a name or a list of names
	Enum                 []string           `json:"enum,omitempty"`
	Pattern              string             `json:"pattern,omitempty"`
	MaxLength            int                `json:"maxLength,omitempty"`
	ExclusiveMinimum     *float64           `json:"exclusiveMinimum,omitempty"`
	Maximum              float64            `json:"maximum,omitempty"`
	AnyOf                []*schema          `json:"anyOf,omitempty"`
	Items                *schema            `json:"items,omitempty"`
	PropertyNames        *schema            `json:"propertyNames,omitempty"`
	Properties           map[string]*schema `json:"properties,omitempty"`
	AdditionalProperties any                `json:"additionalProperties,omitempty"` // a schema or false
	Required             []string           `json:"required,omitempty"`
	Definitions          map[string]*schema `json:"definitions,omitempty"`
}

// Schema is the JSON Schema, draft-07, of one file of a catalog, for editors:
// every key with its meaning and what may stand behind it. It knows keys,
// types, words and the forms of names; what expressions, references and dates
// mean is for Parse and the compiler to say. A file may hold a part of a
// catalog, so keys that another file may have are not required.
func Schema() []byte {
	root := catalogShape.schema()
	root.Version, root.Title = "http://json-schema.org/draft-07/schema#", "Proffer offer catalog"
	root.Definitions = map[string]*schema{}
	for _, s := range shapes[1:] {
		root.Definitions[s.name()] = s.schema()
	}
	b, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(err) // a form is wrong
	}
	return append(b, '\n')
}

// schema is a shape's. Where nothing is required a map may be empty, and an
// empty map may be left out behind its key.
func (s *shape) schema() *schema {
	out := &schema{Type: []string{"object", "null"}, Properties: map[string]*schema{}, AdditionalProperties: false}
	for i := range s.keys {
		k := &s.keys[i]
		p := k.form.schema()
		p.Description = k.says
		out.Properties[k.name] = p
	}
	if len(s.merge) > 0 || len(s.needs) == 0 {
		return out
	}
	out.Type = "object"
	for _, n := range s.needs {
		out.Required = append(out.Required, n.key)
	}
	return out
}

func (f *form) schema() *schema {
	switch {
	case f.either != nil:
		out := &schema{}
		for i := range f.either {
			out.AnyOf = append(out.AnyOf, f.either[i].schema())
		}
		return out
	case f.shape != "":
		// Beside $ref a description would not count.
		return &schema{AnyOf: []*schema{{Ref: "#/definitions/" + f.shape}}}
	case f.kind == list:
		return &schema{Type: []string{"array", "null"}, Items: f.of.schema()}
	case f.kind == byName:
		out := &schema{Type: []string{"object", "null"}, AdditionalProperties: f.of.schema()}
		if f.rule != nil {
			out.PropertyNames = &schema{Pattern: "^" + f.rule.form + "$", MaxLength: maxName}
		}
		return out
	}
	out := f.scalar
	return &out
}
