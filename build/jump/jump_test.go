package jump_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/profferhq/proffer/build/jump"
)

// guest compiles a program below testdata.
func guest(t *testing.T, name string, flags ...string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "guest.wasm")
	args := append([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", file}, flags...)
	cmd := exec.Command("go", append(args, "./testdata/"+name)...)
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=-buildvcs=false")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// run gives what a program prints.
func run(t *testing.T, wasm []byte) string {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter()) // 30 times as fast to start
	defer r.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	var out bytes.Buffer
	config := wazero.NewModuleConfig().WithStdout(&out).WithStderr(&out).WithSysWalltime().WithSysNanotime().WithSysNanosleep()
	if _, err := r.InstantiateWithConfig(ctx, wasm, config); err != nil {
		t.Fatalf("%v\n%s", err, out.Bytes())
	}
	return out.String()
}

// TestProgramDoesTheSame runs a program that enters its functions in every way
// that Go has, before and after.
func TestProgramDoesTheSame(t *testing.T) {
	before := guest(t, "guest")
	after, err := jump.Direct(before)
	if err != nil {
		t.Fatal(err)
	}
	if len(after) > len(before)*80/100 {
		t.Errorf("%d bytes became %d: something was not done", len(before), len(after))
	}
	want := run(t, before)
	if got := run(t, after); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := run(t, jump.Checked(before)); got != want {
		t.Errorf("with checks got\n%swant\n%s", got, want)
	}
	for _, name := range []string{"runtime.mallocgc", "proc.go"} {
		if !bytes.Contains(before, []byte(name)) || bytes.Contains(after, []byte(name)) {
			t.Errorf("%s: was there %v, is there %v", name, bytes.Contains(before, []byte(name)), bytes.Contains(after, []byte(name)))
		}
	}
	twice, err := jump.Direct(after)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(twice, after) {
		t.Error("what was rewritten is rewritten again")
	}
}

func TestNoModules(t *testing.T) {
	head := "\x00asm\x01\x00\x00\x00"
	tests := map[string]string{
		"nothing":          "",
		"another version":  "\x00asm\x02\x00\x00\x00",
		"cut section":      head + "\x0a\x05\x01",
		"cut function":     head + "\x01\x06\x01\x60\x01\x7f\x01\x7f" + "\x03\x02\x01\x00" + "\x0a\x06\x01\x09\x00\x41\x00\x0b",
		"unknown opcode":   head + "\x01\x06\x01\x60\x01\x7f\x01\x7f" + "\x03\x02\x01\x00" + "\x0a\x05\x01\x03\x00\xfe\x0b",
		"unknown function": head + "\x0a\x06\x01\x04\x00\x41\x00\x0b",
	}
	for name, b := range tests {
		if out, err := jump.Direct([]byte(b)); err == nil {
			t.Errorf("%s: got %x", name, out)
		}
	}
}

// TestOtherDataStays: data without Go's table of functions comes back as it is.
func TestOtherDataStays(t *testing.T) {
	for name, data := range map[string]string{
		"at a constant": "\x01\x00\x41\x08\x0b\x03a\x00\x00",
		"passive":       "\x01\x01\x03abc",
	} {
		module := "\x00asm\x01\x00\x00\x00" + "\x0b" + string(rune(len(data))) + data
		if out, err := jump.Direct([]byte(module)); err != nil || string(out) != module {
			t.Errorf("%s: got %x, %v", name, out, err)
		}
	}
}

// TestOtherFunctionsStay: code without a table of blocks, and what is no Go
// function by its type, comes back as it is.
func TestOtherFunctionsStay(t *testing.T) {
	const module = "\x00asm\x01\x00\x00\x00" + "\x01\x06\x01\x60\x01\x7f\x01\x7f" + "\x03\x02\x01\x00" + "\x0a\x06\x01\x04\x00\x20\x00\x0b"
	out, err := jump.Direct([]byte(module))
	if err != nil || string(out) != module {
		t.Errorf("got %x, %v", out, err)
	}
}

// TestPollIsQuiet: what the imported poll_oneoff answers is dropped, once, and that of
// another import is not.
func TestPollIsQuiet(t *testing.T) {
	module := func(name, code string) string {
		return "\x00asm\x01\x00\x00\x00" + "\x01\x0e\x02\x60\x01\x7f\x01\x7f\x60\x04\x7f\x7f\x7f\x7f\x01\x7f" +
			"\x02\x11\x01\x01w\x0b" + name + "\x00\x01" + "\x03\x02\x01\x00" +
			"\x0a" + string(rune(len(code)+2)) + "\x01" + string(rune(len(code))) + code
	}
	const before = "\x00\x41\x00\x41\x00\x41\x00\x41\x00\x10\x00\x0b"
	const after = "\x00\x41\x00\x41\x00\x41\x00\x41\x00\x10\x00\x1a\x41\x00\x0b"
	for _, c := range [][2]string{
		{module("poll_oneoff", before), module("poll_oneoff", after)},
		{module("poll_oneoff", after), module("poll_oneoff", after)},
		{module("poll_twooff", before), module("poll_twooff", before)},
	} {
		if out, err := jump.Direct([]byte(c[0])); err != nil || string(out) != c[1] {
			t.Errorf("got %x, %v, want %x", out, err, c[1])
		}
	}
}
