package live_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/live"
)

// TestSavesOfALink: a file is watched under its own name, where it is linked to,
// and through the link that Kubernetes turns.
func TestSavesOfALink(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{"one", "two", "mount"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	mount, one, two := filepath.Join(dir, "mount"), filepath.Join(dir, "one"), filepath.Join(dir, "two")
	write := func(name string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, name+".new"); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(name+".new", name); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(one, "keys.json"))
	write(filepath.Join(two, "keys.json"))
	link(one, filepath.Join(mount, "..data"))
	link("..data/keys.json", filepath.Join(mount, "keys.json"))
	s, err := live.Watch(filepath.Join(mount, "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	saved := make(chan struct{}, 10)
	go s.Follow(t.Context(), slog.New(slog.DiscardHandler), func() { saved <- struct{}{} })
	noticed := func(what string) {
		t.Helper()
		select {
		case <-saved:
		case <-time.After(time.Minute):
			t.Fatalf("%s: not noticed in a minute", what)
		}
	}
	write(filepath.Join(one, "keys.json"))
	noticed("a save of what the link leads to")
	link(two, filepath.Join(mount, "..data"))
	noticed("another directory behind the link")
	link("../one/keys.json", filepath.Join(mount, "keys.json"))
	noticed("another link under the name")
}
