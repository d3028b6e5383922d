package snapshot_test

import (
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/seal"
)

// fromYAML is the View of a catalog's text.
func fromYAML(t *testing.T, text string) *snapshot.View {
	t.Helper()
	c, diags := author.Parse([]catalog.File{{Name: "c.yaml", Text: []byte(text)}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return open(t, compiled(t, c))
}

const findCatalog = `
sites: {www.shop.example: one, WWW.Other.example: two, "*.shop.example": two, "*.de.shop.example": one, "*": three}
environments:
  one:
    kind: anonymous
    visitor_folder: f1
    target: {b: int, a: string, zz: bool}
    spaces: {hero: {channel: web}, side: {channel: web}, a: {channel: web}}
    pages:
      - {match: /travel/**, slots: [hero]}
      - {match: /travel/*, slots: [side]}
      - {match: /travel/beach, slots: [a]}
      - {match: /travel/beach/**, slots: [hero, side]}
      - {match: /, slots: [hero, a]}
      - {match: /b, slots: []}
    categories: {travel: {categories: {beach: {}, alps: {}}}, sale: {}}
  two:
    kind: anonymous
    visitor_folder: f2
    spaces: {side: {channel: web}}
    pages: [{match: /**, slots: [side]}]
    categories: {beach: {}}
  three: {kind: anonymous, visitor_folder: f3}
`

func TestFind(t *testing.T) {
	v := fromYAML(t, findCatalog)
	if n := v.Count(snapshot.SecNameIndex) - 1; n < 10 {
		t.Fatalf("%d names", n)
	}
	for i := range v.Count(snapshot.SecNameIndex) - 1 {
		if got := v.Find(v.Name(i)); got != i {
			t.Errorf("%s: got %d, want %d", v.Name(i), got, i)
		}
		for _, near := range []string{string(v.Name(i)) + "\x00", strings.ToUpper(string(v.Name(i))) + "!", string(v.Name(i))[:0]} {
			if got := v.Find([]byte(near)); got != snapshot.None {
				t.Errorf("%q: got %d", near, got)
			}
		}
	}
}

func TestFindByName(t *testing.T) {
	v := fromYAML(t, findCatalog)
	env := func(name string) *snapshot.Environment {
		return v.Environment(v.FindEnvironment(v.Find([]byte(name))))
	}
	for _, c := range []struct {
		env, name                  string
		space, category, attribute bool
	}{
		{"one", "hero", true, false, false},
		{"one", "side", true, false, false},
		{"one", "a", true, false, true},
		{"one", "beach", false, true, false},
		{"one", "alps", false, true, false},
		{"one", "travel", false, true, false},
		{"one", "sale", false, true, false},
		{"one", "b", false, false, true},
		{"one", "zz", false, false, true},
		{"one", "f1", false, false, false},
		{"one", "nowhere", false, false, false},
		{"one", "", false, false, false},
		{"two", "hero", false, false, false},
		{"two", "side", true, false, false},
		{"two", "beach", false, true, false},
		{"two", "a", false, false, false},
		{"three", "beach", false, false, false},
	} {
		e, id := env(c.env), v.Find([]byte(c.name))
		space, category, attribute := v.FindSpace(e, id), v.FindCategory(e, id), v.FindAttribute(e.Target(), []byte(c.name))
		if (space != snapshot.None) != c.space || c.space && v.Space(space).Name() != id {
			t.Errorf("%s: space %q is %d", c.env, c.name, space)
		}
		if (category != snapshot.None) != c.category || c.category && v.Category(category).Name() != id {
			t.Errorf("%s: category %q is %d", c.env, c.name, category)
		}
		if (attribute != snapshot.None) != c.attribute || c.attribute && v.Attribute(e.Target().Start+attribute).Name() != id {
			t.Errorf("%s: attribute %q is %d", c.env, c.name, attribute)
		}
	}
	for _, name := range []string{"", "hero", "fourth"} {
		if got := v.FindEnvironment(v.Find([]byte(name))); got != snapshot.None {
			t.Errorf("environment %q is %d", name, got)
		}
	}
}

func TestFindSite(t *testing.T) {
	for _, c := range []struct{ sites, host, want string }{
		{findCatalog, "www.shop.example", "one"},
		{findCatalog, "www.other.example", "two"},
		{findCatalog, "a.shop.example", "two"},
		{findCatalog, "a.b.shop.example", "two"},
		{findCatalog, "a.de.shop.example", "one"},
		{findCatalog, "de.shop.example", "two"},
		{findCatalog, "shop.example", "three"},
		{findCatalog, ".shop.example", "three"},
		{findCatalog, "xshop.example", "three"},
		{findCatalog, "", "three"},
		{strings.Replace(findCatalog, `, "*": three`, "", 1), "shop.example", "none"},
		{strings.Replace(findCatalog, `, "*": three`, "", 1), "", "none"},
		{findCatalog[strings.Index(findCatalog, "environments"):], "www.shop.example", "no sites"},
	} {
		v := fromYAML(t, c.sites)
		index, ok := v.FindSite([]byte(c.host))
		got := "no sites"
		if ok && index == snapshot.None {
			got = "none"
		} else if ok {
			got = string(v.Name(v.Environment(index).Name()))
		}
		if got != c.want {
			t.Errorf("%q: got %s, want %s", c.host, got, c.want)
		}
	}
}

func TestFindPage(t *testing.T) {
	v := fromYAML(t, findCatalog)
	for _, c := range []struct{ env, path, want string }{
		{"one", "/", "/"},
		{"one", "", ""},
		{"one", "/b", "/b"},
		{"one", "/b/", ""},
		{"one", "/travel", "/travel/**"},
		{"one", "/travel/", "/travel/**"},
		{"one", "/travel/beach", "/travel/beach"},
		{"one", "/travel/beach/", "/travel/beach/**"},
		{"one", "/travel/beach/x", "/travel/beach/**"},
		{"one", "/travel/beach/x/y", "/travel/beach/**"},
		{"one", "/travel/beaches", "/travel/*"},
		{"one", "/travel/x", "/travel/*"},
		{"one", "/travel/x/", "/travel/**"},
		{"one", "/travel/x/y", "/travel/**"},
		{"one", "/travels", ""},
		{"two", "/", "/**"},
		{"two", "", "/**"},
		{"two", "/x/y", "/**"},
		{"three", "/", ""},
	} {
		env := v.Environment(v.FindEnvironment(v.Find([]byte(c.env))))
		got := ""
		if p := v.FindPage(env, []byte(c.path)); p != nil {
			got = string(v.Name(p.Match()))
		}
		if got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.env, c.path, got, c.want)
		}
	}
}

func TestFindJSONSlots(t *testing.T) {
	v := fromYAML(t, `
catalog: json
json:
  - {page: "/api/**", path: b, slot: hero}
  - {page: "/api/**", path: a, slot: hero_2}
  - {page: /api/home, path: x.0, slot: hero}
  - {page: /api/about, path: y, slot: hero}
  - {page: "/api/*", path: one, slot: hero}
  - {page: "/api/shop/**", path: shop, slot: hero}
  - {page: /z, path: z, slot: hero}
environments: {one: {kind: anonymous, spaces: {hero: {channel: api}}}}
`)
	for path, want := range map[string]string{
		"/api/home": "x.0", "/api/about": "y", "/z": "z", "/api/other": "one", "/api/a/b": "a b", "/api": "a b", "/api/": "a b",
		"/api/shop/x": "shop", "/api/shop": "shop", "/": "", "": "", "/zz": "", "/a": "", "/api/home/": "a b", "/api/homes": "one", "/api/*": "one",
	} {
		var paths []string
		r := v.FindJSONSlots([]byte(path))
		for i := r.Start; i < r.End(); i++ {
			paths = append(paths, string(v.Name(v.JSONSlot(i).Path())))
		}
		if got := strings.Join(paths, " "); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	none := fromYAML(t, findCatalog)
	if r := none.FindJSONSlots([]byte("/")); r.Count != 0 {
		t.Errorf("a catalog without slots has %d", r.Count)
	}
}

func TestMatchPath(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"/", "/", true},
		{"/", "", false},
		{"/", "//", false},
		{"/a", "/a", true},
		{"/a", "/A", false},
		{"/a", "/a/", false},
		{"/a", "/ab", false},
		{"/a/*", "/a/b", true},
		{"/a/*", "/a/", false},
		{"/a/*", "/a", false},
		{"/a/*", "/a/b/", false},
		{"/a/*", "/a/b/c", false},
		{"/a/*", "/a/*", true},
		{"/*", "/", false},
		{"/*", "/x", true},
		{"/a/**", "/a", true},
		{"/a/**", "/a/", true},
		{"/a/**", "/a/b/c/", true},
		{"/a/**", "/ab", false},
		{"/a/**", "/", false},
		{"/**", "/", true},
		{"/**", "", true},
		{"/**", "/a//b", true},
		{"/a/*/b", "/a/x/b", true},
		{"/a/*/b", "/a//b", false},
		{"/a/*/b/**", "/a/x/b", true},
		{"", "", true},
	} {
		if got := snapshot.MatchPath([]byte(c.pattern), []byte(c.path)); got != c.want {
			t.Errorf("%q and %q: %v", c.pattern, c.path, got)
		}
	}
}

// TestOpenRefuses damages what Open looks at, and names what it says.
func TestOpenRefuses(t *testing.T) {
	b := small(t)
	const table = 51 // where the section table's content starts
	for _, c := range []struct {
		name   string
		damage func(b []byte) []byte
		want   string
	}{
		{"nothing", func([]byte) []byte { return nil }, "no magic"},
		{"another array", func(b []byte) []byte { b[2]++; return b }, "broken head"},
		{"another magic", func(b []byte) []byte { b[4] ^= 1; return b }, "no magic"},
		{"another format", func(b []byte) []byte { b[11]++; return b }, "format not supported"},
		{"another section's place", func(b []byte) []byte { b[table+4]++; return b }, "broken section table"},
		{"a longer section", func(b []byte) []byte { b[table+11]++; return b }, "broken section table"},
		{"no catalog", func(b []byte) []byte { b[table] = 200; return b }, "a section is missing"},
		{"a section twice", func(b []byte) []byte { b[table+snapshot.TableEntry] = b[table]; return b }, "broken section length"},
		{"bytes behind", func(b []byte) []byte { return append(b, 0) }, "bytes behind"},
		{"too large", func([]byte) []byte { return make([]byte, snapshot.MaxSize+1) }, "larger than 64 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := snapshot.Open(c.damage(append([]byte{}, b...)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestVerifyTakesNoMemory holds for whatever it accepts.
func TestVerifyTakesNoMemory(t *testing.T) {
	v := open(t, small(t))
	n := testing.AllocsPerRun(10, func() {
		if err := v.Verify(seal.Sum256); err != nil {
			t.Error(err)
		}
	})
	if n > 1 { // the checker itself
		t.Errorf("%v allocations", n)
	}
	if err := (&snapshot.View{}).Verify(seal.Sum256); err == nil {
		t.Error("an empty View is no snapshot")
	}
}
