package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/profferhq/proffer/examples/shop/origin"
)

// The types below are what this test needs of the catalog: how it fits the
// shop. Whether it is a correct catalog is for `proffer catalog check` to say.

type environment struct {
	Pages      []pageRule
	Spaces     map[string]space
	Categories map[string]category
}

type pageRule struct {
	Match string
	Slots []string
}

type space struct {
	Fields         map[string]any
	Render         map[string]string
	FallbackOffer  string `yaml:"fallback_offer"`
	Identification struct{ Fallback string }
}

type category struct {
	AlwaysInclude bool `yaml:"always_include"`
	Categories    map[string]category
	Offers        map[string]offer
}

type offer struct {
	Label   string
	Filter  any
	From    string
	To      string
	Content map[string]map[string]string
}

// read merges the environments of all files.
func read(t *testing.T) map[string]environment {
	t.Helper()
	files, err := filepath.Glob("catalog/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("files %v, error %v, want several", files, err)
	}
	all := map[string]environment{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var doc struct{ Environments map[string]environment }
		if err := yaml.Unmarshal(text, &doc); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		maps.Copy(all, doc.Environments)
	}
	return all
}

// walk visits a tree of categories.
func walk(tree map[string]category, visit func(name string, c category)) {
	for name, c := range tree {
		visit(name, c)
		walk(c.Categories, visit)
	}
}

// offers are all offers of an environment, by code.
func (e environment) offers(t *testing.T) map[string]offer {
	all := map[string]offer{}
	walk(e.Categories, func(_ string, c category) {
		for code, o := range c.Offers {
			if _, twice := all[code]; twice {
				t.Errorf("two offers %s", code)
			}
			all[code] = o
		}
	})
	return all
}

func shop(t *testing.T) http.Handler {
	t.Helper()
	handler, err := origin.New(origin.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func fetch(handler http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.AddCookie(&http.Cookie{Name: "shop_session", Value: "1002"})
	handler.ServeHTTP(w, r)
	return w
}

func TestCatalogSize(t *testing.T) {
	codes, categories := map[string]bool{}, map[string]bool{}
	for _, e := range read(t) {
		for code := range e.offers(t) {
			codes[code] = true
		}
		walk(e.Categories, func(name string, _ category) { categories[name] = true })
	}
	if len(codes) < 25 || len(categories) < 5 {
		t.Errorf("%d offers in %d categories, want 25 in 5 or more", len(codes), len(categories))
	}
}

// TestCatalogLinks finds the page and the drawing that each offer names, and
// an offer for each page below /offers/.
func TestCatalogLinks(t *testing.T) {
	handler := shop(t)
	named := map[string]bool{}
	for name, e := range read(t) {
		for code, o := range e.offers(t) {
			for place, fields := range o.Content {
				for _, field := range []string{"url", "image"} {
					path := fields[field]
					if path == "" {
						continue
					}
					named[path] = true
					if got := fetch(handler, path).Code; got != http.StatusOK {
						t.Errorf("%s, offer %s, space %s: %s answers %d", name, code, place, path, got)
					}
				}
			}
		}
	}
	text, err := os.ReadFile("origin/data/offers.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"slug": "([a-z-]+)"`).FindAllSubmatch(text, -1) {
		if path := "/offers/" + string(m[1]); !named[path] {
			t.Errorf("no offer leads to %s", path)
		}
	}
}

// TestCatalogContent checks each offer's fields against those of the space.
func TestCatalogContent(t *testing.T) {
	for name, e := range read(t) {
		for code, o := range e.offers(t) {
			if o.Label == "" || len(o.Content) == 0 {
				t.Errorf("%s, offer %s: no label or no content", name, code)
			}
			for place, fields := range o.Content {
				known, ok := e.Spaces[place]
				if !ok {
					t.Errorf("%s, offer %s: no space %s", name, code, place)
				}
				for field := range fields {
					if _, ok := known.Fields[field]; !ok {
						t.Errorf("%s, offer %s: space %s has no field %s", name, code, place, field)
					}
				}
				for field, kind := range known.Fields {
					options, _ := kind.(map[string]any)
					if options["required"] == true && fields[field] == "" {
						t.Errorf("%s, offer %s, space %s: no %s", name, code, place, field)
					}
				}
			}
		}
	}
}

var (
	classes      = regexp.MustCompile(`class="([^"]+)"`)
	placeholders = regexp.MustCompile(`\{\{\??\s*(\w+)\s*\}\}`)
)

// TestCatalogRenderings checks that the shop's stylesheet knows every class
// that a rendering uses, and that a rendering shows every field of its space.
func TestCatalogRenderings(t *testing.T) {
	css := fetch(shop(t), "/static/site.css").Body.String()
	for name, e := range read(t) {
		for place, s := range e.Spaces {
			for _, m := range classes.FindAllStringSubmatch(s.Render["html"], -1) {
				for _, class := range strings.Fields(m[1]) {
					if !regexp.MustCompile(`\.` + class + `\b`).MatchString(css) {
						t.Errorf("%s, space %s: no class %s in the stylesheet", name, place, class)
					}
				}
			}
			shown := map[string]any{}
			for _, m := range placeholders.FindAllStringSubmatch(s.Render["html"], -1) {
				shown[m[1]] = true
			}
			if got, want := slices.Sorted(maps.Keys(shown)), slices.Sorted(maps.Keys(s.Fields)); !slices.Equal(got, want) {
				t.Errorf("%s, space %s: renders %v, has %v", name, place, got, want)
			}
		}
	}
}

// TestCatalogSlots checks that each listed page has the slots it is listed
// with and no others, and that each slot's space exists in both environments.
func TestCatalogSlots(t *testing.T) {
	handler := shop(t)
	all := read(t)
	customers, visitors := all["customers"], all["visitors"]
	sample := map[string]string{"/travel/**": "/travel/cities", "/trip/**": "/trip/cadiz-eclipse", "/offers/**": "/offers/letter"}
	for _, rule := range customers.Pages {
		path := rule.Match
		if strings.Contains(path, "*") {
			path = sample[rule.Match]
		}
		body := fetch(handler, path)
		if body.Code != http.StatusOK {
			t.Errorf("page %s: %s answers %d", rule.Match, path, body.Code)
		}
		got := slots(body.Body.String())
		if want := slices.Sorted(slices.Values(rule.Slots)); !slices.Equal(got, want) {
			t.Errorf("page %s has slots %v, listed are %v", path, got, want)
		}
		for _, slot := range rule.Slots {
			place := strings.TrimSuffix(slot, "_2")
			s, ok := customers.Spaces[place]
			if !ok {
				t.Errorf("page %s: customers have no space %s", rule.Match, place)
			}
			if _, ok := visitors.Spaces[place]; !ok || s.Identification.Fallback != "visitors/"+place {
				t.Errorf("space %s falls back to %q, want visitors/%s", place, s.Identification.Fallback, place)
			}
		}
	}
}

// TestCatalogAlways checks that every space has an offer that nothing can take
// away: one that is always included, without filter or dates, or a fallback.
func TestCatalogAlways(t *testing.T) {
	for name, e := range read(t) {
		always := map[string]bool{}
		walk(e.Categories, func(_ string, c category) {
			for _, o := range c.Offers {
				for place := range o.Content {
					always[place] = always[place] || c.AlwaysInclude && o.Filter == nil && o.From == "" && o.To == ""
				}
			}
		})
		for place, s := range e.Spaces {
			_, falls := e.offers(t)[s.FallbackOffer]
			if !always[place] && !falls {
				t.Errorf("%s, space %s can be left without an offer", name, place)
			}
		}
	}
}

var marks = regexp.MustCompile(`data-offer-space="(\w+)"|id="i_(\w+)"|<!-- offer:(\w+) -->`)

// slots are the names of the slots in a page, sorted.
func slots(body string) []string {
	var names []string
	for _, m := range marks.FindAllStringSubmatch(body, -1) {
		names = append(names, m[1]+m[2]+m[3])
	}
	slices.Sort(names)
	return names
}
