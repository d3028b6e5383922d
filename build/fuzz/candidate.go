package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// candidates are the directories, as "./plugin/seal", whose tests mention a
// fuzz function.
func candidates() (dirs []string, err error) {
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if dir := "./" + filepath.ToSlash(filepath.Dir(path)); bytes.Contains(b, []byte("\nfunc Fuzz")) && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
		return nil
	})
	if err == nil && len(dirs) == 0 {
		err = errors.New("no fuzz target here: start it in the module's root")
	}
	if err != nil {
		return nil, fmt.Errorf("look for targets: %w", err)
	}
	return dirs, nil
}
