package author_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/author"
)

func TestLoadDirectory(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"b.yaml":        "environments: {b: {kind: anonymous}}",
		"a.json":        `{"environments": {"a": {"kind": "anonymous"}}}`,
		"c.yml":         "environments: {c: {kind: identified}}\noops: 1",
		".hidden.yaml":  "oops: 1",
		"readme.md":     "oops: 1",
		"x.yaml.bak":    "oops: 1",
		"sub/deep.yaml": "oops: 1",
		"sub.yaml/f":    "oops: 1",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c, d, err := author.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range c.Files {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "a.json b.yaml c.yml" {
		t.Errorf("files %s", got)
	}
	if len(c.Environments) != 3 || c.Environments[0].Name.S != "a" || c.Environments[2].Name.S != "c" {
		t.Errorf("%d environments", len(c.Environments))
	}
	if len(d) != 1 || d[0].Pos.String() != "c.yml:2:1" {
		t.Errorf("%+v", d)
	}
}

func TestLoadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "any.name")
	if err := os.WriteFile(path, []byte("catalog: a"), 0o644); err != nil {
		t.Fatal(err)
	}
	c, d, err := author.Load(path)
	if err != nil || len(d) > 0 || c.Name.S != "a" || c.Name.Pos.File != "any.name" {
		t.Errorf("%v %v %+v", err, d, c)
	}
}

func TestLoadFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "..data"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "..data", "shop.yaml"), []byte("catalog: a"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("..data", "shop.yaml"), filepath.Join(dir, "shop.yaml")); err != nil {
		t.Fatal(err)
	}
	c, d, err := author.Load(dir)
	if err != nil || len(d) > 0 || c.Name.S != "a" {
		t.Errorf("%v %v %+v", err, d, c)
	}
}

func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := author.Load(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "broken.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := author.Load(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("broken link: %v", err)
	}
	empty := t.TempDir()
	if c, d, err := author.Load(empty); err != nil || c == nil || codes(d) != "empty-catalog" {
		t.Errorf("empty directory: %v %v", err, d)
	}
}
