package inspect

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/profferhq/proffer/catalog/zone"
)

// Item is one thing of a catalog: the catalog itself, an environment, a space,
// an offer, … with what is said of it, and the things in it.
type Item struct {
	Kind  string // "offer"
	Name  string
	Facts []Fact
	Items []Item
}

// Fact is one key and its value. Without a value there is no fact.
type Fact struct {
	Name string // "filter", "render html"
	Text string
	// List says that the value is a list with these entries; Ordered that their
	// order means something.
	List    []string
	Ordered bool
}

// Item is the catalog as a thing with things in it, in the order of the
// values. Moments are on the clocks of a zone, and in UTC.
func (c *Catalog) Item(clocks string) Item {
	b := builder{zone: time.UTC}
	if loc, ok := zone.Load(clocks); ok {
		b.zone = loc
	}
	return b.item("catalog", reflect.ValueOf(*c))
}

// builder makes items of the structs of value.go: every field of a struct is a
// fact by the name that it has in JSON, or a list of things.
type builder struct{ zone *time.Location }

// worded is a value with a text of its own.
type worded interface {
	text(zone *time.Location) string
}

// ordered are lists whose order means something, by name.
var ordered = []string{"fields", "slots"}

func (b builder) item(kind string, v reflect.Value) Item {
	out := Item{Kind: kind}
	b.fields(&out, "", v)
	return out
}

func (b builder) fields(out *Item, prefix string, v reflect.Value) {
	for i := range v.NumField() {
		f, value := v.Type().Field(i), v.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch item := f.Tag.Get("item"); {
		case item == "-":
		case item == "key":
			out.Name = value.String()
		case item != "":
			for j := range value.Len() {
				out.Items = append(out.Items, b.item(item, value.Index(j)))
			}
		default:
			b.fact(out, prefix, name, value)
		}
	}
}

func (b builder) fact(out *Item, prefix, name string, v reflect.Value) {
	add := func(text string) { out.Facts = append(out.Facts, Fact{Name: prefix + name, Text: text}) }
	switch x := v.Interface().(type) {
	case map[string]string:
		entries(out, prefix+name, x)
		return
	case map[string]any:
		entries(out, prefix+name, x)
		return
	}
	if v.Kind() == reflect.Slice {
		b.list(out, prefix+name, v)
		return
	}
	if v.IsZero() {
		return
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch x, isWorded := v.Interface().(worded); {
	case isWorded:
		add(x.text(b.zone))
	case v.Kind() == reflect.Struct:
		b.fields(out, prefix+name+" ", v)
	default:
		add(plain(v.Interface()))
	}
}

// entries are facts of their own. Those of content have the names of fields.
func entries[T any](out *Item, name string, m map[string]T) {
	name += " "
	if out.Kind == "content" {
		name = ""
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out.Facts = append(out.Facts, Fact{Name: name + key, Text: plain(m[key])})
	}
}

func (b builder) list(out *Item, name string, v reflect.Value) {
	if v.Len() == 0 {
		return
	}
	f := Fact{Name: name, Ordered: slices.Contains(ordered, name)}
	for i := range v.Len() {
		if x, ok := v.Index(i).Interface().(worded); ok {
			f.List = append(f.List, x.text(b.zone))
		} else {
			f.List = append(f.List, v.Index(i).String())
		}
	}
	f.Text = strings.Join(f.List, ", ")
	out.Facts = append(out.Facts, f)
}
