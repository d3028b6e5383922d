package diff

import (
	"slices"

	"github.com/profferhq/proffer/catalog/inspect"
)

// Change is one difference.
type Change struct {
	// Path leads to what changed, from the catalog's things down: the
	// environment, the offer, the content. Of a thing that was added or removed
	// it is the last. Empty = the catalog itself.
	Path    []inspect.Item
	Added   bool
	Removed bool
	// Was and Is are a key's values; one without a value there has no Name.
	Was, Is inspect.Fact
	// Elsewhere says that the snapshots differ, and nothing that is compared.
	Elsewhere bool
}

// Compare gives what is otherwise in b than in a, environment by environment.
// Both are of sources, or both of snapshots, and know their hashes.
func Compare(a, b *inspect.Catalog) []Change {
	if a.Snapshot == b.Snapshot {
		return nil
	}
	var out changes
	out.things(nil, a.Item(b.Zone), b.Item(b.Zone)) // one clock, so that equal moments are equal
	if len(out) == 0 {
		return []Change{{Elsewhere: true}}
	}
	return out
}

type changes []Change

// things compares two forms of one thing.
func (c *changes) things(path []inspect.Item, a, b inspect.Item) {
	for _, was := range a.Facts {
		if is := find(b.Facts, was.Name); !equal(was, is) {
			*c = append(*c, Change{Path: path, Was: was, Is: is})
		}
	}
	for _, is := range b.Facts {
		if find(a.Facts, is.Name).Name == "" {
			*c = append(*c, Change{Path: path, Is: is})
		}
	}
	known := index(b.Items)
	for _, was := range a.Items {
		below := append(slices.Clone(path), was)
		if is, ok := known[key{was.Kind, was.Name}]; ok {
			c.things(below, was, is)
		} else {
			*c = append(*c, Change{Path: below, Removed: true})
		}
	}
	known = index(a.Items)
	for _, is := range b.Items {
		if _, ok := known[key{is.Kind, is.Name}]; !ok {
			*c = append(*c, Change{Path: append(slices.Clone(path), is), Added: true})
		}
	}
}

type key struct{ kind, name string }

func index(list []inspect.Item) map[key]inspect.Item {
	out := make(map[key]inspect.Item, len(list))
	for _, i := range list {
		out[key{i.Kind, i.Name}] = i
	}
	return out
}

func find(list []inspect.Fact, name string) inspect.Fact {
	for _, f := range list {
		if f.Name == name {
			return f
		}
	}
	return inspect.Fact{}
}

// equal compares texts, and lists without order by their entries.
func equal(a, b inspect.Fact) bool {
	if a.Name != b.Name {
		return false
	}
	if len(a.List) == 0 || a.Ordered {
		return a.Text == b.Text && slices.Equal(a.List, b.List)
	}
	return slices.Equal(slices.Sorted(slices.Values(a.List)), slices.Sorted(slices.Values(b.List)))
}
