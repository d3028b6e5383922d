package compile_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/internal/golden"
)

// In an archive, "diagnostics" is what the reader and the compiler report, as
// people see it; every other file belongs to the catalog. There are bytes
// unless one of the diagnostics is an error.
func TestGolden(t *testing.T) {
	golden.Run(t, func(t *testing.T, a *txtar.Archive) map[string]string {
		if a.Files[len(a.Files)-1].Name != "diagnostics" {
			t.Fatal("diagnostics have to come last")
		}
		return map[string]string{"diagnostics": report(t, golden.Sources(a, "diagnostics"))}
	})
}

// report compiles a catalog's files and prints the diagnostics.
func report(t *testing.T, files []catalog.File) string {
	c, diags := author.Parse(files)
	b, more := compile.Compile(c)
	diags = append(diags, more...)
	diags.Sort()
	if (b == nil) != diags.HasErrors() {
		t.Errorf("%d bytes, errors: %v", len(b), diags.HasErrors())
	}
	var printed bytes.Buffer
	if err := author.Write(&printed, files, diags); err != nil {
		t.Fatal(err)
	}
	return printed.String()
}

// tooMuch are catalogs beyond a limit, too large for testdata.
var tooMuch = []struct {
	name, code, message string
	make                func() *catalog.Catalog
}{
	{"environments", "too-many", "the catalog has 1001 environments, more than 1000", func() *catalog.Catalog {
		c := &catalog.Catalog{}
		for i := range 1001 {
			c.Environments = append(c.Environments, &catalog.Environment{Kind: catalog.Identified, Name: word("e%d", i)})
		}
		return c
	}},
	{"fields", "too-many", `space "hero" has 257 fields, more than 256`, func() *catalog.Catalog {
		s := &catalog.Space{Name: word("hero"), Channel: word("web")}
		for i := range 257 {
			s.Fields = append(s.Fields, catalog.Field{Name: word("f%d", i), Type: catalog.FieldText})
		}
		return one(&catalog.Environment{Spaces: []*catalog.Space{s}})
	}},
	{"attributes", "bad-schema", "257 attributes in target.* (at most 256)", func() *catalog.Catalog {
		e := &catalog.Environment{}
		for i := range 257 {
			e.Target = append(e.Target, catalog.Attribute{Name: word("a%d", i), Type: catalog.TypeInt})
		}
		return one(e)
	}},
	{"depth", "too-deep", `category "c32" is more than 32 levels deep`, func() *catalog.Catalog {
		var tree []*catalog.Category
		for i := range 33 {
			tree = []*catalog.Category{{Name: word("c%d", 32-i), Enabled: true, Categories: tree}}
		}
		return one(&catalog.Environment{Categories: tree})
	}},
	{"filters", "bad-schema", "257 predefined filters (at most 256)", func() *catalog.Catalog {
		e := &catalog.Environment{}
		for i := range 257 {
			e.Filters = append(e.Filters, catalog.NamedFilter{Name: word("f%d", i), Expr: word("true")})
		}
		return one(e)
	}},
	{"conditions", "too-many", "the filter has 257 conditions, more than 256", func() *catalog.Catalog {
		e := &catalog.Environment{}
		for range 257 {
			e.Filter = append(e.Filter, catalog.Condition{Expr: word("interaction.new_visit")})
		}
		return one(e)
	}},
	{"rules", "too-many", `environment "one" has 257 rules, more than 256`, func() *catalog.Catalog {
		e := &catalog.Environment{}
		c := one(e)
		for i := range 257 {
			e.Typology = append(e.Typology, word("r%d", i))
			c.Rules = append(c.Rules, &catalog.Rule{Name: word("r%d", i), Active: true, Quantity: 1, Calendar: catalog.CalendarDay})
		}
		return c
	}},
	{"experiments", "too-many", "the catalog has 257 experiments, more than 256", func() *catalog.Catalog {
		c := one(&catalog.Environment{})
		for i := range 257 {
			c.Experiments = append(c.Experiments, experiment(i, 2))
		}
		return c
	}},
	{"arms", "too-many", `experiment "x0" has 65 arms, more than 64`, func() *catalog.Catalog {
		c := one(&catalog.Environment{})
		c.Experiments = []catalog.Experiment{experiment(0, 65)}
		return c
	}},
	{"translations", "too-many", `offer "o" has 101 translations, more than 100`, func() *catalog.Catalog {
		o := &catalog.Offer{Code: word("o")}
		for i := range 101 {
			o.Translations = append(o.Translations, catalog.Translation{Language: word("fr-%03d", i)})
		}
		return one(&catalog.Environment{Categories: []*catalog.Category{{Name: word("all"), Offers: []*catalog.Offer{o}}}})
	}},
	{"slots in JSON", "too-many", "the catalog has 1001 slots in JSON answers, more than 1000", func() *catalog.Catalog {
		c := one(&catalog.Environment{Spaces: []*catalog.Space{{Name: word("hero"), Channel: word("web")}}})
		for i := range 1001 {
			c.JSON = append(c.JSON, catalog.JSONSlot{Page: word("/"), Path: word("a%d", i), Slot: catalog.PageSlot{Space: "hero", N: 1}})
		}
		return c
	}},
	{"slots of a page in JSON", "too-many", "page \"/\" has more than 64 slots in JSON answers", func() *catalog.Catalog {
		c := one(&catalog.Environment{Spaces: []*catalog.Space{{Name: word("hero"), Channel: word("web")}}})
		for i := range 66 {
			c.JSON = append(c.JSON, catalog.JSONSlot{Page: word("/"), Path: word("a%d", i), Slot: catalog.PageSlot{Space: "hero", N: 1}})
		}
		return c
	}},
	{"JSON in all forms", "too-many-conditions", "bytes in all forms that its conditional parts give it, more than 1048576", func() *catalog.Catalog {
		s := &catalog.Space{Name: word("hero"), Channel: word("web")}
		text := `"` + strings.Repeat("x", 16<<10)
		for i := range 6 {
			s.Fields = append(s.Fields, catalog.Field{Name: word("f%d", i), Type: catalog.FieldText})
			text += fmt.Sprintf("{{? f%d }}a{{/}}", i)
		}
		s.JSON = word("%s\"", text)
		return one(&catalog.Environment{Spaces: []*catalog.Space{s}})
	}},
	{"bytes", "too-large", "more than 67108864", func() *catalog.Catalog {
		category := &catalog.Category{Name: word("all"), Enabled: true}
		long := strings.Repeat("x", 60<<10)
		for i := range 1150 {
			category.Offers = append(category.Offers, &catalog.Offer{Code: word("o%d", i), Label: word("%d%s", i, long)})
		}
		return one(&catalog.Environment{Categories: []*catalog.Category{category}})
	}},
}

func word(format string, args ...any) catalog.Text {
	return catalog.Text{S: fmt.Sprintf(format, args...)}
}

func experiment(i, arms int) catalog.Experiment {
	x := catalog.Experiment{Name: word("x%d", i), Version: 1}
	for j := range arms {
		x.Arms = append(x.Arms, catalog.Arm{Name: word("a%d", j), Weight: 1})
	}
	return x
}

// one is a catalog of one environment.
func one(e *catalog.Environment) *catalog.Catalog {
	e.Kind, e.Name = catalog.Identified, word("one")
	return &catalog.Catalog{Environments: []*catalog.Environment{e}}
}

func TestTooMuch(t *testing.T) {
	t.Parallel()
	for _, c := range tooMuch {
		t.Run(c.name, func(t *testing.T) {
			b, diags := compile.Compile(c.make())
			if b != nil || !diags.HasErrors() {
				t.Fatalf("%d bytes, %d diagnostics", len(b), len(diags))
			}
			for _, d := range diags {
				if d.Severity == catalog.Error && (d.Code != c.code || !strings.Contains(d.Message, c.message)) {
					t.Errorf("got %s: %s, want %s: %s", d.Code, d.Message, c.code, c.message)
				}
			}
		})
	}
}
