//go:build edges

package browser_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/hosttest"
)

// patience is how long a test waits for what should come at once.
const patience = time.Minute

// command is the built command.
var command = sync.OnceValues(func() (string, error) {
	name, err := filepath.Abs(filepath.Join("..", "..", "build", "out", "browser", "proffer"))
	if err != nil {
		return "", err
	}
	text, err := exec.Command("go", "build", "-o", name, "../../host/cmd/proffer").CombinedOutput()
	if err != nil {
		return "", &exec.Error{Name: string(text), Err: err}
	}
	return name, nil
})

// site is an origin behind the command.
type site struct {
	base   string // for visitors
	origin string // what is behind it
	port   string
	events string // the directory of its events
	keys   string
}

// serve runs the command with the module in front of an origin until the test
// ends.
func serve(t *testing.T, origin http.Handler, catalog, keys string, more ...string) *site {
	t.Helper()
	hosttest.Artefact(t, "proffer.wasm")
	program, err := command()
	if err != nil {
		t.Fatal(err)
	}
	own := httptest.NewServer(origin)
	t.Cleanup(own.Close)
	dir := t.TempDir()
	s := &site{origin: own.URL, events: filepath.Join(dir, "events"), keys: keys}
	config := filepath.Join(dir, "config.json")
	if err := os.WriteFile(config, []byte(`{"peers": ["127.0.0.1"], "country_header": "X-Country", "log": {"level": "info"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, append([]string{
		"serve", "--origin", own.URL, "--catalog", catalog, "--keys", keys, "--config", config, "--events", s.events,
		"--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--engine", "wasm", "--wasm", filepath.Join(hosttest.OutDir(t), "proffer.wasm"),
	}, more...)...)
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	lines := bufio.NewReader(out)
	serving := regexp.MustCompile(`msg=serving pages=http://127\.0\.0\.1:(\d+)`)
	for {
		line, err := lines.ReadString('\n')
		log.WriteString(line)
		if m := serving.FindStringSubmatch(line); m != nil {
			s.port = m[1]
			break
		}
		if err != nil {
			t.Fatalf("proffer serve: %v\n%s", cmd.Wait(), log.String())
		}
	}
	drained := make(chan struct{})
	go func() { _, _ = io.Copy(&log, lines); close(drained) }()
	t.Cleanup(func() {
		err := cmd.Process.Signal(syscall.SIGTERM)
		<-drained
		if ended := cmd.Wait(); err != nil || ended != nil {
			t.Errorf("proffer serve: %v %v", err, ended)
		}
		if t.Failed() {
			t.Logf("proffer serve has written\n%s", log.String())
		}
	})
	s.base = "http://localhost:" + s.port
	return s
}

// newKeys writes a keys file as the command makes it.
func newKeys(t *testing.T) string {
	t.Helper()
	program, err := command()
	if err != nil {
		t.Fatal(err)
	}
	b, err := exec.Command(program, "keys", "new").Output()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// event is a line of the events.
type event struct{ Event, Offer, Space, Environment, Status string }

// told waits until a number of events that a test looks for has been written,
// and gives all events.
func (s *site) told(t *testing.T, what string, n int, is func(event) bool) []event {
	t.Helper()
	program, err := command()
	if err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(patience); ; {
		out, err := exec.Command(program, "events", "export", s.events).Output()
		if err != nil {
			t.Fatal(err)
		}
		var all []event
		found := 0
		for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
			var e event
			if line == "" {
				continue
			}
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			all = append(all, e)
			if is(e) {
				found++
			}
		}
		if found >= n {
			if found > n {
				t.Errorf("%s: %d events, want %d: %+v", what, found, n, all)
			}
			return all
		}
		if time.Now().After(limit) {
			t.Fatalf("%s: %d events in %v, want %d: %+v", what, found, patience, n, all)
		}
	}
}
