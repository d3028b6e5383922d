package explain_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/explain"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/plugin/seal"
)

var update = flag.Bool("update", false, "rewrite the trees and traces")

// session is one on a catalog, in this process.
func session(t *testing.T, yaml []byte) explain.Session {
	t.Helper()
	snapshot, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: yaml}})
	if err != nil {
		t.Fatal(err)
	}
	return open(t, hosttest.Settings(), snapshot)
}

func open(t *testing.T, settings, snapshot []byte) explain.Session {
	t.Helper()
	e, err := native.New(settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Swap(t.Context(), snapshot); err != nil {
		t.Fatal(err)
	}
	s, err := e.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	return s.(explain.Session)
}

// TestGolden holds trees and traces to those in testdata.
func TestGolden(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { golden(t, name) })
	}
}

func golden(t *testing.T, name string) {
	a, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range a.Files {
		files[f.Name] = f.Data
	}
	s := session(t, files["catalog.yaml"])
	var tree, trace bytes.Buffer
	e := json.NewEncoder(&trace)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	for line := range bytes.Lines(files["request.json"]) {
		x := explained(t, s, line, strings.Fields(string(files["offers"])))
		if err := x.Tree(&tree); err != nil {
			t.Fatal(err)
		}
		tree.WriteString("\n")
		if err := e.Encode(x); err != nil {
			t.Fatal(err)
		}
	}
	if *update {
		rewrite(t, name, a, tree.Bytes(), trace.Bytes())
		return
	}
	if got := tree.String(); got != string(files["tree"]) {
		t.Errorf("the tree is\n%s\nwant\n%s", got, files["tree"])
	}
	if got := trace.String(); got != string(files["trace.json"]) {
		t.Errorf("the trace is\n%s\nwant\n%s", got, files["trace.json"])
	}
}

func explained(t *testing.T, s explain.Session, text []byte, offers []string) *explain.Explanation {
	t.Helper()
	d, err := document.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var codes [][]byte
	for _, code := range offers {
		codes = append(codes, []byte(code))
	}
	_, x, err := explain.Document(t.Context(), s, seal.TestKeyring(), d, codes)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func rewrite(t *testing.T, name string, a *txtar.Archive, tree, trace []byte) {
	t.Helper()
	kept := a.Files[:0]
	for _, f := range a.Files {
		if f.Name != "tree" && f.Name != "trace.json" {
			kept = append(kept, f)
		}
	}
	a.Files = append(kept, txtar.File{Name: "tree", Data: tree}, txtar.File{Name: "trace.json", Data: trace})
	if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}
