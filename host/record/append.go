package record

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/document"
)

// write appends entries to the files of their snapshots.
func (w *Writer) write(list []entry) {
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].snapshot == list[0].snapshot {
			n++
		}
		w.writeRun(list[:n])
		list = list[n:]
	}
}

// writeRun appends entries of one snapshot and one configuration.
func (w *Writer) writeRun(run []entry) {
	s := run[0].snapshot
	var err error
	if w.settings == nil || w.settings.snapshot != s {
		w.settings, err = newSettings(s)
	}
	said := uint64(0)
	w.lines = w.lines[:0]
	for i := range run {
		w.queued.Add(-run[i].size())
		if err != nil {
			continue
		}
		if w.say(&run[i]) {
			said++
		}
	}
	if err != nil {
		said = uint64(len(run))
	} else if said > 0 {
		err = w.append(s)
	}
	if cap(w.lines) > maxLines {
		w.lines = nil
	}
	w.told(err)
	if err != nil {
		w.failed.Add(said)
		return
	}
	w.kept.Add(said)
}

// say adds an entry's line to those that are to be written.
func (w *Writer) say(e *entry) bool {
	before := len(w.lines)
	lines, err := w.settings.line(w.lines, e)
	switch {
	case errors.Is(err, errErased), err == nil && w.erasures.has(lines[before:], w.config.Clock()):
		w.erased.Add(1)
		return false
	case err != nil:
		w.unsaid.Add(1)
		if !errors.Is(err, document.ErrNotDocument) {
			w.told(err)
		}
		return false
	}
	w.lines = lines
	return true
}

// append writes the lines to the snapshot's newest file.
func (w *Writer) append(s *host.Snapshot) error {
	unlock, err := lock(w.config.Dir)
	if err != nil {
		return err
	}
	defer unlock()
	if w.file != nil && (w.hash != s.Hash || !w.there()) {
		w.leave()
	}
	w.rotate()
	if w.file == nil {
		if err := w.begin(s); err != nil {
			return err
		}
	}
	n, err := w.file.Write(w.lines)
	w.size += int64(n)
	if err != nil {
		// A line may be there in part: readers pass it over, and the next
		// one is not to be joined to it.
		w.leave()
	}
	return err
}

// there reports whether the file is still the one of its name: another process
// may have erased a visitor from it, or removed it.
func (w *Writer) there() bool {
	mine, err := w.file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(w.file.Name())
	return err == nil && os.SameFile(mine, named)
}

// rotate ends a file that is large or old enough.
func (w *Writer) rotate() {
	if w.file != nil && (w.size >= w.config.maxSegment() || w.config.Clock().Sub(w.start) >= maxAge) {
		w.leave()
	}
}

// leave ends the file that is written to.
func (w *Writer) leave() {
	if w.file != nil {
		_ = w.file.Close() // what was written is with the system
		w.file = nil
	}
}

// begin makes a file, and what stands beside it, and room for it.
func (w *Writer) begin(s *host.Snapshot) error {
	dir := folder(w.config.Dir, s.Hash[:])
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	name := filepath.Join(dir, snapshotFile)
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		if err := replace(name, s.Bytes); err != nil {
			return err
		}
	}
	start := w.config.Clock().UTC().Truncate(time.Millisecond)
	if !start.After(w.start) {
		start = w.start.Add(time.Millisecond) // behind the file before it
	}
	for ; ; start = start.Add(time.Millisecond) {
		f, err := os.OpenFile(filepath.Join(dir, start.Format(startForm)+recordsExt), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		w.file, w.hash, w.start, w.size = f, s.Hash, start, 0
		return w.pruneLocked()
	}
}

// prune removes what is too old or too much.
func (w *Writer) prune() error {
	unlock, err := lock(w.config.Dir)
	if err != nil {
		return err
	}
	defer unlock()
	return w.pruneLocked()
}

// pruneLocked is prune for who has the lock. The newest files count first, each
// snapshot with the newest of its files.
func (w *Writer) pruneLocked() error {
	list, err := segments(w.config.Dir)
	if err != nil {
		return err
	}
	now := w.config.Clock()
	oldest := now.Add(-time.Duration(w.config.Days) * 24 * time.Hour)
	newest := now.Add(24 * time.Hour) // what is newer has its name from a clock that was wrong
	total, counted := int64(0), map[string]bool{}
	var errs []error
	for _, s := range list {
		total += s.size
		if dir := filepath.Dir(s.path); !counted[dir] {
			counted[dir] = true
			total += sizeOf(filepath.Join(dir, snapshotFile))
		}
		mine := w.file != nil && w.file.Name() == s.path
		if !mine && (s.start.Before(oldest) || s.start.After(newest) || total > w.config.MaxBytes) {
			errs = append(errs, os.Remove(s.path))
		}
	}
	return errors.Join(append(errs, w.sweep())...)
}

// sizeOf is a file's size, 0 for one that is not there.
func sizeOf(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// sweep removes snapshots without records, and what a crash has left.
func (w *Writer) sweep() error {
	list, err := folders(w.config.Dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, f := range list {
		entries, err := os.ReadDir(f)
		errs = append(errs, err)
		records := 0
		for _, e := range entries {
			switch _, record := startOf(e.Name()); {
			case record:
				records++
			case e.Name() != snapshotFile:
				errs = append(errs, os.Remove(filepath.Join(f, e.Name())))
			}
		}
		if records == 0 && err == nil {
			errs = append(errs, os.RemoveAll(f))
		}
	}
	return errors.Join(errs...)
}
