package diff_test

import (
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/diff"
	"github.com/profferhq/proffer/catalog/inspect"
)

// TestEveryChangeIsTold changes each value of a catalog that says everything.
// Where the snapshot becomes another one, the difference has words, whichever
// way one looks.
func TestEveryChangeIsTold(t *testing.T) {
	text, err := os.ReadFile("../compile/testdata/fixed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c := parsed(t, text)
	c.Zone.S = "UTC" // a zone's transitions take two thirds of the time
	source, built, ok := both(c)
	if !ok {
		t.Fatal("it does not compile")
	}
	told := 0
	change(reflect.ValueOf(c).Elem(), "catalog", func(what string) bool {
		otherSource, otherBuilt, ok := both(c)
		if !ok || otherBuilt.Snapshot == built.Snapshot {
			return ok
		}
		told++
		for name, list := range map[string][]diff.Change{"sources": diff.Compare(source, otherSource), "snapshots": diff.Compare(built, otherBuilt)} {
			if len(list) == 0 || list[0].Elsewhere {
				t.Errorf("%s: %s has no words: %v", name, what, list)
			}
			for i := range list {
				if list[i].Was.Name == "" && list[i].Is.Name == "" && !list[i].Added && !list[i].Removed {
					t.Errorf("%s: %s is told without what changed", name, what)
				}
			}
		}
		return true
	})
	if told < 150 {
		t.Errorf("only %d changes were told", told)
	}
}

// change makes one change after the other, calls told, which says whether the
// catalog compiles then, and takes it back.
func change(v reflect.Value, path string, told func(what string) bool) {
	try := func(to any) bool {
		was := reflect.New(v.Type()).Elem()
		was.Set(v)
		v.Set(reflect.ValueOf(to).Convert(v.Type()))
		ok := told(path)
		v.Set(was)
		return ok
	}
	switch x := v.Interface().(type) {
	case catalog.Pos, []catalog.File, []catalog.Mark, []catalog.Pos:
		return
	case catalog.Text:
		for _, s := range []string{x.S + "x", "true", "/x"} {
			if try(catalog.Text{Pos: x.Pos, S: s}) {
				return
			}
		}
		return
	case catalog.Duration:
		try(catalog.Duration{MS: x.MS + 60_000})
		return
	case catalog.Multiplier:
		if x.Value == 0 { // dates alone are no multiplier
			try(catalog.Multiplier{Value: 3})
			return
		}
	case catalog.Rule:
		if !x.Active { // then its words mean nothing, and a snapshot lacks them
			change(v.FieldByName("Active"), path+".Active", told)
			return
		}
	case catalog.Weight:
		if x.Expr.S != "" { // then Value means nothing
			change(v.FieldByName("Expr"), path+".Expr", told)
			return
		}
	case catalog.Value: // its type is the attribute's
		for _, name := range []string{"Bool", "Int", "Double", "String", "Strings", "Ints", "Doubles"} {
			change(v.FieldByName(name), path+"."+name, told)
		}
		return
	case catalog.Instant:
		try(catalog.Instant{Set: !x.Set, MS: 1_780_272_000_000})
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			change(v.Elem(), path, told)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			change(v.Field(i), path+"."+v.Type().Field(i).Name, told)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if i > 0 && path == "catalog.Environments" {
				break // one has everything, and each compilation takes its time
			}
			change(v.Index(i), path+"[]", told)
		}
		if v.Len() > 0 {
			try(v.Slice(1, v.Len()).Interface())
		}
	case reflect.Bool:
		try(!v.Bool())
	case reflect.Float64:
		try(v.Float() + 1)
	case reflect.Int, reflect.Int64:
		try(v.Int() + 1)
	case reflect.Uint8:
		try(1 + v.Uint()%2) // 1 or 2, which every enumeration has
	case reflect.String:
		try(v.String() + "x")
	}
}

// TestOrderIsNoDifference turns every list of names around.
func TestOrderIsNoDifference(t *testing.T) {
	text, err := os.ReadFile("../compile/testdata/fixed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	a, b := parsed(t, text), parsed(t, text)
	slices.Reverse(b.Environments)
	for _, e := range b.Environments {
		slices.Reverse(e.Spaces)
		slices.Reverse(e.Pages)
		slices.Reverse(e.Target)
		reverse(e.Categories)
	}
	sourceA, builtA, _ := both(a)
	sourceB, builtB, _ := both(b)
	if got := printed(t, diff.Compare(sourceA, sourceB)); got != "no difference\n" {
		t.Error(got)
	}
	// The order is no difference for what is compared either.
	sourceB.Snapshot, builtB.Snapshot = "other", "other"
	for _, list := range [][]diff.Change{diff.Compare(sourceA, sourceB), diff.Compare(builtA, builtB)} {
		if len(list) != 1 || !list[0].Elsewhere {
			t.Error(printed(t, list))
		}
	}
}

func reverse(list []*catalog.Category) {
	slices.Reverse(list)
	for _, c := range list {
		slices.Reverse(c.Offers)
		slices.Reverse(c.Themes)
		reverse(c.Categories)
		for _, o := range c.Offers {
			slices.Reverse(o.Weights)
			slices.Reverse(o.Content)
		}
	}
}

// TestEqualMomentsAreEqual holds that another zone changes what is local, not
// what is fixed.
func TestEqualMomentsAreEqual(t *testing.T) {
	at := inspect.Instant(1_780_272_000_000)
	of := func(zone, snapshot string) *inspect.Catalog {
		return &inspect.Catalog{Snapshot: snapshot, Zone: zone, Environments: []inspect.Environment{
			{Name: "e", Offers: []inspect.Offer{{Code: "o", From: &at}}},
		}}
	}
	list := diff.Compare(of("Europe/Paris", "a"), of("UTC", "b"))
	if len(list) != 1 || list[0].Is.Name != "zone" {
		t.Errorf("got %v", list)
	}
}
