package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/examples/internal/matrix"
)

// benchmarks are those of a project: one that gives figures, and what goes wrong.
const benchmarks = `package edge

import (
	"os"
	"testing"
)

func BenchmarkGood(b *testing.B) {
	figures := ` + "`" + `{"engine":"E 1","memory":65536,"low":1,"median":2,"high":3,"samples":100,"date":"2026-11-28","machine":"M"}` + "`" + `
	if err := os.WriteFile(os.Getenv("PROFFER_FIGURES"), []byte(figures), 0o600); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkFails(b *testing.B) { b.Fatal("the program does not start") }

func BenchmarkSilent(*testing.B) {}
`

// TestMeasure: an edge that fails keeps its figures and is told, the others get new
// ones, and the command fails.
func TestMeasure(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module edge\n", "edge_test.go": benchmarks} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := &options{root: root, file: filepath.Join(root, "measured.json"), samples: 1, patience: time.Minute}
	old := matrix.Figures{Engine: "old", Memory: 1, Low: 1, Median: 1, High: 1, Samples: 100, Date: "2026-01-01", Machine: "M"}
	if err := (matrix.Measured{"fails": old, "good": old, "other": old}).Write(o.file); err != nil {
		t.Fatal(err)
	}
	edges := []matrix.Edge{
		{Name: "fails", Bench: ".:BenchmarkFails"}, {Name: "silent", Bench: ".:BenchmarkSilent"},
		{Name: "good", Bench: ".:BenchmarkGood"}, {Name: "nowhere", Bench: "nowhere:BenchmarkGood"},
	}
	var out, errs bytes.Buffer
	if err := measure(t.Context(), o, edges, &out, &errs); err == nil || err.Error() != "3 of 4 edges were not measured" {
		t.Errorf("the error is %v", err)
	}
	for _, want := range []string{"fails was not measured, its old figures stay: ", "the program does not start", "silent was", "nowhere was"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("%q is not told:\n%s", want, errs.String())
		}
	}
	if !strings.HasPrefix(out.String(), "good: 2 µs (1 to 3), 65536 bytes, E 1; ") {
		t.Errorf("it writes %s", out.String())
	}
	got, err := matrix.ReadMeasured(o.file)
	if err != nil || len(got) != 3 || got["fails"] != old || got["other"] != old || got["good"].Engine != "E 1" {
		t.Errorf("the figures are %+v, %v", got, err)
	}
}

// TestChoose: edges are chosen by their names, and no others are made up.
func TestChoose(t *testing.T) {
	if all, err := choose(nil); err != nil || len(all) != len(matrix.Edges) {
		t.Errorf("%d edges, %v", len(all), err)
	}
	if got, err := choose([]string{"nginx", "serve"}); err != nil || len(got) != 2 || got[0].Name != "nginx" || got[1].Name != "serve" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := choose([]string{"apache"}); err == nil || !strings.Contains(err.Error(), `"apache"`) {
		t.Errorf("%+v, %v", got, err)
	}
}
