package author

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/profferhq/proffer/catalog"
)

// Load reads a catalog from a file, or from the *.yaml, *.yml and *.json files
// of a directory, in the order of their names and without its hidden files and
// subdirectories. Files are named by their base names. An error is one of
// reading; whatever is wrong with the catalog is in the diagnostics.
func Load(path string) (*catalog.Catalog, catalog.Diagnostics, error) {
	files, err := Read(path)
	if err != nil {
		return nil, nil, err
	}
	c, d := Parse(files)
	return c, d, nil
}

// Read reads the files that Load parses.
func Read(path string) ([]catalog.File, error) {
	files, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("author: %w", err)
	}
	return files, nil
}

func read(path string) ([]catalog.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		text, err := readFile(path)
		return []catalog.File{{Name: filepath.Base(path), Text: text}}, err
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var files []catalog.File
	total := 0
	for _, e := range entries {
		name := filepath.Join(path, e.Name())
		if !isSource(e.Name()) || isDir(name) {
			continue
		}
		text, err := readFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, catalog.File{Name: e.Name(), Text: text})
		total += len(text)
		if len(files) > maxFiles || total > maxTotal {
			break // Parse says so
		}
	}
	return files, nil
}

// isSource reports whether a directory entry belongs to the catalog.
func isSource(name string) bool {
	if strings.HasPrefix(name, ".") {
		return false
	}
	switch filepath.Ext(name) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// isDir follows links: a mounted configuration is often made of them.
func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() // an error is for readFile
}

// readFile reads one byte more than a file may have, no more. It opens nothing
// but files: a pipe that nobody writes into would hold it for ever.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("not a regular file")}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return whole(path, f)
}

// whole reads a file that nobody writes to meanwhile: half of a catalog can be
// one without errors.
func whole(path string, f interface {
	io.Reader
	Stat() (fs.FileInfo, error)
}) ([]byte, error) {
	before, err := f.Stat()
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	after, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("somebody wrote to the file while it was read")}
	}
	return text, nil
}
