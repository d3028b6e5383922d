package hosttest_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/host/hosttest"
)

var update = flag.Bool("update", false, "rewrite the answers of the corpus")

func TestCorpus(t *testing.T) {
	for _, c := range hosttest.Cases(t) {
		t.Run(c.Name, func(t *testing.T) {
			if *update {
				rewrite(t, &c)
				return
			}
			hosttest.RunCase(t, &c, hosttest.InProcess)
		})
	}
}

func rewrite(t *testing.T, c *hosttest.Case) {
	t.Helper()
	answers, _ := hosttest.Answers(t, c, hosttest.InProcess)
	name := filepath.Join("testdata", c.Name+".txtar")
	old, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	a := txtar.Parse(old)
	data := []byte(strings.Join(answers, "\n") + "\n")
	found := false
	for i := range a.Files {
		if a.Files[i].Name == "answer.json" {
			a.Files[i].Data, found = data, true
		}
	}
	if !found {
		a.Files = append(a.Files, txtar.File{Name: "answer.json", Data: data})
	}
	if b := txtar.Format(a); !bytes.Equal(b, old) {
		if err := os.WriteFile(name, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
