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
	"os"

	"github.com/profferhq/proffer/build/internal/inplace"
)

func main() { inplace.Change(os.Args[1:], rename) }

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
