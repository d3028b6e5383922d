package people_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/profferhq/proffer/host/store/people"
	"github.com/profferhq/proffer/plugin/seal"
)

// content is all that a source's file holds.
func content(t testing.TB, dir string) string {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "people", "main.db"), 0, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var all strings.Builder
	if err := db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error {
				fmt.Fprintf(&all, "%s %q %x\n", name, k, v)
				return nil
			})
		})
	}); err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// file writes people into a file and opens it.
func file(t testing.TB, text string) *os.File {
	t.Helper()
	name := filepath.Join(t.TempDir(), "people.jsonl")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// many are lines of people of whom each has a cookie.
func many(from, to int) string {
	var b strings.Builder
	for n := from; n < to; n++ {
		fmt.Fprintf(&b, `{"key":"%d","attributes":{"n":%d},"cookies":["%032x"]}`+"\n", n*7919%to, n, n)
	}
	return b.String()
}

// stopped imports until stop says so, and fails if it came to an end.
func stopped(t *testing.T, i people.Import, stop func(people.Progress) bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	i.Progress = func(p people.Progress) {
		if stop(p) {
			cancel()
		}
	}
	if _, err := i.Do(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want to be cancelled", err)
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	const n = 6_000
	text := many(0, n)
	whole := t.TempDir()
	i := importing(whole, text)
	i.Run = 64 << 10
	if _, err := i.Do(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := content(t, whole)
	late := func(p people.Progress) bool { return p.Lines >= n*3/4 }
	writing := func(p people.Progress) bool { return p.Writing && p.Done >= p.Total/2 }
	for name, c := range map[string]struct {
		stop    func(people.Progress) bool
		again   string // the input then
		keys    *seal.Keyring
		restart bool
		resumed func(n int64) bool
	}{
		"while reading":     {stop: late, again: text, resumed: func(n int64) bool { return n > 3_000 && n <= 5_500 }},
		"while writing":     {stop: writing, again: text, resumed: func(got int64) bool { return got == n }},
		"a restart":         {stop: late, again: text, restart: true, resumed: func(n int64) bool { return n == 0 }},
		"other keys":        {stop: late, again: text, keys: seal.TestKeyring(), resumed: func(n int64) bool { return n == 0 }},
		"another file":      {stop: late, again: strings.Replace(text, `"n":3}`, `"n":4}`, 1), resumed: func(n int64) bool { return n == 0 }},
		"mended in between": {stop: writing, again: strings.Replace(text, `"n":3500}`, `"n":4}`, 1), resumed: func(n int64) bool { return n > 2_000 && n <= 3_500 }},
		"shorter":           {stop: writing, again: many(0, n)[:len(text)/2-len(text)/2%61], resumed: func(n int64) bool { return n > 1_500 && n <= 3_000 }},
		"longer":            {stop: writing, again: text + bert + "\n", resumed: func(n int64) bool { return n > 5_000 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			again := c.again[:strings.LastIndexByte(c.again, '}')+2]
			dir := t.TempDir()
			imported(t, dir, anna)
			first := people.Import{Dir: dir, Source: "main", Name: "in", Input: file(t, text), Run: 64 << 10}
			stopped(t, first, c.stop)
			if got := shown(t, dir, "anna"); got != anna {
				t.Fatalf("anna is %s", got)
			}
			second := first
			second.Input, second.Keys, second.Restart = file(t, again), c.keys, c.restart
			got, err := second.Do(context.Background())
			if err != nil || !c.resumed(got.Resumed) {
				t.Fatalf("got %+v, %v", got, err)
			}
			if again == text && c.keys == nil {
				if content(t, dir) != want {
					t.Error("the content is another than that of an import in one go")
				}
			}
			fresh := t.TempDir()
			third := second
			third.Dir, third.Input = fresh, strings.NewReader(again)
			if _, err := third.Do(context.Background()); err != nil {
				t.Fatal(err)
			}
			if content(t, dir) != content(t, fresh) {
				t.Error("the content is another than that of the second file alone")
			}
			left(t, dir, "main.db", "main.lock")
		})
	}
}

func TestStandardInputBeginsAnew(t *testing.T) {
	dir, text := t.TempDir(), many(0, 6_000)
	i := people.Import{Dir: dir, Source: "main", Name: "in", Input: struct{ io.Reader }{strings.NewReader(text)}, Run: 64 << 10}
	stopped(t, i, func(p people.Progress) bool { return p.Lines >= 4_500 })
	i.Input = struct{ io.Reader }{strings.NewReader(text)}
	if got, err := i.Do(context.Background()); err != nil || got.Resumed != 0 || got.People != 6_000 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestRefusedThenMended goes on before the line that was wrong.
func TestRefusedThenMended(t *testing.T) {
	dir, text := t.TempDir(), many(0, 6_000)
	i := people.Import{Dir: dir, Source: "main", Name: "in", Input: file(t, strings.Replace(text, `"n":5000}`, `"n":null}`, 1)), Run: 64 << 10}
	if _, err := i.Do(context.Background()); !errors.Is(err, people.ErrRefused) {
		t.Fatal(err)
	}
	i.Input = file(t, text)
	if got, err := i.Do(context.Background()); err != nil || got.Resumed < 3_000 || got.People != 6_000 {
		t.Errorf("got %+v, %v", got, err)
	}
}
