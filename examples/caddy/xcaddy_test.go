package caddy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/examples/internal/rig"
)

// TestXcaddy: what README.md says builds Caddy with the handler from this tree, and
// that Caddy serves pages with offers.
func TestXcaddy(t *testing.T) {
	program := filepath.Join(t.TempDir(), "caddy")
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, line, found := strings.Cut(string(page), "\ngo run github.com/caddyserver/xcaddy/")
	line, _, ends := strings.Cut(line, "\n```")
	if !found || !ends || !strings.Contains(line, "--output build/out/caddy") {
		t.Fatal("README.md does not say how xcaddy builds into build/out/caddy")
	}
	line = "go run github.com/caddyserver/xcaddy/" + strings.ReplaceAll(line, "build/out/caddy", program)
	build := exec.CommandContext(t.Context(), "sh", "-c", line)
	build.Dir = filepath.Join("..", "..")
	// What was compiled for this test serves again: xcaddy, left to itself, compiles
	// without cgo and with trimmed paths.
	build.Env = append(os.Environ(), "CGO_ENABLED="+goEnv(t, "CGO_ENABLED"), "XCADDY_GO_BUILD_FLAGS=-ldflags=-s")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s\n%v: %s", line, err, out[max(0, len(out)-3000):])
	}
	s := newSite(t)
	s.addr = free(t)
	text := s.caddyfile(engines(t)["wasm"], "root "+s.dir+"\nfile_server")
	text = strings.NewReplacer("\tbind "+s.bind+"\n", "", lastAddr(text), "http://"+s.addr+" {").Replace(text)
	s.save("Caddyfile", text)
	s.save("index.html", own)
	t.Setenv("XDG_DATA_HOME", s.dir)
	t.Setenv("XDG_CONFIG_HOME", s.dir)
	rig.Run(t, s.addr, program, "run", "--config", s.path("Caddyfile"), "--adapter", "caddyfile")
	s.see(offered("first 0"))
}

// lastAddr is how the site of a Caddyfile begins.
func lastAddr(text string) string {
	line, _, _ := strings.Cut(text[strings.Index(text, "http://"):], "\n")
	return line
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
