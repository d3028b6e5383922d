package record

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
)

// Entry is one record in a list.
type Entry struct {
	Time        time.Time
	Host, Path  string
	Interaction string // 32 hex digits
	Snapshot    string // 64 hex digits: the hash of the one that decided
}

// Found is one record.
type Found struct {
	Entry
	Document     []byte // one line without its end, as document.Parse reads it
	SnapshotFile string // the path of the snapshot that decided
}

// ErrNotFound is an interaction of which there is no record.
var ErrNotFound = errors.New("record: not found")

// List gives the newest records of a directory, the newest first, at most n.
func List(dir string, n int) ([]Entry, error) {
	var out []Entry
	// Files may overlap in time by what waited in the queue; what is listed
	// first is the newest of the files that were read.
	err := walk(dir, func(lines [][]byte) bool {
		for _, line := range lines {
			if d, err := document.Parse(line); err == nil && d.Recorded != nil {
				out = append(out, entryOf(d))
			}
		}
		return len(out) < n
	})
	slices.SortStableFunc(out, func(a, b Entry) int {
		return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(a.Interaction, b.Interaction))
	})
	return out[:min(n, len(out))], err
}

// Find gives the record of an interaction, or [ErrNotFound].
func Find(dir, interaction string) (*Found, error) {
	id, err := hex.DecodeString(interaction)
	if err != nil || len(id) != abi.InteractionSize {
		return nil, fmt.Errorf("record: interaction %q is not %d hex digits", interaction, 2*abi.InteractionSize)
	}
	mark := hex.AppendEncode(nil, id)
	var found *Found
	err = walk(dir, func(lines [][]byte) bool {
		for _, line := range lines {
			if !bytes.Contains(line, mark) {
				continue
			}
			if d, err := document.Parse(line); err == nil && d.Recorded != nil && bytes.Equal(d.Recorded.Interaction, id) {
				found = &Found{
					Entry: entryOf(d), Document: line,
					SnapshotFile: filepath.Join(folder(dir, d.Recorded.Snapshot), snapshotFile),
				}
				return false
			}
		}
		return true
	})
	if err == nil && found == nil {
		err = fmt.Errorf("%w: interaction %s in %s", ErrNotFound, interaction, dir)
	}
	return found, err
}

func entryOf(d *document.Document) Entry {
	return Entry{
		Time: time.UnixMilli(d.Time).UTC(), Host: d.Host, Path: d.Path,
		Interaction: hex.EncodeToString(d.Recorded.Interaction),
		Snapshot:    hex.EncodeToString(d.Recorded.Snapshot),
	}
}

// walk reads the files of a directory, the newest first, until read says that
// it is enough. A line that a crash cut off is one that no document says.
func walk(dir string, read func(lines [][]byte) (more bool)) error {
	list, err := segments(dir)
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	for _, s := range list {
		b, err := os.ReadFile(s.path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // too old by now
		}
		if err != nil {
			return fmt.Errorf("record: %w", err)
		}
		if !read(bytes.Split(bytes.TrimSuffix(b, []byte("\n")), []byte("\n"))) {
			return nil
		}
	}
	return nil
}
