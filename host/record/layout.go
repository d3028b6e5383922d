package record

import (
	"cmp"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/profferhq/proffer/plugin/abi"
)

const (
	snapshotFile = "snapshot"
	recordsExt   = ".jsonl"
	startForm    = "20060102T150405.000Z" // of UTC
	tempForm     = "temp-*"
)

// segment is one file of records.
type segment struct {
	path  string
	start time.Time
	size  int64
}

// folder is the path of a snapshot's directory.
func folder(dir string, hash []byte) string { return filepath.Join(dir, hex.EncodeToString(hash)) }

// folders are the paths of the directories of snapshots.
func folders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if b, err := hex.DecodeString(e.Name()); err == nil && len(b) == abi.HashSize && e.IsDir() {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out, nil
}

// segments are all files of records, the newest first.
func segments(dir string) ([]segment, error) {
	list, err := folders(dir)
	if err != nil {
		return nil, err
	}
	var out []segment
	for _, f := range list {
		entries, err := os.ReadDir(f)
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone meanwhile
		}
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			start, ok := startOf(e.Name())
			info, err := e.Info()
			if ok && err == nil {
				out = append(out, segment{filepath.Join(f, e.Name()), start, info.Size()})
			}
		}
	}
	slices.SortFunc(out, func(a, b segment) int {
		return cmp.Or(b.start.Compare(a.start), strings.Compare(b.path, a.path))
	})
	return out, nil
}

// startOf is the time in the name of a file of records.
func startOf(name string) (time.Time, bool) {
	text, ok := strings.CutSuffix(name, recordsExt)
	if !ok {
		return time.Time{}, false
	}
	start, err := time.Parse(startForm, text)
	return start, err == nil
}

// replace writes a file whole or not at all. The caller holds the lock.
func replace(name string, b []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(name), tempForm) // with mode 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}
