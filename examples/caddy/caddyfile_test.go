package caddy

import (
	"bytes"
	"encoding/json"
	"flag"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite what is adapted in testdata")

// TestAdapt: the Caddyfile that users copy, and one with every option, as JSON.
func TestAdapt(t *testing.T) {
	for name, golden := range map[string]string{"Caddyfile": "Caddyfile.json", "testdata/all.Caddyfile": "all.json"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := adapt(string(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got bytes.Buffer
		if err := json.Indent(&got, b, "", "  "); err != nil {
			t.Fatal(err)
		}
		got.WriteByte('\n')
		golden = filepath.Join("testdata", golden)
		if *update {
			if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got.String() != string(want) {
			t.Errorf("%s is adapted to\n%s\nwant\n%s", name, got.String(), want)
		}
	}
}

// TestReadmeShowsTheCaddyfile: what users copy is what is tested.
func TestReadmeShowsTheCaddyfile(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("Caddyfile")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "```\n"+string(text)+"```\n") {
		t.Error("README.md does not show the Caddyfile")
	}
}

// TestRefused: a wrong option is refused where it stands.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct{ block, want string }{
		"unknown":    {"catalogue x", `unknown option "catalogue" (have catalog, config, engine, events, keys, module, paused, prefix, snapshot, store), at Caddyfile:3`},
		"engine":     {"catalog x\nengine go", `engine "go" is neither "wasm" nor "native", at Caddyfile:4`},
		"prefix":     {"prefix offers", `prefix "offers" must begin and end with a slash and not be one, at Caddyfile:3`},
		"both":       {"catalog x\nsnapshot y", "catalog and snapshot: give one of them, at Caddyfile:4"},
		"twice":      {"keys x\nkeys y", "keys is given twice, at Caddyfile:4"},
		"no value":   {"keys", "wrong argument count or unexpected line ending after 'keys', at Caddyfile:3"},
		"two values": {"keys x y", "wrong argument count or unexpected line ending after 'x', at Caddyfile:3"},
		"events":     {"events a b", "wrong argument count or unexpected line ending after 'a', at Caddyfile:3"},
		"store":      {"store /var/lib/x", `store "/var/lib/x" is neither cookie: nor file:DIR, at Caddyfile:3`},
		"module":     {"engine native\nmodule x", "module is for the engine wasm, and engine is native, at Caddyfile:4"},
		"no catalog": {"keys x", "catalog or snapshot is missing, at Caddyfile:4"},
		"no keys":    {"catalog x", "keys is missing; make a file of them with: proffer keys new, at Caddyfile:4"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := adapt("http://localhost {\nproffer {\n" + c.block + "\n}\n}\n")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := adapt("http://localhost {\nproffer on\n}\n"); err == nil || !strings.Contains(err.Error(), "Caddyfile:2") {
		t.Errorf("an argument: %v", err)
	}
}

// TestNotProvisioned: files that do not do are named, and leave nothing that runs.
func TestNotProvisioned(t *testing.T) {
	s := newSite(t)
	good := s.caddyfile("engine native", "respond ok")
	s.save("broken.yaml", strings.ReplaceAll(shop, "weights: 1", "weights: none"))
	s.save("store.json", `{"store":{"delay_ms":50}}`)
	s.save("bad.json", `{"prefix":"x"}`)
	s.save("no.wasm", "no module")
	for name, c := range map[string]struct{ from, to, want string }{
		"no catalog":     {"catalog.yaml", "none.yaml", "none.yaml"},
		"broken catalog": {"catalog.yaml", "broken.yaml", "broken.yaml:15:37"},
		"no keys":        {"keys.json", "none.json", "none.json"},
		"broken keys":    {"keys.json", "bad.json", "unknown field"},
		"placeholder":    {"engine native", "engine {env.PROFFER_NO_SUCH}", "PROFFER_NO_SUCH"},
		"config":         {"engine native", "engine native\nconfig " + s.path("bad.json"), "bad.json: prefix"},
		"store":          {"engine native", "engine native\nconfig " + s.path("store.json"), `store.json: "store" has no effect without the option store file:DIR`},
		"no module":      {"engine native", "module " + s.path("none.wasm"), "none.wasm"},
		"broken module":  {"engine native", "module " + s.path("no.wasm"), "name the file of proffer.wasm as module"},
	} {
		t.Run(name, func(t *testing.T) {
			err := s.try(strings.Replace(good, c.from, c.to, 1))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if n := runs(t); n != 0 {
				t.Errorf("%d engines run", n)
			}
		})
	}
	t.Setenv("PROFFER_ENGINE", "native")
	if err := s.try(strings.Replace(good, "engine native", "engine {env.PROFFER_ENGINE}", 1)); err != nil {
		t.Error(err)
	}
}

// serveOn starts a server.
func serveOn(t *testing.T, server *http.Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}
