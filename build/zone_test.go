package build_test

import (
	"encoding/json"
	"go/ast"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestZonesOfABuild builds the tests of catalog/zone as the Makefile builds the
// command, and lets them look zones up on machines with another zone of their
// own, with a database that is missing, and with a false one. A build without
// the tag believes the false one, as it should.
func TestZonesOfABuild(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pinned, free := filepath.Join(dir, "pinned.test"), filepath.Join(dir, "free.test")
	goBuild(t, append(zoneFlags(t, dir), "-o", pinned)...)
	goBuild(t, "-o", free)
	lies := falseZones(t, dir)
	for _, c := range []struct {
		name, program, env string
		ok                 bool
	}{
		{"as it is", pinned, "TZ=", true},
		{"elsewhere", pinned, "TZ=Asia/Kathmandu", true},
		{"no database", pinned, "ZONEINFO=" + filepath.Join(dir, "nowhere"), true},
		{"a false database", pinned, "ZONEINFO=" + lies, true},
		{"a false database, and no tag", free, "ZONEINFO=" + lies, false},
	} {
		cmd := exec.Command(c.program, "-test.run=TestRules")
		cmd.Env = append(os.Environ(), c.env)
		if out, err := cmd.CombinedOutput(); (err == nil) != c.ok {
			t.Errorf("%s: %v\n%s", c.name, err, out)
		}
	}
}

// goBuild builds the tests of catalog/zone.
func goBuild(t *testing.T, flags ...string) {
	t.Helper()
	cmd := exec.Command("go", append(append([]string{"test", "-c"}, flags...), "./catalog/zone")...)
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
}

var zonesLine = regexp.MustCompile(`(?m)^ZONES\s*:= (.*) -overlay \$\(OUT\)/zones\.json$`)

// zoneFlags are the Makefile's, with an overlay below dir.
func zoneFlags(t *testing.T, dir string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	m := zonesLine.FindSubmatch(b)
	if m == nil || !strings.Contains(string(b), "go build -trimpath $(ZONES) -o $(OUT)/proffer ") {
		t.Fatal("the Makefile does not build the command with its zones any more")
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join("catalog", "zone", "zoneinfo.zip"): filepath.Join(goRoot(t), "lib", "time", "zoneinfo.zip"),
	}})
	file := filepath.Join(dir, "zones.json")
	if err == nil {
		err = os.WriteFile(file, overlay, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return append(strings.Fields(string(m[1])), "-overlay", file)
}

func goRoot(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// falseZones is a database in which Paris and Kathmandu have one clock, that of
// a zone without rules.
func falseZones(t *testing.T, dir string) string {
	t.Helper()
	// TZif, version 1: one type, at an offset of 0 and named by four bytes.
	zone := "TZif" + strings.Repeat("\x00", 16) + strings.Repeat("\x00", 16) + "\x00\x00\x00\x01" + "\x00\x00\x00\x04" +
		"\x00\x00\x00\x00" + "\x00" + "\x00" + "LIE\x00"
	for _, name := range []string{"Europe/Paris", "Asia/Kathmandu"} {
		file := filepath.Join(dir, "lies", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), fs.ModePerm); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(zone), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "lies")
}

// TestZonesComeFromOnePlace holds that no other package asks the machine for a
// zone.
func TestZonesComeFromOnePlace(t *testing.T) {
	t.Parallel()
	found := false
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "LoadLocation" || s.test() {
				return true
			}
			if found = true; s.dir() != "catalog/zone" {
				t.Errorf("%s asks for a zone, which catalog/zone is for", s.path)
			}
			return true
		})
	}
	if !found {
		t.Error("not even catalog/zone asks for a zone")
	}
}
