package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/profferhq/proffer/build"
	"github.com/profferhq/proffer/build/internal/inplace"
)

const (
	function = "\x01\x04\x01\x60\x00\x00" + "\x03\x02\x01\x00"
	code     = "\x0a\x04\x01\x02\x00\x0b"
	given    = head + function + "\x07\x13\x02\x0b_initialize\x00\x00\x01m\x00\x00" + code
	wanted   = head + function + "\x07\x0e\x02\x06_start\x00\x00\x01m\x00\x00" + code
)

func TestRename(t *testing.T) {
	for name, c := range map[string]struct{ wasm, want string }{
		"Go's":          {given, wanted},
		"renamed":       {wanted, wanted},
		"no module":     {"GIF89a", ""},
		"nothing":       {"", ""},
		"no exports":    {head + function + code, ""},
		"other exports": {head + function + "\x07\x05\x01\x01m\x00\x00" + code, ""},
		"cut short":     {given[:len(given)-10], ""},
		"only an id":    {head + "\x07", ""},
	} {
		got, err := rename([]byte(c.wasm))
		if string(got) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: got %x, %v, want %x", name, got, err, c.want)
		}
	}
}

// TestFile renames in place, and again, as a build does that had nothing to do.
func TestFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.wasm")
	if err := os.WriteFile(file, []byte(given), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := inplace.File(file, rename); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(file)
		if err != nil || string(b) != wanted {
			t.Fatalf("%x, %v", b, err)
		}
	}
	m, err := build.Parse([]byte(wanted))
	if err != nil || len(m.Exports) != 2 || m.Exports[0] != (build.Export{Name: "_start", Type: "() ()"}) {
		t.Errorf("%+v, %v", m, err)
	}
	if err := inplace.File(file+"x", rename); err == nil {
		t.Error("a file that is not there is renamed in")
	}
}
