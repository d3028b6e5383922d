//go:build edges

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/hosttest"
)

// typed runs the compiler of TypeScript over files, and gives what it says.
func typed(t *testing.T, files ...string) string {
	t.Helper()
	tsc := filepath.Join(hosttest.OutDir(t), "typescript", "node_modules", "typescript", "bin", "tsc")
	if _, err := os.Stat(tsc); err != nil {
		t.Fatalf("%v; build/install-edges installs it", err)
	}
	args := append([]string{tsc, "--noEmit", "--strict", "--allowJs", "--checkJs", "--types", "", "--target", "es2022", "--module", "es2022", "--lib", "es2022,dom,dom.iterable"}, files...)
	out, err := exec.Command("node", args...).CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	return string(out)
}

// TestTypes: the description admits what an application writes and refuses what
// would not work, and the shop's own script keeps to it.
func TestTypes(t *testing.T) {
	if out := typed(t, "offers.d.ts", filepath.Join("testdata", "use.ts")); out != "" {
		t.Error(out)
	}
	if out := typed(t, "offers.d.ts", filepath.Join("origin", "static", "app.js")); out != "" {
		t.Error(out)
	}
}

// TestAnswerHasTheTypes: what comes from Proffer has all members of the description,
// with their types, and no others.
func TestAnswerHasTheTypes(t *testing.T) {
	r, err := http.Post(open(t).url+"/.proffer/decide", "application/json", strings.NewReader(
		`{"path":"/teas","slots":[{"space":"hero"},{"space":"side","n":2},{"space":"unheard-of"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Body.Close() != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%d, %v: %s", r.StatusCode, err, body)
	}
	if out := compiles(t, body); out != "" {
		t.Errorf("%s\n%s", body, out)
	}
	for member, want := range map[string]string{"holdout": "missing", "links": ""} {
		if out := compiles(t, without(t, body, member)); (out == "") != (want == "") || !strings.Contains(out, want) {
			t.Errorf("without %s: %q, want %q", member, out, want)
		}
	}
	if out := compiles(t, bytes.Replace(body, []byte(`"holdout"`), []byte(`"heldout"`), 1)); out == "" {
		t.Error("a member of another name has passed")
	}
}

// compiles has a JSON text compiled as an answer, and gives what is wrong with it.
func compiles(t *testing.T, answer []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "answer.ts")
	if err := os.WriteFile(name, []byte("export const answer: proffer.Answer = "+string(answer)+";\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return typed(t, "offers.d.ts", name)
}

// without is an answer without a member of it or of its slots.
func without(t *testing.T, answer []byte, member string) []byte {
	t.Helper()
	var a map[string]any
	if err := json.Unmarshal(answer, &a); err != nil {
		t.Fatal(err)
	}
	delete(a, member)
	for _, s := range a["slots"].([]any) {
		delete(s.(map[string]any), member)
	}
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
