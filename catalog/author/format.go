package author

import (
	"path/filepath"
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

// Format gives the text of a file in the one layout: keys of the format in the
// order of FORMAT.md, names in the order of their author, two spaces for each
// level, comments where they belong. It reads as the file does, and formatting
// it again changes nothing. A file that is not YAML has diagnostics and no
// text. JSON, and what is no map, is given as it is.
func Format(f catalog.File) ([]byte, catalog.Diagnostics) {
	r := &reader{out: &catalog.Catalog{}}
	if !r.bounded([]catalog.File{f}) {
		return nil, r.finish()
	}
	doc := yaml.Parse(string(f.Text), &yaml.Budget{Left: maxNodes})
	if len(doc.Errors) > 0 {
		r.syntax(val{f: &source{name: f.Name, doc: doc}})
		return nil, r.finish()
	}
	if doc.Root == nil || doc.Root.Kind != yaml.Map || filepath.Ext(f.Name) == ".json" {
		return f.Text, nil
	}
	l := yaml.NewLayout(doc)
	whole := shaped(catalogShape.name())
	whole.order(l.Root)
	return []byte(l.Print()), nil
}

// order puts the keys of maps that have a shape into its order.
func (f *form) order(e *yaml.Entry) {
	c := f.choose(e.Value.Kind == yaml.List)
	if c == nil || e.Value.Kind == yaml.Scalar {
		return
	}
	s := shapeOf(c.shape)
	if s != nil && e.Value.Kind == yaml.Map {
		slices.SortStableFunc(e.Entries, func(a, b *yaml.Entry) int { return s.rank(a) - s.rank(b) })
	}
	for _, child := range e.Entries {
		switch {
		case c.of != nil:
			c.of.order(child)
		case s != nil && s.place(child.Key.Text) >= 0:
			s.keys[s.place(child.Key.Text)].form.order(child)
		}
	}
}

// rank is the place of an entry's key; those that s does not have are last.
func (s *shape) rank(e *yaml.Entry) int {
	if i := s.place(e.Key.Text); i >= 0 {
		return i
	}
	return len(s.keys)
}
