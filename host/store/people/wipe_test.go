package people_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/profferhq/proffer/host/store/people"
)

// telltale is a line of whom much can be recognised.
func telltale(n int) string {
	return fmt.Sprintf(`{"key":"telltale-%d-key","attributes":{"motto":"telltale-%d-motto"},"cookies":["%s"]}`, n, n, telltaleID(n))
}

func telltaleID(n int) string { return fmt.Sprintf("7e117a1e%024x", n) }

// assertFile holds that a source's file has people's words and ids, or nothing of them.
func assertFile(t *testing.T, dir string, n int, gone func(n int) bool) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "people", "main.db"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		cookie := id(telltaleID(i))
		for _, sign := range []string{fmt.Sprintf("telltale-%d-key", i), fmt.Sprintf("telltale-%d-motto", i), string(cookie[:])} {
			if is := strings.Contains(string(b), sign); is == gone(i) {
				t.Errorf("%q is in the file: %v", sign, is)
			}
		}
	}
}

// Nothing of who was erased is in the file, and what is left can be read all the time.
func TestErasedFromFile(t *testing.T) {
	const all = 400
	dir := t.TempDir()
	var lines []string
	for n := range all {
		lines = append(lines, telltale(n))
	}
	imported(t, dir, strings.Join(lines, "\n"))
	assertFile(t, dir, all, func(int) bool { return false })
	p := opened(t, dir)
	gone := func(n int) bool { return n%8 == 3 }
	done := make(chan struct{})
	var read, erase sync.WaitGroup
	read.Go(func() { readAll(t, p, all, gone, done) })
	for part := range 2 {
		erase.Go(func() {
			for n := part; n < all; n += 2 {
				if !gone(n) {
					continue
				}
				if ok, err := p.Erase("main", fmt.Sprintf("telltale-%d-key", n)); !ok || err != nil {
					t.Errorf("%d: %v, %v", n, ok, err)
				}
			}
		})
	}
	erase.Wait()
	close(done)
	read.Wait()
	assertFile(t, dir, all, gone)
}

func readAll(t *testing.T, p *people.People, all int, gone func(n int) bool, done chan struct{}) {
	for {
		for n := range all {
			_, ok, err := p.Find("main", fmt.Sprintf("telltale-%d-key", n))
			if err != nil || !ok && !gone(n) {
				t.Errorf("%d: %v, %v", n, ok, err)
			}
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

// A visitor that was erased is nobody's, in the file too; the person stays.
func TestUnlist(t *testing.T) {
	dir := t.TempDir()
	const other = "00112233445566778899aabbccddeeff"
	imported(t, dir, telltale(0)+"\n"+strings.Replace(telltale(1), `["`, `["`+other+`","`, 1))
	p := opened(t, dir)
	visitor := id(telltaleID(1))
	if keys, err := p.Listed(visitor); err != nil || len(keys) != 1 || keys["main"] != "telltale-1-key" {
		t.Errorf("listed for %v, %v", keys, err)
	}
	if ok, err := p.Unlist(visitor); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, err := p.Unlist(visitor); ok || err != nil {
		t.Error("taken out again", ok, err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "people", "main.db"))
	if err != nil || strings.Contains(string(b), string(visitor[:])) {
		t.Errorf("the file has the visitor; %v", err)
	}
	ids, err := p.Cookies("main", "telltale-1-key")
	if err != nil || len(ids) != 1 || ids[0] != id(other) {
		t.Errorf("left are %x, %v", ids, err)
	}
	if key, ok, err := p.OfVisitor("main", id(other)); key != "telltale-1-key" || !ok || err != nil {
		t.Errorf("the other visitor is of %q, %v", key, err)
	}
	if ids, err := p.Cookies("main", "nobody"); len(ids) != 0 || err != nil {
		t.Errorf("of nobody: %x, %v", ids, err)
	}
	if p.Has("other") || !p.Has("main") {
		t.Error("sources are mixed up")
	}
}
