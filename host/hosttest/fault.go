package hosttest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// site is a target at work, as the cases of faults see it.
type site interface {
	// visit asks for a page, which has to be one of what is wanted.
	visit(t *testing.T, path string, s *sample, want outcome)
	// swap offers the target another snapshot; false: it has no way to take one.
	swap(snapshot []byte) (claimed bool, err error)
}

// outcome is what becomes of a page.
type outcome uint8

const (
	offered   outcome = 1 << iota // it has the offers of the sample
	untouched                     // it goes out as the site made it
)

// start starts a target; an error says that it will not work like that.
type start func(t *testing.T, s *Setup) (site, error)

// rig is a target and what its cases are made of.
type rig struct {
	start
	module   string
	panics   []string // where the module can be made to panic, and how
	settings []byte
}

// fault is one case.
type fault struct {
	name   string
	module bool // it needs one that fails on request
	test   func(r *rig, t *testing.T)
}

// faults are all of them.
func faults() []fault {
	return []fault{
		{"panic", true, (*rig).panic}, {"memory", true, (*rig).memory}, {"loop", true, (*rig).loops},
		{"expression", false, (*rig).expression}, {"corrupt", false, (*rig).corrupt}, {"missing", false, (*rig).missing},
		{"format", false, (*rig).format}, {"huge", false, (*rig).huge}, {"swap", false, (*rig).swaps},
	}
}

// testFaults runs those that a target claims.
func testFaults(t *testing.T, c *claims, module string, panics []string, s start) {
	r := &rig{start: s, module: module, panics: panics, settings: faultySettings()}
	if module == "" {
		c.lacks("faults/released", "it runs no module")
	}
	for _, f := range faults() {
		if f.module && module == "" {
			c.lacks("faults/"+f.name, "it runs no module that could be built so that it fails")
		}
	}
	faulty := sync.OnceValue(func() string { return buildFaulty(t, module) })
	c.run(t, "faults/", "released", func(t *testing.T) { released(t, module, faulty()) })
	for _, f := range faults() {
		c.run(t, "faults/", f.name, func(t *testing.T) {
			one := *r
			if f.module {
				one.module = faulty()
			}
			f.test(&one, t)
		})
	}
}

// packages make the modules, by the names of these.
var packages = map[string]string{
	"proffer.wasm": "reactor", "proffer-command.wasm": "command",
	"proffer-http-wasm.wasm": "httpwasm", "proffer-proxy-wasm.wasm": "proxywasm",
}

const project = "github.com/profferhq/proffer"

// buildFaulty builds a module that fails on request, as "make wasm" builds the one
// that does not.
func buildFaulty(t *testing.T, module string) (file string) {
	t.Helper()
	name := filepath.Base(module)
	if packages[name] == "" {
		t.Fatalf("Module is %q, which is not named as one that is released", module)
	}
	file = filepath.Join(t.TempDir(), name)
	args := []string{"build", "-tags", "proffer_faults", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", file}
	if packages[name] != "command" {
		args = append(args, "-buildmode=c-shared")
	}
	run(t, []string{"GOOS=wasip1", "GOARCH=wasm"}, append(args, project+"/plugin/cmd/"+packages[name])...)
	run(t, nil, "run", project+"/build/jump/command", file)
	if packages[name] == "httpwasm" {
		run(t, nil, "run", project+"/build/start", file)
	}
	return file
}

func run(t *testing.T, env []string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Env = append(os.Environ(), env...)
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, b)
	}
}

// mark is in a module that fails on request, and in no other.
const mark = "a fault that a test asked for"

// released holds that a module cannot be made to fail.
func released(t *testing.T, module, faulty string) {
	for file, want := range map[string]bool{module: false, faulty: true} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(b, []byte(mark)); got != want {
			t.Errorf("%s has the code that fails on request: %v, want %v", file, got, want)
		}
	}
}
