//go:build edges

package identity_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// programs are the other languages, each with the program that runs it.
var programs = map[string]string{"token.mjs": "node", "token.py": "python3", "token.php": "php"}

// run gives what a program writes for an input, under the test key.
func run(t *testing.T, file, secret, in string) (string, error) {
	t.Helper()
	program, err := exec.LookPath(programs[file])
	if err != nil {
		t.Fatalf("%v; build/install-edges installs it", err)
	}
	cmd := exec.Command(program, file)
	cmd.Env = append(os.Environ(), "PROFFER_KEY_ID=0", "PROFFER_KEY="+secret)
	cmd.Stdin = strings.NewReader(in)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil && !strings.Contains(errs.String(), "is not 32 bytes in base64url") {
		t.Errorf("%s: %v\n%s", file, err, errs.Bytes())
	}
	return string(out), err
}

// TestPrograms: every language writes the tokens that Proffer reads, and the
// bytes that Go writes.
func TestPrograms(t *testing.T) {
	var in strings.Builder
	list := said()
	for i := range list {
		if list[i].Attributes == nil {
			list[i].Attributes = [][2]string{}
		}
		if err := json.NewEncoder(&in).Encode(&list[i]); err != nil {
			t.Fatal(err)
		}
	}
	for file := range programs {
		t.Run(file, func(t *testing.T) {
			out, err := run(t, file, secret(), in.String())
			tokens := strings.Fields(out)
			if err != nil || len(tokens) != len(list) {
				t.Fatalf("%d tokens for %d lines: %v\n%s", len(tokens), len(list), err, out)
			}
			for i := range list {
				check(t, tokens[i], &list[i])
			}
		})
	}
}

// TestProgramsRefuse: a key that is none signs nothing.
func TestProgramsRefuse(t *testing.T) {
	for file := range programs {
		t.Run(file, func(t *testing.T) {
			if out, err := run(t, file, "AQID", `{"source":"main","key":"1001","exp":1783688400}`+"\n"); err == nil || out != "" {
				t.Errorf("it signs %s", out)
			}
		})
	}
}

// TestVectorsAreMade: the published vectors are what their program prints.
func TestVectorsAreMade(t *testing.T) {
	dir := filepath.Join("..", "..", "plugin", "testdata")
	want, err := os.ReadFile(filepath.Join(dir, "cookies.json"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := exec.Command("python3", filepath.Join(dir, "cookies.py")).Output()
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("cookies.py prints other vectors than cookies.json holds: %v", err)
	}
}
