package people

import (
	"path/filepath"

	"go.etcd.io/bbolt"

	"github.com/profferhq/proffer/plugin/abi"
)

// Erase removes a person and what leads to it, and reports whether there was one.
// It comes back when that will last. Pages of the file may hold remains until they
// are used again. An import that lists the person brings it back.
func (p *People) Erase(source, key string) (erased bool, err error) {
	err = p.Update(source, func(db *bbolt.DB) error {
		return db.Update(func(tx *bbolt.Tx) error {
			found, err := remove(tx, []byte(key))
			erased = erased || found
			return err
		})
	})
	return erased && err == nil, err
}

// Update changes a source's file while no other process reads it. If an import
// replaces the file meanwhile, change is called for the new one, too. A source
// without a file has nothing to change.
func (p *People) Update(source string, change func(*bbolt.DB) error) error {
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
func (s *source) change(path string, change func(*bbolt.DB) error) (again bool, err error) {
	s.mu.RLock() // keeps the file from being closed
	defer s.mu.RUnlock()
	if err := s.file.change(change); err != nil {
		return false, err
	}
	return !same(s.file, path), nil
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
