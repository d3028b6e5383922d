package events

import (
	"bytes"
	"errors"
	"io"
	"os"
	"time"
)

// files writes the files of a directory. It is one goroutine's.
type files struct {
	dir  string
	max  int64 // bytes of a file, after which another one is begun
	keep int   // days; 0: all

	current *os.File
	file    file
	size    int64 // bytes of whole lines in it
	pruned  string
}

// append writes whole lines to a day's file. After an error none of them may be
// there, or all, or some, but no part of one that the next line would follow.
func (w *files) append(day string, lines []byte) error {
	if w.current != nil && (w.file.day != day || w.size > 0 && w.size+int64(len(lines)) > w.max) {
		if err := w.close(); err != nil {
			return err
		}
	}
	if w.current == nil {
		if err := w.open(day, int64(len(lines))); err != nil {
			return err
		}
	}
	n, err := w.current.Write(lines)
	if err == nil {
		w.size += int64(n)
		return nil
	}
	if cut := w.current.Truncate(w.size); cut == nil {
		return err // the next lines may fit again
	}
	return w.drop(err) // open mends it
}

// drop makes the next append open a file again, after an error.
func (w *files) drop(err error) error {
	f := w.current
	w.current = nil
	return errors.Join(err, f.Close())
}

// sync puts what was written on the disk.
func (w *files) sync() error {
	if w.current == nil {
		return nil
	}
	if err := w.current.Sync(); err != nil {
		return w.drop(err)
	}
	return nil
}

func (w *files) close() error {
	if w.current == nil {
		return nil
	}
	return w.drop(w.current.Sync())
}

// open takes the day's last file up if there is room in it for so many bytes,
// and makes another one if not.
func (w *files) open(day string, room int64) error {
	all, err := list(w.dir)
	if err != nil {
		return err
	}
	last, ok := newest(all, day, false)
	if ok {
		f, size, err := mend(last.path)
		if err != nil {
			return err
		}
		if size == 0 || size+room <= w.max {
			w.current, w.file, w.size = f, last, size
			return nil
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	next := newFile(w.dir, day, false, last.number+1)
	f, err := os.OpenFile(next.path, os.O_RDWR|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	w.current, w.file, w.size = f, next, 0
	return syncDir(w.dir)
}

// mend opens a file to be written on, without what a crash has left of a last
// line, and gives its size.
func mend(path string) (f *os.File, size int64, err error) {
	f, err = os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil {
		size, err = wholeLines(f, info.Size())
	}
	if err == nil && size < info.Size() {
		err = f.Truncate(size)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, size, nil
}

// wholeLines is where the last whole line of a file ends.
func wholeLines(f io.ReaderAt, size int64) (int64, error) {
	var block [4096]byte
	for end := size; end > 0; {
		start := max(0, end-int64(len(block)))
		part := block[:end-start]
		if _, err := f.ReadAt(part, start); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			return start + int64(i) + 1, nil
		}
		end = start
	}
	return 0, nil
}

// mendLast removes what a crash has left of a last line.
func (w *files) mendLast() error {
	all, err := list(w.dir)
	if err != nil {
		return err
	}
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].imported {
			continue
		}
		f, _, err := mend(all[i].path)
		if err != nil {
			return err
		}
		return f.Close()
	}
	return nil
}

// prune removes the files of days that are over for longer than they are kept,
// once a day.
func (w *files) prune(now time.Time) error {
	today := now.UTC().Format(dayForm)
	if w.keep == 0 || w.pruned == today {
		return nil
	}
	w.pruned = today
	oldest := now.UTC().AddDate(0, 0, -w.keep).Format(dayForm)
	all, err := list(w.dir)
	for _, f := range all {
		if f.day < oldest {
			err = errors.Join(err, os.Remove(f.path))
		}
	}
	return err
}

// syncDir makes new names in a directory last. Not every system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}
