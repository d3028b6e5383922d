package traefik_test

import (
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/traefik/traefik/v3/pkg/config/dynamic"
	"github.com/traefik/traefik/v3/pkg/plugins"
	"go.yaml.in/yaml/v3"
)

// put replaces a file of the mounted directory, by a rename.
func put(t *testing.T, name string, b []byte) {
	t.Helper()
	next := filepath.Join(traefik.catalog, "next")
	if err := os.WriteFile(next, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, filepath.Join(traefik.catalog, name)); err != nil {
		t.Fatal(err)
	}
}

// becomes asks until the page is another one.
func becomes(t *testing.T, h http.Handler, want string) {
	t.Helper()
	var got string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if got = get(h, "/").Body.String(); got == want {
			return
		}
	}
	t.Fatalf("the page is %q, want %q", got, want)
}

// TestMountedSnapshot: the catalog is read from a directory that the plugin's
// settings mount, and a new one is taken over while Traefik runs.
func TestMountedSnapshot(t *testing.T) {
	const file = "mounted.snapshot"
	other := strings.Replace(small, "an offer", "another", 1)
	shown := strings.Replace(filled, "an offer", "another", 1)
	put(t, file, compile(t, small))
	h, log := middleware(t, map[string]any{
		"snapshot_file": "/catalog/" + file, "settings": base64.StdEncoding.EncodeToString(settings(nil)),
	}, http.HandlerFunc(site))
	becomes(t, h, filled)
	if log.String() != "" {
		t.Errorf("the log has %s", log)
	}
	damaged := compile(t, other)
	damaged[len(damaged)/2] ^= 1
	put(t, file, damaged)
	for end := time.Now().Add(20 * time.Second); !strings.Contains(log.String(), "edge: /catalog/"+file+": snapshot"); {
		// An instance that the host starts now has no catalog.
		if got := get(h, "/").Body.String(); got != filled && got != slotted {
			t.Fatalf("with a damaged file the page is %q", got)
		}
		if time.Now().After(end) {
			t.Fatalf("the log has %q", log)
		}
	}
	put(t, file, compile(t, other))
	becomes(t, h, shown)
}

// TestReadme: the configuration that the README has to copy is one that Traefik
// reads and the plugin works with.
func TestReadme(t *testing.T) {
	put(t, "shop.snapshot", compile(t, small))
	var static struct {
		Experimental struct {
			LocalPlugins map[string]plugins.LocalDescriptor `yaml:"localPlugins"`
		} `yaml:"experimental"`
	}
	var config dynamic.Configuration
	_, text, _ := strings.Cut(string(traefik.readme), "```yaml static\n")
	decode(t, text, &static)
	d := static.Experimental.LocalPlugins[name]
	if d.ModuleName != moduleName || len(d.Settings.Mounts) != 1 || !strings.HasSuffix(d.Settings.Mounts[0], ":/catalog:ro") {
		t.Errorf("the static configuration is %+v", static)
	}
	_, text, _ = strings.Cut(string(traefik.readme), "```yaml dynamic\n")
	decode(t, text, &config)
	router := config.HTTP.Routers["shop"]
	if router == nil || len(router.Middlewares) != 1 {
		t.Fatalf("the router is %+v", router)
	}
	plugin := config.HTTP.Middlewares[router.Middlewares[0]].Plugin[name]
	plugin["settings"] = base64.StdEncoding.EncodeToString(settings(nil)) // in place of what is to be filled in
	h, log := middleware(t, plugin, http.HandlerFunc(site))
	if w := get(h, "/"); w.Body.String() != filled || log.String() != "" {
		t.Errorf("the page is %s, the log %s", w.Body, log)
	}
}

// decode reads the YAML before the end of a block.
func decode(t *testing.T, text string, into any) {
	t.Helper()
	text, _, ok := strings.Cut(text, "```")
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil || !ok {
		t.Fatalf("%v: %s", err, text)
	}
}
