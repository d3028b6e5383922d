package events

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// dayForm is how a day is written, here and by the command.
const dayForm = "2006-01-02"

const (
	extension  = ".jsonl"
	importMark = "import-"
)

// file is one of a directory's files.
type file struct {
	path     string
	day      string // of UTC
	imported bool
	number   int
}

func (f *file) base() string { return filepath.Base(f.path) }

// newFile names the file of a day.
func newFile(dir, day string, imported bool, number int) file {
	mark := ""
	if imported {
		mark = importMark
	}
	name := fmt.Sprintf("%s-%s%03d%s", day, mark, number, extension)
	return file{filepath.Join(dir, name), day, imported, number}
}

// fileOf reads the name of a file; false if it is none of ours.
func fileOf(dir, name string) (file, bool) {
	rest, ok := strings.CutSuffix(name, extension)
	if !ok || len(rest) < len(dayForm)+2 {
		return file{}, false
	}
	day := rest[:len(dayForm)]
	if _, err := time.Parse(dayForm, day); err != nil || rest[len(dayForm)] != '-' {
		return file{}, false
	}
	number, imported := strings.CutPrefix(rest[len(dayForm)+1:], importMark)
	n, err := strconv.Atoi(number)
	f := newFile(dir, day, imported, n)
	return f, err == nil && n > 0 && f.base() == name
}

// list are a directory's files: by day, those of the proxy before imported ones,
// in the order in which they were written.
func list(dir string) ([]file, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []file
	for _, e := range entries {
		if f, ok := fileOf(dir, e.Name()); ok && !e.IsDir() {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b file) int {
		return cmp.Or(strings.Compare(a.day, b.day), compareBool(a.imported, b.imported), cmp.Compare(a.number, b.number))
	})
	return out, nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// newest is the last file of a day; false if there is none.
func newest(files []file, day string, imported bool) (last file, ok bool) {
	for _, f := range files {
		if f.day == day && f.imported == imported {
			last, ok = f, true
		}
	}
	return last, ok
}

// dayOf is the day of UTC of a time in milliseconds.
func dayOf(ms int64) string { return time.UnixMilli(ms).UTC().Format(dayForm) }
