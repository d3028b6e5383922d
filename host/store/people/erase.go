package people

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/profferhq/proffer/plugin/abi"
)

// Erase removes a person and what leads to it, also from what the file has free, and
// reports whether there was one. It comes back when that will last. An import that
// lists the person brings it back.
func (p *People) Erase(source, key string) (erased bool, err error) {
	return p.erase(source, func(tx *bbolt.Tx) (bool, error) { return remove(tx, []byte(key)) })
}

// Unlist does the same to a visitor, wherever it is listed as somebody's.
func (p *People) Unlist(visitor [abi.VisitorSize]byte) (listed bool, err error) {
	in, err := p.Listed(visitor)
	for name := range in {
		gone, failed := p.erase(name, func(tx *bbolt.Tx) (bool, error) { return unlistVisitor(tx, visitor[:]) })
		listed, err = listed || gone, errors.Join(err, failed)
	}
	return listed, err
}

// Unfinished is the folder of an import of a source that is under way or broke off,
// which may hold a person who was erased; or empty.
func (p *People) Unfinished(source string) string {
	path := filepath.Join(p.dir, source+".new")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

func (p *People) erase(source string, change func(*bbolt.Tx) (bool, error)) (erased bool, err error) {
	err = p.update(source, func(f *file) error {
		err := f.db.Update(func(tx *bbolt.Tx) error {
			found, err := change(tx)
			erased = erased || found
			return err
		})
		if err != nil {
			return err
		}
		return f.wipe()
	})
	return erased && err == nil, err
}

// Update changes a source's file while no other process reads it. If an import
// replaces the file meanwhile, change is called for the new one, too. A source
// without a file has nothing to change.
func (p *People) Update(source string, change func(*bbolt.DB) error) error {
	return p.update(source, func(f *file) error { return change(f.db) })
}

func (p *People) update(source string, change func(*file) error) error {
	for {
		if err := p.refresh(); err != nil {
			return err
		}
		s, err := p.source(source)
		if s == nil || err != nil {
			return err
		}
		if again, err := s.change(filepath.Join(p.dir, source+".db"), change); err != nil || !again {
			return err
		}
	}
}

// change reports whether the path has led to another file since.
func (s *source) change(path string, change func(*file) error) (again bool, err error) {
	s.mu.RLock() // keeps the file from being closed
	defer s.mu.RUnlock()
	if err := s.file.change(change); err != nil {
		return false, err
	}
	return !same(s.file, path), nil
}

// unlistVisitor takes a visitor from the person for whom it is listed.
func unlistVisitor(tx *bbolt.Tx, id []byte) (found bool, err error) {
	key := bytes.Clone(tx.Bucket(bucketCookies).Get(id))
	var e entry
	if key == nil {
		return false, nil
	}
	if found, err = find(tx, key, &e); !found {
		return false, err
	}
	left := e.clone() // the pages that it lies in are about to change
	left.cookies = left.cookies[:0]
	for one := range slices.Chunk(e.clone().cookies, abi.VisitorSize) {
		if !bytes.Equal(one, id) {
			left.cookies = append(left.cookies, one...)
		}
	}
	return true, errors.Join(tx.Bucket(bucketCookies).Delete(id), tx.Bucket(bucketPeople).Put(key, left.append(nil, key)))
}

func remove(tx *bbolt.Tx, key []byte) (found bool, err error) {
	var e entry
	if found, err = find(tx, key, &e); !found {
		return false, err
	}
	gone := e.clone() // the pages that it lies in are about to change
	if err := unlist(tx.Bucket(bucketCookies), gone.cookies, abi.VisitorSize); err != nil {
		return false, err
	}
	if err := unlist(tx.Bucket(bucketLinks), gone.links, linkSize); err != nil {
		return false, err
	}
	return true, tx.Bucket(bucketPeople).Delete(key)
}

// unlist removes index entries, which lie one behind the other.
func unlist(b *bbolt.Bucket, list []byte, size int) error {
	for ; len(list) > 0; list = list[size:] {
		if err := b.Delete(list[:size]); err != nil {
			return err
		}
	}
	return nil
}
