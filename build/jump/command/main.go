// Command command makes the forward jumps of WebAssembly modules direct, in
// place: see package jump. Its arguments are files.
package main

import (
	"fmt"
	"os"

	"github.com/profferhq/proffer/build/jump"
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
	if wasm, err = jump.Direct(wasm); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	part := file + ".part"
	if err := os.WriteFile(part, wasm, 0o755); err != nil {
		return err
	}
	return os.Rename(part, file)
}
