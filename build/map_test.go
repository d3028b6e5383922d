package build_test

import (
	"go/ast"
	"strings"
	"testing"
)

// TestReactorHasNoMaps holds what plugin/ABI.md says of images: all instances of one
// have the same seeds for hash tables, so that who knows them could make a map slow
// whose keys come from a request.
func TestReactorHasNoMaps(t *testing.T) {
	reactor := map[string]bool{}
	for _, d := range goList(t, "-deps", "./plugin/cmd/reactor") {
		if dir, ok := strings.CutPrefix(d.ImportPath, modulePath+"/"); ok {
			reactor[dir] = true
		}
	}
	seen := 0
	for _, s := range sources(t) {
		// The model in package catalog is the compiler's; the module uses its enumerations.
		if s.test() || !reactor[s.dir()] || s.dir() == "catalog" {
			continue
		}
		seen++
		ast.Inspect(s.file, func(n ast.Node) bool {
			if _, ok := n.(*ast.MapType); ok {
				t.Errorf("%s has a map, and is in the reactor", s.path)
			}
			return true
		})
	}
	if seen < 50 {
		t.Errorf("%d files of the reactor found: the gate is blind", seen)
	}
}
