package edge_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/edge"
)

// shelf is a directory with one file.
type shelf struct {
	content []byte // nil: there is none
	size    uint64 // that is told, if it is another one
	stamp   uint64
	looks   int
	open    bool
}

func (s *shelf) Open(path []byte) (edge.Stamp, error) {
	s.looks++
	if s.content == nil {
		return edge.Stamp{}, errors.New("not there")
	}
	s.open = string(path) == "/catalog/shop.snapshot"
	return edge.Stamp{Inode: 1, Modified: s.stamp, Size: max(s.size, uint64(len(s.content)))}, nil
}

func (s *shelf) Read(b []byte) bool { return s.open && copy(b, s.content) == len(b) }

func (s *shelf) Close() { s.open = false }

// put puts another file in the place of the last one.
func (s *shelf) put(content []byte) {
	s.content = content
	s.stamp++
}

// named is a snapshot whose offer is a text.
func named(t *testing.T, text string) []byte {
	t.Helper()
	c, diags := author.Parse([]catalog.File{{Name: "catalog.yaml", Text: []byte(strings.Replace(
		`catalog: shop
consent: assumed
environments:
  visitors:
    kind: anonymous
    pages: [{match: /, slots: [hero]}]
    spaces: {hero: {channel: web, fields: {t: text}, render: {html: '<b>{{ t }}</b>'}}}
    categories: {all: {offers: {one: {weights: 1, content: {hero: {t: TEXT}}}}}}
`, "TEXT", text, 1))}})
	b, more := compile.Compile(c)
	if diags = append(diags, more...); diags.HasErrors() {
		t.Fatal(diags)
	}
	return b
}

// mountedEdge reads its snapshot from a shelf.
func mountedEdge(t *testing.T, files edge.Files) *edge.Edge {
	t.Helper()
	e, err := edge.New(fmt.Appendf(nil, `{"snapshot_file":"/catalog/shop.snapshot","settings":%q}`,
		base64.StdEncoding.EncodeToString(settings())), files)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// shows is the page as an Edge has it, or "passed".
func shows(e *edge.Edge) string {
	x := exchange()
	if !e.Holds(x, nil) {
		return "passed"
	}
	out, _ := e.Decide(x, []byte(page))
	return string(out.Body)
}

// TestSnapshotInAFile: a good file is taken over, a bad one is told once and
// changes nothing.
func TestSnapshotInAFile(t *testing.T) {
	s := &shelf{}
	e := mountedEdge(t, s)
	now := int64(1e18)
	damaged := named(t, "broken")
	damaged[len(damaged)/2] ^= 1
	const first, second = `<p data-offer-space="hero"><b>first</b></p>`, `<p data-offer-space="hero"><b>second</b></p>`
	for i, step := range []struct {
		do    func()
		told  string
		shown string
	}{
		{func() {}, "not there", "passed"},
		{func() {}, "", "passed"},
		{func() { s.put([]byte("GIF89a")) }, "snapshot", "passed"},
		{func() { s.put(named(t, "first")) }, "", first},
		{func() {}, "", first},
		{func() { s.put(damaged) }, "snapshot", first},
		{func() {}, "", first},
		{func() { s.put(damaged[:100]) }, "snapshot", first},
		{func() { s.put([]byte{}) }, "snapshot", first},
		{func() { s.size = 1 << 20; s.put(named(t, "second")) }, "shorter than it was", first},
		{func() { s.size = abi.MaxBuffer + 1; s.put(named(t, "second")) }, "longer than 64 MiB", first},
		{func() { s.size = 0; s.put(named(t, "second")) }, "", second},
		{func() { s.content = nil }, "not there", second},
		{func() {}, "", second},
		{func() { s.put(named(t, "first")) }, "", first},
	} {
		step.do()
		now += 1e9
		told := ""
		if err := e.Refresh(now); err != nil {
			told = err.Error()
		}
		if !strings.Contains(told, step.told) || step.told == "" != (told == "") || told != "" && !strings.HasPrefix(told, "edge: /catalog/shop.snapshot: ") {
			t.Errorf("step %d: told %q, want %q", i, told, step.told)
		}
		if got := shows(e); got != step.shown {
			t.Errorf("step %d: %q, want %q", i, got, step.shown)
		}
		if s.open {
			t.Errorf("step %d: the file is left open", i)
		}
	}
}

// TestLooksAreRare: the file is looked at once a second, and on a host whose clock
// stands, after some hundred requests.
func TestLooksAreRare(t *testing.T) {
	s := &shelf{content: named(t, "first")}
	e := mountedEdge(t, s)
	const start = int64(1e18)
	for i, c := range []struct {
		now   int64
		times int
		looks int
	}{
		{start, 1, 1}, {start + 1, 1000, 1}, {start + 999_999_999, 1000, 1}, {start + 1e9, 1, 2},
		{start + 1e9 + 1, 5000, 2}, {start, 1, 3}, {start, 255, 3}, {start, 1, 4}, {start, 256, 5}, {start - 1, 1, 6},
	} {
		for range c.times {
			if err := e.Refresh(c.now); err != nil {
				t.Fatal(err)
			}
		}
		if s.looks != c.looks {
			t.Errorf("step %d: looked %d times, want %d", i, s.looks, c.looks)
		}
	}
}

func TestBelow(t *testing.T) {
	for _, c := range [][3]string{
		{"/catalog", "/catalog/a", "a"}, {"catalog", "/catalog/b/a", "b/a"}, {"/catalog/", "catalog/a", "a"}, {"/", "/a", "a"},
		{".", "./a", "a"}, {".", "a/b", "a/b"}, {"", "/a", "a"}, {"./c", "c/a", "a"},
		{"/catalog", "/catalogs/a", ""}, {"/catalog", "/catalog", ""}, {"/catalog", "/catalog/", ""}, {"/catalog", "/cat", ""}, {"/", "/", ""},
	} {
		rest, ok := edge.Below([]byte(c[0]), []byte(c[1]))
		if string(rest) != c[2] || ok != (c[2] != "") {
			t.Errorf("%s below %s: %q, %v, want %q", c[1], c[0], rest, ok, c[2])
		}
	}
}

func TestConfigurationOfAFile(t *testing.T) {
	for config, good := range map[string]bool{
		`{"snapshot_file":"/a"}`:                      true,
		`{"snapshot_file":"/a","trust":"headers"}`:    true,
		`{"snapshot_file":""}`:                        false,
		`{"snapshot_file":"C:\\a"}`:                   false,
		`{"snapshot_file":"/a","snapshot":"AAAA"}`:    false,
		`{"snapshot_file":"/a","trust":"everything"}`: false,
		`{"snapshot_file":"/a","settings":"AAAA"}`:    false,
		`{"trust":"headers"}`:                         false,
	} {
		e, err := edge.New([]byte(config), &shelf{})
		if good != (err == nil) {
			t.Errorf("%s: %v", config, err)
		}
		if good && (e.Owns(&edge.Exchange{URI: []byte("/.proffer/offers.js")}) || shows(e) != "passed") {
			t.Errorf("%s: it works without a snapshot", config)
		}
	}
}

// TestTrustInHeaders: who somebody is and where may be said by headers only where
// the configuration says that the host makes them.
func TestTrustInHeaders(t *testing.T) {
	c, diags := author.Parse([]catalog.File{{Name: "catalog.yaml", Text: []byte(`catalog: shop
consent: assumed
people: [main]
environments:
  visitors:
    kind: anonymous
    pages: [{match: /, slots: [hero]}]
    spaces: {hero: {channel: web, fields: {t: text}, render: {html: '<b>{{ t }}</b>'}}}
    categories: {all: {offers: {one: {weights: 1, filter: 'request.country == "FR"', content: {hero: {t: one}}}}}}
`)}})
	b, more := compile.Compile(c)
	if diags = append(diags, more...); diags.HasErrors() {
		t.Fatal(diags)
	}
	config := abi.DefaultConfig()
	config.CountryHeader = "cf-ipcountry"
	for _, trust := range []string{"", `,"trust":"headers"`} {
		e, err := edge.New(fmt.Appendf(nil, `{"snapshot":%q,"settings":%q%s}`,
			base64.StdEncoding.EncodeToString(b), base64.StdEncoding.EncodeToString(abi.AppendConfig(nil, config)), trust), nil)
		if err != nil {
			t.Fatal(err)
		}
		x := exchange()
		x.Headers = append(x.Headers, abi.Header{Name: []byte("cf-ipcountry"), Value: []byte("FR")})
		if out, ok := e.Decide(x, []byte(page)); !ok || (out.Body != nil) != (trust != "") {
			t.Errorf("trust %q: %v %q", trust, ok, out.Body)
		}
	}
}
