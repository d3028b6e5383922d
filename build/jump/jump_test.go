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

// quick starts 30 times as fast as a compiler.
func quick() wazero.RuntimeConfig { return wazero.NewRuntimeConfigInterpreter() }

// run gives what a program prints.
func run(t *testing.T, config wazero.RuntimeConfig, wasm []byte) string {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, config)
	defer r.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	var out bytes.Buffer
	module := wazero.NewModuleConfig().WithStdout(&out).WithStderr(&out).WithSysWalltime().WithSysNanotime().WithSysNanosleep()
	if _, err := r.InstantiateWithConfig(ctx, wasm, module); err != nil {
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
	if fixed, framed := jump.Fixed(before); fixed < framed*99/100 || framed < 1000 {
		t.Errorf("of %d functions %d have a constant stack pointer", framed, fixed)
	}
	want := run(t, quick(), before)
	for name, config := range map[string]wazero.RuntimeConfig{"interpreted": quick(), "compiled": wazero.NewRuntimeConfig()} {
		if got := run(t, config, after); got != want {
			t.Errorf("%s: got\n%swant\n%s", name, got, want)
		}
	}
	if got := run(t, quick(), jump.Checked(before)); got != want {
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

// TestOneGo: what another Go has compiled, or has not the function that is written
// here, is refused and not guessed at.
func TestOneGo(t *testing.T) {
	head := "\x00asm\x01\x00\x00\x00"
	for version, want := range map[string]bool{"go1.26": true, "go1.26.8": true, "go1.27.0": false, "go1.2": false, "go1.260": false} {
		name := "\x09producers\x01\x0cprocessed-by\x01\x0eGo cmd/compile" + string(rune(len(version))) + version
		_, err := jump.Direct([]byte(head + "\x00" + string(rune(len(name))) + name))
		if (err == nil) != want {
			t.Errorf("%s: %v", version, err)
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
