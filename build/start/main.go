// Command start gives the function by which a WebAssembly module is started the
// name that http-wasm hosts call: _start in place of _initialize, which Go's linker
// writes for a module that lives on. Their library calls _start alone, unless its
// user knows better, and Go's exports panic in a module that was not started. Its
// arguments are files, which are changed in place.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

func main() {
	for _, file := range os.Args[1:] {
		if err := rewrite(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func rewrite(file string) error {
	wasm, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if wasm, err = rename(wasm); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	part := file + ".part"
	if err := os.WriteFile(part, wasm, 0o755); err != nil {
		return err
	}
	return os.Rename(part, file)
}

const (
	head          = "\x00asm\x01\x00\x00\x00"
	exportSection = 7
	// Names as an export has them: with their length, and the kind, a function.
	goName   = "\x0b_initialize\x00"
	hostName = "\x06_start\x00"
)

// rename gives the module with the name changed; one that has it comes back as it
// is.
func rename(wasm []byte) ([]byte, error) {
	if !bytes.HasPrefix(wasm, []byte(head)) {
		return nil, errors.New("start: not a module of version 1")
	}
	for at := len(head); at < len(wasm); {
		size, n := binary.Uvarint(wasm[at+1:])
		from := at + 1 + n
		if n <= 0 || size > uint64(len(wasm)-from) {
			return nil, errors.New("start: a section is cut short")
		}
		to := from + int(size)
		if wasm[at] != exportSection {
			at = to
			continue
		}
		body := wasm[from:to]
		if bytes.Contains(body, []byte(hostName)) {
			return wasm, nil
		}
		if bytes.Count(body, []byte(goName)) != 1 {
			break
		}
		body = bytes.Replace(body, []byte(goName), []byte(hostName), 1)
		out := binary.AppendUvarint(bytes.Clone(wasm[:at+1]), uint64(len(body)))
		return append(append(out, body...), wasm[to:]...), nil
	}
	return nil, errors.New("start: the module does not export _initialize")
}
