package inplace

import (
	"fmt"
	"os"
)

// Change changes files one after the other, each in one step: what was there stays
// until all of the new one is. It prints an error and ends the process with 1 at the
// first that cannot be changed.
func Change(files []string, change func([]byte) ([]byte, error)) {
	for _, file := range files {
		if err := File(file, change); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// File changes one file.
func File(file string, change func([]byte) ([]byte, error)) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if b, err = change(b); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	part := file + ".part"
	if err := os.WriteFile(part, b, 0o755); err != nil {
		return err
	}
	return os.Rename(part, file)
}
