package author

import (
	"fmt"
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

// field is one entry of a map. A map that several files fill together has
// more than one value.
type field struct {
	key, val val
	more     []val
}

// group are the values of the field.
func (f *field) group() []val {
	if len(f.more) == 0 {
		return []val{f.val}
	}
	return append([]val{f.val}, f.more...)
}

// fields reads the entries of a map, or of the maps of several files as one,
// in the order of the text. A map that is not written has none.
func (r *reader) fields(group []val, merges func(key string) bool) (list []field, partial bool) {
	e := entries{reader: r, merges: merges}
	for _, v := range group {
		switch {
		case !v.ok():
			partial = partial || v.n != nil
			continue
		case v.n.IsNull():
			continue
		case v.n.Kind != yaml.Map:
			r.wrongType(v, "a map", "")
			partial = true
			continue
		}
		partial = partial || v.n.Partial
		for k := v.n.Child; k != nil; k = k.Next.Next {
			e.add(field{key: val{v.f, k}, val: val{v.f, k.Next}})
		}
	}
	return e.all, partial
}

// indexed is the size from which a map of keys is faster than looking at each.
const indexed = 12

// entries collects fields and finds keys that are written twice.
type entries struct {
	*reader
	merges func(key string) bool
	all    []field
	index  map[string]int
}

func (e *entries) add(f field) {
	key := f.key.n.Text
	at := e.find(key)
	if at < 0 {
		e.all = append(e.all, f)
		if e.index != nil {
			e.index[key] = len(e.all) - 1
		}
		return
	}
	first := &e.all[at]
	last := first.val
	if len(first.more) > 0 {
		last = first.more[len(first.more)-1]
	}
	if last.f != f.val.f && e.merges != nil && e.merges(key) {
		first.more = append(first.more, f.val)
		return
	}
	if pos := f.key.pos(); !e.skip(pos) {
		e.related(pos, "duplicate-key", quote(key)+" is written twice", first.key.pos(), "first defined here")
	}
}

func (e *entries) find(key string) int {
	if e.index == nil && len(e.all) >= indexed {
		e.index = make(map[string]int, 2*indexed)
		for i := range e.all {
			e.index[e.all[i].key.n.Text] = i
		}
	}
	if e.index != nil {
		if i, ok := e.index[key]; ok {
			return i
		}
		return -1
	}
	return slices.IndexFunc(e.all, func(f field) bool { return f.key.n.Text == key })
}

// object is a map with the keys of a shape.
type object struct {
	*reader
	at      catalog.Pos // where a missing key is reported
	shape   *shape
	all     []field
	partial bool
}

// object reads a map and reports the keys that do not belong there, and those
// that must be there and are not.
func (r *reader) object(at catalog.Pos, group []val, s *shape) *object {
	o := &object{reader: r, at: at, shape: s}
	o.all, o.partial = r.fields(group, s.merges)
	for i := range o.all {
		key := o.all[i].key
		switch {
		case s.has(key.n.Text):
		case r.skip(key.pos()):
		default:
			r.error(key.pos(), "unknown-key", "unknown key "+quote(key.n.Text), s.hint(key.n.Text))
		}
	}
	o.watch()
	for i := range s.needs {
		o.require(&s.needs[i])
	}
	return o
}

// get is the value of a key, absent if it is not written.
func (o *object) get(key string) val {
	if f := o.field(key); f != nil {
		return f.val
	}
	return val{}
}

// group are the values of a key that several files may fill together.
func (o *object) group(key string) []val {
	if f := o.field(key); f != nil {
		return f.group()
	}
	return nil
}

func (o *object) field(key string) *field {
	for i := range o.all {
		if o.all[i].key.n.Text == key {
			return &o.all[i]
		}
	}
	return nil
}

// require reports a key that must be written and is not.
func (o *object) require(n *need) {
	if o.partial || o.field(n.key) != nil || o.misspelt(n.key) || o.skip(o.at) {
		return
	}
	o.error(o.at, "missing-key", fmt.Sprintf("%s needs the key %q", o.shape.what, n.key), n.hint)
}

// misspelt reports whether an unknown key seems to mean one of these.
func (o *object) misspelt(keys ...string) bool {
	return slices.ContainsFunc(o.all, func(f field) bool {
		return !o.shape.has(f.key.n.Text) && slices.Contains(keys, catalog.Nearest(f.key.n.Text, o.shape.names()))
	})
}
