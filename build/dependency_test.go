package build_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// forbidden are packages that the guest must not have in its closure, each with
// what it would cost. Other modules than ours are forbidden altogether.
var forbidden = map[string]string{
	"os":              "makes the runtime call poll_oneoff at its first collection, and die on hosts that do not know it (https://go.dev/issue/78513)",
	"fmt":             "brings os and reflection",
	"log":             "brings fmt, os and time",
	"log/slog":        "brings fmt, os and time",
	"time":            "brings four more imports and 285 KB; instants are int64 milliseconds here",
	"syscall":         "brings imports of files and of the environment, which hosts have to provide",
	"internal/poll":   "see os",
	"context":         "brings time",
	"net":             "brings os and syscall; the guest does no I/O",
	"net/http":        "brings os and syscall; the guest does no I/O",
	"net/netip":       "brings fmt's relatives; addresses are bytes here",
	"net/url":         "brings fmt",
	"io/fs":           "brings time",
	"regexp":          "660 KB, and time that depends on the input",
	"encoding/json":   "brings fmt and reflection, and allocates for every value",
	"encoding/hex":    "brings fmt; catalog/wire has hex",
	"encoding/base64": "plugin/seal has the one alphabet that is needed, without allocation",
	"math/big":        "brings fmt, and numbers as long as a stranger likes",
	"math/rand":       "a decision is a function of its request; what looks random is expanded from the entropy",
	"math/rand/v2":    "see math/rand",
	"crypto/sha256":   "takes four times as long in Wasm as plugin/seal's, and brings the FIPS module",
	"crypto/hmac":     "see crypto/sha256",
	"crypto/rand":     "hosts' random_get is not trusted; entropy comes with the request",
	"text/template":   "brings reflection and fmt; renderings are compiled with the catalog",
	"html":            "brings a table of 2,231 entities; plugin/render escapes the five bytes that matter",
	"html/template":   "see text/template",
	"embed":           "brings io/fs",
}

// dependency is what go list says of a package.
type dependency struct {
	ImportPath string
	Name       string
	Standard   bool
	Imports    []string
}

// goList runs go list for the guest's platform.
func goList(t *testing.T, args ...string) []dependency {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Name,Standard,Imports"}, args...)...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	b, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, stderr.Bytes())
	}
	var list []dependency
	for d := json.NewDecoder(bytes.NewReader(b)); ; {
		var one dependency
		if err := d.Decode(&one); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, one)
	}
}

func TestGuestDependencies(t *testing.T) {
	roots := []string{modulePath + "/plugin/guest", modulePath + "/plugin/edge"}
	graph := map[string]dependency{}
	for _, d := range goList(t, "-deps", "./plugin/guest", "./plugin/edge", "./plugin/cmd/...") {
		graph[d.ImportPath] = d
		if d.Name == "main" {
			roots = append(roots, d.ImportPath)
		}
	}
	if len(roots) < 6 {
		t.Errorf("roots are %v, want guest, edge and four mains", roots)
	}
	for _, root := range roots {
		for path, why := range unwanted(graph) {
			if chain := chainTo(graph, root, path); chain != nil {
				t.Errorf("%s: %s", strings.Join(chain, " imports "), why)
			}
		}
	}
}

// unwanted are the packages of a graph that the guest must not have.
func unwanted(graph map[string]dependency) map[string]string {
	bad := map[string]string{}
	for path, d := range graph {
		if why := forbidden[path]; why != "" {
			bad[path] = why
		} else if !d.Standard && !under(path, modulePath) {
			bad[path] = "the guest is our code and the standard library's"
		}
	}
	return bad
}

// chainTo is a shortest way by imports from one package to another, nil if
// there is none.
func chainTo(graph map[string]dependency, from, to string) []string {
	came := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at == to {
			chain := []string{at}
			for came[chain[0]] != "" {
				chain = slices.Insert(chain, 0, came[chain[0]])
			}
			return chain
		}
		for _, next := range graph[at].Imports {
			if _, ok := came[next]; !ok {
				came[next] = at
				queue = append(queue, next)
			}
		}
	}
	return nil
}

// TestForbiddenIsFound holds the gate itself to a graph that is bad.
func TestForbiddenIsFound(t *testing.T) {
	graph := map[string]dependency{
		"a":                     {Imports: []string{"b", "errors"}, Standard: true},
		"b":                     {Imports: []string{"a", "fmt", "example.org/x"}, Standard: true},
		"errors":                {Standard: true},
		"fmt":                   {Standard: true},
		"example.org/x":         {},
		modulePath + "/catalog": {},
	}
	bad := unwanted(graph)
	if got := slices.Sorted(maps.Keys(bad)); !slices.Equal(got, []string{"example.org/x", "fmt"}) {
		t.Errorf("unwanted are %v", got)
	}
	if got := chainTo(graph, "a", "fmt"); !slices.Equal(got, []string{"a", "b", "fmt"}) {
		t.Errorf("chain %v", got)
	}
	if got := chainTo(graph, "errors", "fmt"); got != nil {
		t.Errorf("chain %v from a package that imports nothing", got)
	}
}

// TestForbiddenExist holds that no name in the list is misspelt.
func TestForbiddenExist(t *testing.T) {
	std := map[string]bool{}
	for _, d := range goList(t, "std") {
		std[d.ImportPath] = true
	}
	for path := range forbidden {
		if !std[path] {
			t.Errorf("%s is no package of the standard library", path)
		}
	}
}
