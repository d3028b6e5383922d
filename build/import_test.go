package build_test

import (
	"slices"
	"strings"
	"testing"
)

const modulePath = "github.com/profferhq/proffer"

// layers are the top directories in the order in which they may import each
// other: a package imports from its own layer and from those before it. The
// model knows nobody, the decision knows no host, and nothing depends on a tool
// or an example. Tests may look everywhere: that is how a layer is held to what
// another one makes of it.
var layers = []string{"catalog", "plugin", "host", "examples", "build"}

func TestImportDirection(t *testing.T) {
	for _, s := range sources(t) {
		top, _, _ := strings.Cut(s.dir(), "/")
		own := slices.Index(layers, top)
		if own < 0 {
			t.Errorf("%s is in no layer; they are %v", s.path, layers)
		}
		for _, path := range s.imports() {
			rest, ours := strings.CutPrefix(path, modulePath+"/")
			top, _, _ := strings.Cut(rest, "/")
			if ours && !s.test() && slices.Index(layers, top) > own {
				t.Errorf("%s imports %s: the layers are %v, and imports go to the left", s.path, path, layers)
			}
		}
	}
}

// restricted are imports that only some directories may have.
var restricted = []struct {
	path    string // and what is below it
	dirs    []string
	inTests bool // tests are restricted, too
	why     string
}{
	{
		path: "unsafe", dirs: []string{"plugin/cmd", "host/linear", "host/internal/badguest"},
		why: "addresses of linear memory are passed at the modules' border and where the host maps it; badguest is a module for the host's tests",
	},
	{
		path: "C", inTests: true,
		why: "the modules and the host build without a C compiler, for every platform",
	},
	{
		path: "github.com/tetratelabs/wazero", dirs: []string{"host", "examples", "build/bench", "build/peers"},
		why: "package host is where the rules stand that a runtime is used by; examples show other ways, and bench and peers measure the runtime itself",
	},
	{
		path: "github.com/vmihailenco/msgpack/v5", dirs: []string{"host", "build/bench"},
		why: "it dies on five hostile bytes (v5.4.1); catalog/wire reads and writes what strangers touch",
	},
	{
		path: "cel.dev/cel-go", dirs: []string{"catalog/rule", "build/peers"},
		why: "expressions are compiled once, where the catalog is; what runs is plugin/expr, which peers measures beside cel-go",
	},
	{
		path: "github.com/tidwall/gjson", dirs: []string{"host"},
		why: "it reads JSON for people and documents on the host's side, never with a path that a visitor chose",
	},
	{
		path: "github.com/golang-jwt/jwt/v5", dirs: []string{"host/jwt"},
		why: "host/jwt is where the rules stand that a foreign token is believed by; the library's own are looser",
	},
	{
		path: "github.com/profferhq/proffer/host/hosttest", dirs: []string{"host/hosttest", "build/bench", "examples/internal"},
		why: "the corpus is for tests",
	},
	{
		path: "github.com/profferhq/proffer/host/store/storetest", dirs: []string{"host/store/storetest"},
		why: "what every store must do is for the tests of stores",
	},
	{
		path: "testing", dirs: []string{"catalog/internal/golden", "host/hosttest", "host/store/storetest", "examples/internal"},
		why: "flags of tests belong into no program; these are imported by tests alone",
	},
}

func TestRestrictedImports(t *testing.T) {
	for _, s := range sources(t) {
		for _, path := range s.imports() {
			for _, r := range restricted {
				if under(path, r.path) && !under(s.dir(), r.dirs...) && (r.inTests || !s.test()) {
					t.Errorf("%s imports %s, which is for %v only: %s", s.path, path, r.dirs, r.why)
				}
			}
		}
	}
}

// TestDirectives holds that only the modules' mains touch the border, and that
// nobody reaches into other packages behind the language's back.
func TestDirectives(t *testing.T) {
	border := []string{"plugin/cmd", "host/internal/badguest"}
	seen := 0
	for _, s := range sources(t) {
		for _, group := range s.file.Comments {
			for _, c := range group.List {
				word, _, _ := strings.Cut(c.Text, " ")
				switch word {
				case "//go:wasmimport", "//go:wasmexport":
					seen++
					if !under(s.dir(), border...) {
						t.Errorf("%s has %s, which is for %v only: adapters are thin so that the rest can be tested natively", s.path, c.Text, border)
					}
				case "//go:linkname":
					t.Errorf("%s has %s: the next Go release may break it", s.path, c.Text)
				}
			}
		}
	}
	if seen < 30 {
		t.Errorf("%d imports and exports found, want those of three modules: the gate is blind", seen)
	}
}
