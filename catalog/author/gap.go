package author

import (
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

// watchedKeys are the keys below which stand things that others refer to, or
// that something is said about if they are absent.
var watchedKeys = []string{
	"environments", "people", "visitor_folder", "share_folder", "default", "target", "attributes", "offer_attributes", "filters", "typology", "rules",
	"experiments", "json", "translations", "spaces", "fields", "categories", "themes", "offers", "weights", "content",
}

// gaps finds out where entries of the catalog may be missing because of an
// error, so that no second one is reported for what refers to them.
type gaps struct {
	watched []watch
	known   map[catalog.Gap]bool
}

// watch is a value that is a gap if an error is about it.
type watch struct {
	gap catalog.Gap
	val val
}

func (g *gaps) add(gap catalog.Gap) {
	if g.known == nil {
		g.known = map[catalog.Gap]bool{}
	}
	g.known[gap] = true
}

// watch notes where an object's entries stand, and what it lost: the key that
// an unknown one was to be, or any key that is not there.
func (o *object) watch() {
	at := o.at
	if o.shape == catalogShape {
		at = catalog.Pos{}
		if o.partial {
			o.gaps.add(catalog.Gap{})
		}
	}
	lost := o.partial
	for i := range o.all {
		f := &o.all[i]
		key := f.key.n.Text
		switch {
		case slices.Contains(watchedKeys, key) && o.shape.has(key):
			for _, v := range f.group() {
				o.gaps.watched = append(o.gaps.watched, watch{catalog.Gap{Pos: at, Key: key}, v})
			}
		case o.shape.has(key):
		default:
			if near := catalog.Nearest(key, o.shape.names()); near != "" {
				o.gaps.add(catalog.Gap{Pos: at, Key: near})
			} else {
				lost = true
			}
		}
	}
	if !lost {
		return
	}
	for _, key := range watchedKeys {
		if o.shape.has(key) && o.field(key) == nil {
			o.gaps.add(catalog.Gap{Pos: at, Key: key})
		}
	}
}

// found are the gaps of a catalog that has errors.
func (g *gaps) found(d catalog.Diagnostics) map[catalog.Gap]bool {
	if len(d) > maxReports {
		g.add(catalog.Gap{}) // not all errors are known
	}
	bad := map[catalog.Pos]bool{}
	for i := range d {
		if d[i].Severity == catalog.Error {
			bad[d[i].Pos] = true
		}
	}
	for _, w := range g.watched {
		if w.val.n != nil && (!w.val.ok() || w.val.n.Partial || bad[w.val.pos()] || w.gap.Key == "filters" && w.val.hasBadEntry(bad)) {
			g.add(w.gap)
		}
	}
	return g.known
}

// hasBadEntry reports whether a map has an entry whose value is not what it
// should be. A predefined filter is left out then, all else keeps its name.
func (v val) hasBadEntry(bad map[catalog.Pos]bool) bool {
	if v.n.Kind != yaml.Map {
		return false
	}
	for key := v.n.Child; key != nil; key = key.Next.Next {
		if entry := (val{v.f, key.Next}); !entry.ok() || bad[entry.pos()] {
			return true
		}
	}
	return false
}
