package people

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"os"
	"slices"
)

// What an entry is of. The order is that of the buckets in a file.
const (
	ofCookie byte = iota + 1
	ofLink
	ofPerson
)

// sorter holds entries in memory: each is
//
//	kind u8 ‖ line uvarint ‖ key's length uvarint ‖ key ‖ value's length uvarint ‖ value
type sorter struct {
	arena []byte
	refs  []ref
}

// ref is where an entry begins, and enough of its key to sort most by.
type ref struct {
	head uint64 // kind and seven bytes of the key
	at   uint32 // in the arena
	key  uint32 // where the key begins
	size uint32 // of the key
}

// slack is room for the entries of the line with which a run becomes full.
const slack = 4 * maxLine

func (s *sorter) reserve(run int) {
	if cap(s.arena) == 0 {
		s.arena = make([]byte, 0, run+run/8+min(slack, run))
	}
}

func (s *sorter) size() int    { return len(s.arena) }
func (s *sorter) count() int64 { return int64(len(s.refs)) }

func (s *sorter) reset() { s.arena, s.refs = s.arena[:0], s.refs[:0] }

func (s *sorter) add(kind byte, key []byte, line int64, value []byte) {
	at := len(s.arena)
	s.arena = append(s.arena, kind)
	s.arena = binary.AppendUvarint(s.arena, uint64(line))
	s.arena = binary.AppendUvarint(s.arena, uint64(len(key)))
	start := len(s.arena)
	s.arena = append(s.arena, key...)
	s.arena = binary.AppendUvarint(s.arena, uint64(len(value)))
	s.arena = append(s.arena, value...)
	s.refs = append(s.refs, ref{head: head(kind, key), at: uint32(at), key: uint32(start), size: uint32(len(key))})
}

// head orders as the kind and the key do, as far as it goes.
func head(kind byte, key []byte) uint64 {
	var b [8]byte
	b[0] = kind
	copy(b[1:], key)
	return binary.BigEndian.Uint64(b[:])
}

// write writes the entries in order of kind, key and line.
func (s *sorter) write(name string) error {
	slices.SortFunc(s.refs, func(a, b ref) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		if c := bytes.Compare(s.keyOf(a), s.keyOf(b)); c != 0 {
			return c
		}
		return cmp.Compare(a.at, b.at)
	})
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<18)
	for _, one := range s.refs {
		_, _ = out.Write(s.arena[one.at:s.endOf(one)]) // Flush tells
	}
	return errors.Join(out.Flush(), f.Sync(), f.Close())
}

func (s *sorter) keyOf(r ref) []byte { return s.arena[r.key : r.key+r.size] }

func (s *sorter) endOf(r ref) int {
	at := int(r.key + r.size)
	n, size := binary.Uvarint(s.arena[at:])
	return at + size + int(n)
}
