package bolt

import (
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
	heads := make([]byte, 2*s.db.Info().PageSize)
	if _, err := s.file.ReadAt(heads, 0); err != nil {
		return err
	}
	if _, err := s.file.WriteAt(heads, 0); err != nil {
		return err
	}
	return s.file.Sync()
}
