package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "acme")
	status, out, errs := proffer(t, "", "catalog", "init", "--anonymous", "guests", dir)
	if status != 0 || errs != "" || !strings.Contains(out, filepath.Join(dir, "guests.yaml")+"\n") || !strings.Contains(out, "What to do next:") {
		t.Fatalf("status %d: %s%s", status, out, errs)
	}
	// What it says to do next is done here.
	if status, out, errs := proffer(t, "", "catalog", "check", dir); status != 0 || out+errs != "" {
		t.Errorf("check: status %d: %s%s", status, out, errs)
	}
	_, rest, _ := strings.Cut(out, "echo '")
	document, _, _ := strings.Cut(rest, "'")
	status, out, errs = proffer(t, document, "decide", "--engine", "native", "--catalog", dir, "--request", "-")
	if status != 0 || !strings.Contains(out, `"environment":"guests","mode":"anonymous","offer":"welcome"`) {
		t.Errorf("decide: status %d: %s%s", status, out, errs)
	}
	gold := `{"slots":[{"space":"hero"}],"target":"7","people":{"7":{"attributes":{"tier":"gold","name":"Ann"}}}}`
	status, out, errs = proffer(t, gold, "decide", "--engine", "native", "--catalog", dir, "--request", "-")
	if status != 0 || !strings.Contains(out, `"title":"Gold days for you, Ann"`) {
		t.Errorf("decide for a customer: status %d: %s%s", status, out, errs)
	}
	if status, _, errs := proffer(t, "", "catalog", "init", dir); status != 1 || !strings.Contains(errs, "has a catalog already") {
		t.Errorf("again: status %d: %s", status, errs)
	}
	if status, _, errs := proffer(t, "", "catalog", "init", "--anonymous", "a b", t.TempDir()); status != 1 || !strings.Contains(errs, "cannot name an environment") {
		t.Errorf("a bad name: status %d: %s", status, errs)
	}
}

func TestShellWord(t *testing.T) {
	for in, want := range map[string]string{"a/b-c.d": "a/b-c.d", "a b": "'a b'", "it's": `'it'\''s'`, "$HOME": "'$HOME'"} {
		if got := shellWord(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// files writes files into a new directory.
func files(t *testing.T, texts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFmt(t *testing.T) {
	const messy, neat = "zone:   UTC\ncatalog: a # name\n", "catalog: a # name\nzone: UTC\n"
	dir := files(t, map[string]string{"messy.yaml": messy, "neat.yaml": neat, "broken.yaml": "a: b: c\n", "other.json": `{ }`})
	messyFile := filepath.Join(dir, "messy.yaml")
	read := func() string {
		b, err := os.ReadFile(messyFile)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, c := range []struct {
		name   string
		args   []string
		status int
		out    string
		errs   string
		text   string
	}{
		{"check", []string{"--check", messyFile}, 1, messyFile + "\n", "", messy},
		{"check of all", []string{"--check", dir}, 1, messyFile + "\n", "broken.yaml:1:5: error:", messy},
		{"all", []string{dir}, 1, messyFile + "\n", "broken.yaml:1:5: error:", neat},
		{"again", []string{messyFile}, 0, "", "", neat},
		{"check again", []string{"--check", messyFile}, 0, "", "", neat},
		{"nothing there", []string{filepath.Join(dir, "none")}, 1, "", "no such file", neat},
	} {
		status, out, errs := proffer(t, "", append([]string{"catalog", "fmt"}, c.args...)...)
		if status != c.status || out != c.out || !strings.Contains(errs, c.errs) || c.errs == "" && errs != "" {
			t.Errorf("%s: status %d, out %q, errors %q", c.name, status, out, errs)
		}
		if got := read(); got != c.text {
			t.Errorf("%s: the file is %q", c.name, got)
		}
	}
	if info, err := os.Stat(messyFile); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the mode is now %v, %v", info.Mode(), err)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "broken.yaml")); string(b) != "a: b: c\n" {
		t.Errorf("a broken file is now %q", b)
	}
}

func TestFmtFollowsLinks(t *testing.T) {
	dir := files(t, map[string]string{"real.yaml": "zone: UTC\ncatalog: a\n"})
	link := filepath.Join(t.TempDir(), "a.yaml")
	if err := os.Symlink(filepath.Join(dir, "real.yaml"), link); err != nil {
		t.Fatal(err)
	}
	if status, out, errs := proffer(t, "", "catalog", "fmt", link); status != 0 || out != link+"\n" {
		t.Fatalf("status %d: %s%s", status, out, errs)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is one no longer: %v", err)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "real.yaml")); string(b) != "catalog: a\nzone: UTC\n" {
		t.Errorf("the file is %q", b)
	}
}

func TestInspect(t *testing.T) {
	file, built := catalogFile(t, smallCatalog), filepath.Join(t.TempDir(), "built")
	if status, _, errs := proffer(t, "", "catalog", "build", file, "-o", built); status != 0 {
		t.Fatal(errs)
	}
	status, text, errs := proffer(t, "", "catalog", "inspect", built)
	if status != 0 || !strings.Contains(text, "1 environment, 1 space, 1 category, 1 offer\n") || !strings.Contains(text, "offer one\n") {
		t.Errorf("status %d: %s%s", status, text, errs)
	}
	if _, source, _ := proffer(t, "", "catalog", "inspect", file); source != text {
		t.Errorf("a catalog is shown otherwise than its snapshot:\n%s", source)
	}
	var object struct {
		Snapshot     string
		Environments []struct {
			Spaces []struct{ Render struct{ HTML string } }
		}
	}
	status, out, errs := proffer(t, "", "catalog", "inspect", "--json", built)
	if err := json.Unmarshal([]byte(out), &object); err != nil || status != 0 {
		t.Fatalf("status %d: %v: %s%s", status, err, out, errs)
	}
	if !strings.HasPrefix(text, "snapshot "+object.Snapshot+"\n") || object.Environments[0].Spaces[0].Render.HTML != "<b>{{ title }}</b>" {
		t.Errorf("got %s", out)
	}
	b, _ := os.ReadFile(built)
	b[len(b)/2] ^= 1
	if status, _, errs := proffer(t, "", "catalog", "inspect", catalogFile(t, string(b))); status != 1 || errs == "" {
		t.Errorf("a damaged snapshot: status %d: %s", status, errs)
	}
}

func TestDiff(t *testing.T) {
	a := catalogFile(t, smallCatalog)
	b := catalogFile(t, strings.Replace(smallCatalog, "value: 2", "value: 3", 1))
	broken := catalogFile(t, strings.Replace(smallCatalog, "value: 2", "valeu: 3", 1))
	built := filepath.Join(t.TempDir(), "built")
	if status, _, errs := proffer(t, "", "catalog", "build", a, "-o", built); status != 0 {
		t.Fatal(errs)
	}
	const told = "environment visitors\n  offer one: weights: was 2, is 3\n\n1 offer changed\n"
	for name, c := range map[string]struct {
		args   []string
		status int
		out    string
		errs   string
	}{
		"sources":           {[]string{a, b}, 0, told, ""},
		"with a snapshot":   {[]string{built, b}, 0, told, ""},
		"exit code":         {[]string{"--exit-code", a, b}, 1, told, ""},
		"same":              {[]string{"--exit-code", a, a}, 0, "no difference\n", ""},
		"same snapshot":     {[]string{"--exit-code", a, built}, 0, "no difference\n", ""},
		"one is broken":     {[]string{a, broken}, 1, "", broken + ":\ncatalog.yaml:"},
		"one is not there":  {[]string{a, a + ".none"}, 1, "", "no such file"},
		"one is left out":   {[]string{a}, 2, "", "expected"},
		"one is one of two": {[]string{a, b, a}, 2, "", "unexpected"},
	} {
		status, out, errs := proffer(t, "", append([]string{"catalog", "diff"}, c.args...)...)
		if status != c.status || out != c.out || !strings.Contains(errs, c.errs) || c.errs == "" && errs != "" {
			t.Errorf("%s: status %d\n%s%s", name, status, out, errs)
		}
	}
}

func TestSchemaIsJSON(t *testing.T) {
	status, out, errs := proffer(t, "", "catalog", "schema")
	if status != 0 || !json.Valid([]byte(out)) || !bytes.Contains([]byte(out), []byte("draft-07")) {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
}

func TestCatalogCommandsExplainThemselves(t *testing.T) {
	for _, name := range []string{"init", "check", "build", "inspect", "diff", "fmt", "schema"} {
		status, out, errs := proffer(t, "", "catalog", name, "--help")
		if status != 0 || errs != "" || len(strings.Split(out, "\n")) < 6 {
			t.Errorf("%s: status %d: %s%s", name, status, out, errs)
		}
	}
}
