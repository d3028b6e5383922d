package record

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/profferhq/proffer/plugin/abi"
)

// Erase takes every record that holds a visitor's id out of a directory, and
// tells how many. Each file is written anew as a whole. A writer in this or
// another process may run beside it; of what that has in its queue nothing is
// known here: see [Writer.Erase].
func Erase(dir string, visitor [abi.VisitorSize]byte) (n int, err error) {
	return erase(dir, ofVisitor(visitor))
}

// ErasePerson is [Erase] for the records that name a person, see [OfPerson].
func ErasePerson(dir, source, key string) (n int, err error) {
	return erase(dir, ofPerson(source, key))
}

// EraseLinked is [Erase] for the records in which there is what a person's visitors
// were shown beside the one whose request it is. They do not say which of them that
// was, so all go when one of the visitors is erased.
func EraseLinked(dir, source, key string) (n int, err error) {
	return erase(dir, ofLinked(source, key))
}

func erase(dir string, about about) (n int, err error) {
	list, err := segments(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("record: erase: %w", err)
	}
	for _, s := range list {
		erased, err := eraseFrom(dir, s.path, about)
		n += erased
		if err != nil {
			return n, fmt.Errorf("record: erase: %w", err)
		}
	}
	return n, nil
}

// whole reports whether lines were not cut off: before its end nobody knows whom
// a record names.
func whole(lines []byte) bool { return bytes.HasSuffix(lines, []byte("}\n")) }

// eraseFrom takes the lines about somebody out of one file, and a line that a
// crash cut off. The lock is for the one file alone, so that a writer waits only
// for that.
func eraseFrom(dir, name string, about about) (n int, err error) {
	unlock, err := lock(dir)
	if err != nil {
		return 0, err
	}
	defer unlock()
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil // too old by now
	}
	if err != nil {
		return 0, err
	}
	left := make([]byte, 0, len(b))
	for line := range bytes.Lines(b) {
		switch {
		case about(line):
			n++
		case whole(line):
			left = append(left, line...)
		}
	}
	switch len(left) {
	case len(b):
		return 0, nil
	case 0:
		return n, os.Remove(name)
	}
	return n, replace(name, left)
}
