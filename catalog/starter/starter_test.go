package starter_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/starter"
)

func TestItIsClean(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "acme")
	paths, err := starter.Write(dir, "guests")
	if err != nil || len(paths) != 4 {
		t.Fatal(paths, err)
	}
	c, d, err := author.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, more := compile.Compile(c)
	if d = append(d, more...); len(d) > 0 {
		var b bytes.Buffer
		_ = author.Write(&b, c.Files, d)
		t.Errorf("%s", b.Bytes())
	}
	if c.Name.S != "acme" || len(c.Environments) != 2 || c.Environments[1].Name.S != "guests" {
		t.Errorf("it is called %q, with %d environments", c.Name.S, len(c.Environments))
	}
	for _, f := range c.Files {
		if text, _ := author.Format(f); !bytes.Equal(text, f.Text) {
			t.Errorf("%s is laid out otherwise than\n%s", f.Name, text)
		}
		if !bytes.HasPrefix(f.Text, []byte("# yaml-language-server: $schema=.schema.json\n")) || bytes.Contains(f.Text, []byte("@")) {
			t.Errorf("%s: %s", f.Name, f.Text)
		}
	}
	if schema, err := os.ReadFile(filepath.Join(dir, ".schema.json")); err != nil || !bytes.Equal(schema, author.Schema()) {
		t.Errorf("no schema beside it: %v", err)
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ name, anonymous, says string }{
		{"a b", "visitors", ""},
		{"shop", "1st", `"1st" cannot name an environment`},
		{"shop", "a: b", `"a: b" cannot name an environment`},
		{"shop", "Customers", "there is a file customers.yaml already"},
		{"shop", "catalog", "there is a file catalog.yaml already"},
	} {
		files, err := starter.Files(c.name, c.anonymous)
		if c.says == "" {
			if err != nil || !bytes.Contains(files[1].Text, []byte("\ncatalog: shop\n")) {
				t.Errorf("%v: %v, %v", c, files, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: %v", c, err)
		}
	}
}

func TestItLeavesCatalogsAlone(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "mine.yml")
	if err := os.WriteFile(name, []byte("catalog: mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, name} {
		if _, err := starter.Write(path, "visitors"); err == nil || !strings.Contains(err.Error(), "has a catalog already: mine.yml") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("something was written: %v", entries)
	}
}
