package author

import (
	"math"
	"strconv"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

var typeNames = []string{"bool", "int", "double", "string", "list(string)", "list(int)", "list(double)"}

// schema reads typed attributes: a type each, or a type and a default.
func (r *reader) schema(group []val) []catalog.Attribute {
	list, _ := r.fields(group, nil)
	var out []catalog.Attribute
	for i := range list {
		f := &list[i]
		a := catalog.Attribute{Name: r.name(f.key, identifier, "an attribute")}
		if f.val.ok() && f.val.n.Kind == yaml.Map {
			o := r.object(f.key.pos(), f.group(), attributeShape)
			a.Type = r.attributeType(o.get("type"))
			if v := o.get("default"); v.ok() && a.Type != 0 {
				a.Default = r.value(v, a.Type)
			}
		} else {
			a.Type = r.attributeType(f.val)
		}
		out = append(out, a)
	}
	return out
}

func (r *reader) attributeType(v val) catalog.Type {
	if i := r.choice(v, typeNames...); i >= 0 {
		t, _ := catalog.ParseType(typeNames[i])
		return t
	}
	return 0
}

// value reads a constant of a type, nil if it is none.
func (r *reader) value(v val, t catalog.Type) *catalog.Value {
	out := &catalog.Value{Pos: v.pos(), Type: t}
	element, list := elementType(t)
	if !list {
		if !r.scalarValue(v, t, out) {
			return nil
		}
		return out
	}
	if v.n.Kind != yaml.List {
		r.wrongType(v, "a list", "put it in brackets: [ ]")
		return nil
	}
	complete := true
	for _, item := range r.list(v, "") {
		var one catalog.Value
		if !item.ok() || !r.scalarValue(item, element, &one) {
			complete = false
			continue
		}
		switch element {
		case catalog.TypeInt:
			out.Ints = append(out.Ints, one.Int)
		case catalog.TypeDouble:
			out.Doubles = append(out.Doubles, one.Double)
		default:
			out.Strings = append(out.Strings, one.String)
		}
	}
	if !complete {
		return nil
	}
	return out
}

func elementType(t catalog.Type) (element catalog.Type, list bool) {
	switch t {
	case catalog.TypeStringList:
		return catalog.TypeString, true
	case catalog.TypeIntList:
		return catalog.TypeInt, true
	case catalog.TypeDoubleList:
		return catalog.TypeDouble, true
	}
	return t, false
}

// scalarValue reads a constant that is no list into the field of its type.
func (r *reader) scalarValue(v val, t catalog.Type, out *catalog.Value) (ok bool) {
	switch t {
	case catalog.TypeBool:
		if out.Bool, ok = boolean(v.n); !ok {
			r.wrongType(v, "true or false", boolHint(v.n))
		}
	case catalog.TypeInt:
		out.Int, ok = r.integer(v)
	case catalog.TypeDouble:
		out.Double, ok = r.number(v)
	default:
		out.String, ok = r.stringValue(v)
	}
	return ok
}

// integer reads a whole number of 64 bits.
func (r *reader) integer(v val) (int64, bool) {
	if i, ok := wholeNumber(v.n); ok {
		return i, true
	}
	if v.n.Kind == yaml.Scalar && v.n.Style == yaml.Plain {
		_, err := strconv.ParseInt(v.n.Text, 10, 64)
		if isRange(err) {
			r.error(v.pos(), "bad-number", quote(v.n.Text)+" does not fit into 64 bits", "")
			return 0, false
		}
	}
	hint := numberHint(v.n)
	if v.n.Style == yaml.Plain && isNumber(v.n.Text) {
		hint = "declare the attribute as double"
	}
	r.wrongType(v, "a whole number", hint)
	return 0, false
}

func wholeNumber(n *yaml.Node) (int64, bool) {
	if n.Kind != yaml.Scalar || n.Style != yaml.Plain {
		return 0, false
	}
	i, err := strconv.ParseInt(n.Text, 10, 64)
	return i, err == nil
}

// stringValue reads a string where a number or true would be another type.
func (r *reader) stringValue(v val) (string, bool) {
	_, isBool := boolean(v.n)
	if v.n.Kind == yaml.Scalar && v.n.Style == yaml.Plain && (isBool || isNumber(v.n.Text)) {
		r.wrongType(v, "a string", "put quotes around it: "+quote(v.n.Text))
		return "", false
	}
	t := r.text(v)
	return t.S, t.Pos.IsValid()
}

// guess is the type that an undeclared value has by its looks.
func guess(n *yaml.Node) catalog.Type {
	if n.Kind == yaml.List {
		if n.Child == nil {
			return catalog.TypeStringList
		}
		switch guess(n.Child) {
		case catalog.TypeInt:
			return catalog.TypeIntList
		case catalog.TypeDouble:
			return catalog.TypeDoubleList
		}
		return catalog.TypeStringList
	}
	if _, ok := boolean(n); ok {
		return catalog.TypeBool
	}
	if n.Style != yaml.Plain || !isNumber(n.Text) {
		return catalog.TypeString
	}
	if f, err := strconv.ParseFloat(n.Text, 64); err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		if _, err := strconv.ParseInt(n.Text, 10, 64); err == nil {
			return catalog.TypeInt
		}
	}
	return catalog.TypeDouble
}
