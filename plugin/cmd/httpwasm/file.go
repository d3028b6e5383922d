//go:build wasip1

package main

import (
	"errors"
	"unsafe"

	"github.com/profferhq/proffer/plugin/edge"
)

// mounted is the file that is open in a directory of the host's. The calls are
// WASI's own: package os brings imports and a start-up that not every host has.
type mounted struct{ fd uint32 }

var files mounted

// Of WASI preview 1.
const (
	firstOpened   = 3 // the first descriptor of a directory
	mostOpened    = 64
	followLinks   = 1
	rightToRead   = 1 << 1
	rightToStat   = 1 << 21
	regularFile   = 4
	maxNameOpened = 4096
)

// filestat is WASI's.
type filestat struct {
	device, inode, kind, links, size, accessed, modified, changed uint64
}

// iovec is WASI's: 32-bit address and length.
type iovec struct{ base, length uint32 }

// Open finds a file below the directories that the host has opened.
func (m *mounted) Open(path []byte) (edge.Stamp, error) {
	dir, rest := directory(path)
	if dir == 0 {
		return edge.Stamp{}, errors.New("the host has opened no directory that it is in")
	}
	status := pathOpen(dir, followLinks, unsafe.Pointer(unsafe.SliceData(rest)), uint32(len(rest)), 0, rightToRead|rightToStat, 0, 0, unsafe.Pointer(&m.fd))
	if status != 0 {
		return edge.Stamp{}, errors.New("it cannot be opened, WASI's error " + string(edge.Decimal(int(status))))
	}
	var s filestat
	if fdFilestatGet(m.fd, unsafe.Pointer(&s)) != 0 || uint8(s.kind) != regularFile {
		m.Close()
		return edge.Stamp{}, errors.New("it is no file")
	}
	return edge.Stamp{Inode: s.inode, Modified: s.modified, Size: s.size}, nil
}

// directory is the innermost opened directory that a path is below, and the rest
// of the path; 0 if there is none.
func directory(path []byte) (dir uint32, rest []byte) {
	for fd := uint32(firstOpened); fd < mostOpened; fd++ {
		var prestat [2]uint32 // a tag, 0 for a directory, and the length of its name
		if fdPrestatGet(fd, unsafe.Pointer(&prestat)) != 0 {
			break
		}
		name := make([]byte, min(prestat[1], maxNameOpened))
		if fdPrestatDirName(fd, unsafe.Pointer(unsafe.SliceData(name)), uint32(len(name))) != 0 {
			continue
		}
		if r, ok := edge.Below(name, path); ok && (dir == 0 || len(r) < len(rest)) {
			dir, rest = fd, r
		}
	}
	return dir, rest
}

// Read fills b.
func (m *mounted) Read(b []byte) bool {
	for len(b) > 0 {
		var n uint32
		v := iovec{uint32(uintptr(unsafe.Pointer(unsafe.SliceData(b)))), uint32(len(b))}
		if fdRead(m.fd, unsafe.Pointer(&v), 1, unsafe.Pointer(&n)) != 0 || n == 0 {
			return false
		}
		b = b[n:]
	}
	return true
}

// Close ends the reading.
func (m *mounted) Close() { fdClose(m.fd) }
