package bolt

import (
	"errors"
	"sync"

	bbolt "go.etcd.io/bbolt"
)

// sealing says whether the disk has the head of the file that everybody reads.
type sealing struct {
	mu     sync.Mutex
	sealed bool
}

// update is a transaction. Nothing else may write to the file, and what is free in
// it may be written over in one alone.
func (s *Store) update(do func(tx *bbolt.Tx) error) error {
	s.sealing.mu.Lock()
	defer s.sealing.mu.Unlock()
	if !s.sealing.sealed {
		if err := s.reseal(); err != nil {
			return err
		}
	}
	s.sealing.sealed = false
	if err := s.db.Update(do); err != nil {
		return err
	}
	s.sealing.sealed = true
	return nil
}

// reseal makes what the file says last. Where the last step of a transaction failed,
// or its process died in it, the system's memory has the file's new head and the
// disk may have the old one still. Everybody reads the new one: so the next
// transaction writes over pages that the old one needs, and when the power fails
// then neither is whole. A flush after one that failed is no help, for the system
// takes the page for clean. So before the first transaction, and after each that
// failed, the two heads are written anew as they are read, and flushed.
func (s *Store) reseal() error {
	s.readers.Lock() // what they read may be of a head that is not there any more
	defer s.readers.Unlock()
	heads := make([]byte, 2*s.db.Info().PageSize)
	if _, err := s.file.ReadAt(heads, 0); err != nil {
		return err
	}
	if _, err := s.file.WriteAt(heads, 0); err != nil {
		return err
	}
	if err := s.file.Sync(); err != nil {
		return err
	}
	return s.reload()
}

// errReload is what reload panics with.
var errReload = errors.New("bolt: to be rolled back")

// reload has bbolt read from the file which pages are free. It does so when it rolls
// a transaction back that has come to its last step, or that panics. It did so after
// the one that failed; but what it read then was the system's memory of a head that
// the disk did not have, and the system may have forgotten that since.
func (s *Store) reload() error {
	defer func() {
		if p := recover(); p != nil && p != any(errReload) {
			panic(p)
		}
	}()
	return s.db.Update(func(*bbolt.Tx) error { panic(errReload) })
}
