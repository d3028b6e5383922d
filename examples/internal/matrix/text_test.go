package matrix_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/profferhq/proffer/examples/internal/matrix"
)

// nowhere is a place for every test.
func nowhere(test matrix.Test) (matrix.Place, error) {
	if strings.HasSuffix(string(test), "Gone") {
		return matrix.Place{}, errors.New("it is gone")
	}
	return matrix.Place{File: "a_test.go", Target: "test"}, nil
}

// figured are figures of an edge.
func figured(median float64, memory int) matrix.Figures {
	return matrix.Figures{Engine: "E 1", Memory: memory, Low: median / 2, Median: median, High: median * 2, Without: 5, Samples: 12345, Date: "2026-11-28", Machine: "M"}
}

// full is an edge that works everywhere.
func full(name, title string) matrix.Edge {
	e := matrix.Edge{Name: name, Title: title, Page: "a/README.md", Variant: "module", Limit: "none"}
	for c := range e.Works {
		e.Works[c] = matrix.Cell{Tests: []matrix.Test{"a:TestA/sub"}}
	}
	return e
}

// TestText writes what stands in cells and notes.
func TestText(t *testing.T) {
	edges := []matrix.Edge{full("one", "One"), full("two", "Two 1.3+, `three`")}
	edges[1].Works[matrix.JSON] = matrix.Cell{Not: "none here"}
	edges[1].Memory.Of = "one"
	got, err := matrix.Table(edges, matrix.Measured{"one": figured(18_250, 4<<20), "two": figured(56, 0)}, nowhere)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| [One](a/README.md) | module | [✓](a_test.go \"TestA/sub\") |",
		"| 4.0 | 18 | none |\n",
		"| 4.0 | 0.06 | none |\n", // the memory of the other
		"[–](#two-13-three \"none here\")",
		"### Two 1.3+, `three`\n\n- No JSON: none here.\n",
		"in the row \"One\"",
		"The middle half of 12,345 took 9.1 to 36 ms longer than the 0.01 ms without Proffer (E 1, 2026-11-28).",
		"- Tests of `make test`: [`TestA/sub`](a_test.go).\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestTextFails says what is missing.
func TestTextFails(t *testing.T) {
	edges := []matrix.Edge{full("one", "One"), full("two", "Two"), full("three", "Three")}
	edges[0].Works[matrix.JSON].Tests = []matrix.Test{"a:TestGone"}
	edges[2].Memory.Of = "four"
	_, err := matrix.Table(edges, matrix.Measured{"one": figured(5, 0), "three": figured(5, 1)}, nowhere)
	if err == nil {
		t.Fatal("it is written")
	}
	for _, want := range []string{"it is gone", "one has no figure of memory", "two was never measured", `no edge is called "four"`} {
		if n := strings.Count(err.Error(), want); n != 1 {
			t.Errorf("%q is told %d times:\n%v", want, n, err)
		}
	}
}

// TestPlaces finds tests that are there and run, and no others.
func TestPlaces(t *testing.T) {
	p := open(t)
	for test, want := range map[matrix.Test]string{
		"examples/embed:TestEngine/corpus":   "embed/embed_test.go test",
		"examples/embed:TestEngineInNode":    "embed/edges_test.go edges",
		"examples/nginx:TestEdge/visitor":    "nginx/nginx_test.go edges",
		"examples/wasmtime:TestSoak":         "wasmtime/wasmtime_test.go edges",
		"host/proxy:TestPage":                "../host/proxy/page_test.go test",
		"examples/embed:TestNothing":         "there is no TestNothing in examples/embed",
		"examples/nginx:TestEdge/nothing":    `no sub-test "nothing" in examples/nginx or what it imports`,
		"build/powercut:TestNothing":         "there is no TestNothing",
		"examples/nothing:TestCorpus":        "there is no TestCorpus in examples/nothing",
		"host/internal/edgeless:TestNothing": "there is no",
	} {
		place, err := p.place(test)
		if got := place.File + " " + place.Target; err == nil && got != want || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v, want %q", test, got, err, want)
		}
	}
	p.edges = []string{"go test -tags edges ./examples/nginx-ssi", "cd examples/caddy && go vet ./..."}
	for _, test := range []matrix.Test{"examples/nginx:TestEdge", "examples/caddy:TestPages", "examples/wasmtime:TestSoak"} {
		if place, err := p.place(test); err == nil || !strings.Contains(err.Error(), "neither make test nor make edges runs it") {
			t.Errorf("%s: %+v, %v", test, place, err)
		}
	}
}
