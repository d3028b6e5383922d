package people_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDamagedFile(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(b []byte) []byte{
		"empty":     func([]byte) []byte { return nil },
		"no file":   func([]byte) []byte { return []byte("hello") },
		"cut":       func(b []byte) []byte { return b[:len(b)/2] },
		"cut early": func(b []byte) []byte { return b[:5000] },
		"zeros":     func(b []byte) []byte { clear(b[8192:]); return b },
		"ones": func(b []byte) []byte {
			for i := range b[8192:] {
				b[8192+i] = 0xff
			}
			return b
		},
		"a person": func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("country"), []byte("Country")) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			imported(t, dir, anna)
			other := importing(dir, bert)
			other.Source = "other"
			if _, err := other.Do(context.Background()); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, "people", "main.db")
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, damage(b), 0o600); err != nil {
				t.Fatal(err)
			}
			p := opened(t, dir)
			if _, ok, err := p.Find("main", "anna"); ok || err == nil || !strings.Contains(err.Error(), "main.db") || !strings.Contains(err.Error(), "import") {
				t.Errorf("%v, %v", ok, err)
			}
			if _, ok, err := p.Find("other", "bert"); !ok || err != nil {
				t.Errorf("the other source: %v, %v", ok, err)
			}
			imported(t, dir, anna)
			if ok, err := p.Erase("main", "anna"); !ok || err != nil || p.Err() != nil {
				t.Errorf("after another import: %v, %v, %v", ok, err, p.Err())
			}
		})
	}
}
