//go:build edges

package cloudflare_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// setup is what a workerd is started with.
type setup struct {
	entry    string // module of testdata, instead of worker.mjs
	snapshot []byte
	settings []byte
	guest    []byte // instead of proffer.wasm
	injector []byte // and of injector.wasm
	bindings string // further ones, as config.capnp has them
	services string
	origin   http.Handler
	environ  []string
}

// workerd is one that runs config.capnp.
type workerd struct {
	addr    string
	origin  *httptest.Server
	started time.Duration // until it listened
	said    *lines
}

// lines is what a process writes.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// await waits until it has been written.
func (l *lines) await(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !strings.Contains(l.String(), text); {
		if time.Now().After(end) {
			t.Fatalf("workerd has not written %q but %q", text, l.String())
		}
	}
}

// start runs config.capnp as it is, but for addresses and bindings, on a free
// port until the test ends.
func start(t testing.TB, s setup) *workerd {
	t.Helper()
	w := &workerd{said: &lines{}}
	args := []string{"serve", "config.capnp", "--control-fd=3", "--socket-addr=http=127.0.0.1:0"}
	if s.origin != nil {
		w.origin = httptest.NewServer(s.origin)
		t.Cleanup(w.origin.Close)
		args = append(args, "--external-addr=origin="+w.origin.Listener.Addr().String())
	}
	r, control, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program(t), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = lay(t, s), w.said, w.said, []*os.File{control}
	cmd.Env = append(os.Environ(), s.environ...)
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		var killed *exec.ExitError
		if err := errors.Join(cmd.Process.Kill(), r.Close()); err != nil {
			t.Errorf("%v: workerd writes %q", err, w.said)
		}
		if err := cmd.Wait(); !errors.As(err, &killed) {
			t.Errorf("workerd ends with %v", err)
		}
	})
	if err := control.Close(); err != nil {
		t.Fatal(err)
	}
	var listens struct{ Port int }
	line, err := bufio.NewReader(r).ReadBytes('\n')
	if err = errors.Join(err, json.Unmarshal(line, &listens)); err != nil {
		t.Fatalf("%v: workerd writes %q", err, w.said)
	}
	w.started = time.Since(began)
	w.addr = fmt.Sprintf("127.0.0.1:%d", listens.Port)
	return w
}

// program is the workerd that make edges installs.
func program(t testing.TB) string {
	t.Helper()
	found, err := filepath.Glob("../../build/out/workerd/node_modules/@cloudflare/workerd-*/bin/workerd")
	if err != nil || len(found) == 0 {
		t.Fatalf("no workerd (%v): run make edges, which installs it", err)
	}
	path, err := filepath.Abs(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// lay puts together what config.capnp embeds, where it looks for it, and gives the
// directory.
func lay(t testing.TB, s setup) string {
	t.Helper()
	root := t.TempDir()
	here := filepath.Join(root, "examples", "cloudflare")
	guest := s.guest
	if guest == nil {
		guest = hosttest.Artefact(t, "proffer.wasm")
	}
	injector := s.injector
	if injector == nil {
		injector = hosttest.Artefact(t, "injector.wasm")
	}
	files := map[string][]byte{
		"examples/embed/embed.mjs":             read(t, "../embed/embed.mjs"),
		"build/out/proffer.wasm":               guest,
		"build/out/injector.wasm":              injector,
		"examples/cloudflare/offers.snapshot":  s.snapshot,
		"examples/cloudflare/settings.msgpack": s.settings,
		"examples/cloudflare/config.capnp":     []byte(config(t, s)),
	}
	modules, err := filepath.Glob("*.mjs")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range modules {
		files["examples/cloudflare/"+name] = read(t, name)
	}
	if s.entry != "" {
		files["examples/cloudflare/"+s.entry] = read(t, filepath.Join("testdata", s.entry))
	}
	for name, b := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, b, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return here
}

func config(t testing.TB, s setup) string {
	t.Helper()
	text := string(read(t, "config.capnp"))
	put := func(at, what string) {
		if !strings.Contains(text, at) {
			t.Fatalf("config.capnp has no %q", at)
		}
		text = strings.Replace(text, at, at+what, 1)
	}
	if s.settings != nil {
		put("bindings = [", `(name = "SETTINGS", data = embed "settings.msgpack"),`)
	}
	put("bindings = [", s.bindings)
	put("services = [", s.services)
	if s.entry != "" {
		put("modules = [", fmt.Sprintf("(name = \"cloudflare/%s\", esModule = embed %q),", s.entry, s.entry))
	}
	return text
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// send writes a request, lines ended by "\n", as it is.
func (w *workerd) send(t *testing.T, request string) pagecase.Response {
	t.Helper()
	p, err := pagecase.Exchange(t.Context(), w.addr, request)
	if err != nil {
		t.Fatalf("%v: %q; workerd writes %q", err, request, w.said)
	}
	return p
}
