package edge

import (
	"errors"
	"runtime"

	"github.com/profferhq/proffer/plugin/abi"
)

// Files is what a host lets an instance read, one file at a time.
type Files interface {
	// Open finds the file at a path and tells what sets it apart from others that
	// stood there.
	Open(path []byte) (Stamp, error)
	// Read fills b with what follows; false if the file ends before.
	Read(b []byte) bool
	Close()
}

// Stamp tells a file from what stood at its path before.
type Stamp struct{ Inode, Modified, Size uint64 }

// missing is the stamp of a file that could not be opened.
var missing = Stamp{Size: ^uint64(0)}

const (
	// lookEvery is the least time between two looks at the file, in nanoseconds.
	lookEvery = 1e9
	// lookAfter is after how many requests it is looked at on a host whose clock
	// stands still, which is what some give their guests.
	lookAfter = 256
)

// source is a file that the snapshot comes from.
type source struct {
	files Files
	path  []byte // nil: the snapshot is in the configuration
	stamp Stamp  // of the file that was read last, good or not
	spare []byte // where the next one is read into: the one before last

	looked   int64 // when, by the host's clock
	requests int   // since then
}

// due reports whether it is time for a look.
func (s *source) due(now int64) bool {
	s.requests++
	if passed := now - s.looked; passed > 0 && passed < lookEvery || passed == 0 && s.requests < lookAfter {
		return false
	}
	s.looked, s.requests = now, 0
	return true
}

// Refresh takes over the snapshot of the file if that is another one than before.
// A file that is not good leaves things as they are; the error, for the log, says
// so once. The time is the host's, in nanoseconds.
func (e *Edge) Refresh(now int64) error {
	s := &e.source
	if s.path == nil || !s.due(now) {
		return nil
	}
	stamp, err := s.files.Open(s.path)
	if err != nil {
		if s.stamp == missing {
			return nil
		}
		s.stamp = missing
		return s.trouble(err.Error())
	}
	defer s.files.Close()
	if stamp == s.stamp {
		return nil
	}
	s.stamp = stamp
	if text := e.take(stamp.Size); text != "" {
		return s.trouble(text)
	}
	return nil
}

func (s *source) trouble(text string) error {
	return errors.New("edge: " + string(s.path) + ": " + text)
}

// take reads the opened file, verifies it and puts it in the place of the
// snapshot, whose memory the next one gets. It returns what is wrong with it.
func (e *Edge) take(size uint64) string {
	if size > abi.MaxBuffer {
		return "longer than 64 MiB"
	}
	s := &e.source
	if uint64(cap(s.spare)) < size {
		s.spare = nil
		runtime.GC()                        // its memory may do for the new one
		s.spare = make([]byte, size+size/8) // catalogs grow
	}
	b := s.spare[:size]
	if !s.files.Read(b) {
		return "shorter than it was"
	}
	if status, text := e.guest.Verify(b); status != abi.StatusOK {
		return text
	}
	if status, text := e.guest.Load(b); status != abi.StatusOK {
		_ = e.renew() // with the old one
		return text
	}
	s.spare, e.snapshot = e.snapshot, b
	runtime.GC() // here, where nobody counts on speed, and not among the requests
	return ""
}

// Below is what of a path is below a directory that a host has opened, if it is.
// Hosts write "/catalog", "catalog", "/" and "." for what they open.
func Below(dir, path []byte) (rest []byte, ok bool) {
	dir, path = trim(dir), trim(path)
	if len(dir) == 0 || string(dir) == "." {
		return path, len(path) > 0
	}
	if len(path) <= len(dir)+1 || string(path[:len(dir)]) != string(dir) || path[len(dir)] != '/' {
		return nil, false
	}
	return path[len(dir)+1:], true
}

// trim cuts slashes off both ends, and "./" off the beginning.
func trim(path []byte) []byte {
	for len(path) > 1 && path[0] == '.' && path[1] == '/' {
		path = path[2:]
	}
	for len(path) > 0 && path[0] == '/' {
		path = path[1:]
	}
	for len(path) > 0 && path[len(path)-1] == '/' {
		path = path[:len(path)-1]
	}
	return path
}
