package preinit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/build/preinit"
)

func TestFind(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	out := t.TempDir()
	if path, err := preinit.Find(out); err == nil || !strings.Contains(err.Error(), "npm install --prefix "+filepath.Join(out, "wizer")) {
		t.Errorf("found %s, %v, where there is none", path, err)
	}
	bin := filepath.Join(out, "wizer", "node_modules", ".bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"wizer", "wizer-os-machine"} { // the first is npm's, which needs Node
		if err := os.WriteFile(filepath.Join(bin, name), nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if path, err := preinit.Find(out); err != nil || filepath.Base(path) != "wizer-os-machine" {
		t.Errorf("found %s, %v", path, err)
	}
	if err := os.WriteFile(filepath.Join(os.Getenv("PATH"), "wizer"), nil, 0o700); err != nil {
		t.Fatal(err)
	}
	if path, err := preinit.Find(out); err != nil || filepath.Dir(path) != os.Getenv("PATH") {
		t.Errorf("found %s, %v, not the one on the PATH", path, err)
	}
}

// TestImageRefuses what the module would, before Wizer is asked; and says what that
// says.
func TestImageRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		wizer              string
		settings, snapshot []byte
		want               string
	}{
		"settings": {"none", []byte{1}, nil, "preinit: settings: configuration: malformed"},
		"snapshot": {"none", nil, []byte("offers"), "preinit: snapshot: "},
		"no Wizer": {"none", nil, nil, `preinit: none: exec: "none": executable file not found`},
		"it fails": {"false", nil, nil, "preinit: false: exit status 1"},
		"no image": {"true", nil, nil, "preinit: what Wizer wrote is no module"},
	} {
		if b, err := preinit.Image(t.Context(), c.wizer, "proffer-preinit.wasm", c.settings, c.snapshot); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %d bytes, %v, want %q", name, len(b), err, c.want)
		}
	}
}
