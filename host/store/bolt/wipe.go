package bolt

import (
	"errors"
	"sync"
	"sync/atomic"

	bbolt "go.etcd.io/bbolt"

	"github.com/profferhq/proffer/host/store/internal/pages"
)

// wiping overwrites what was erased. Those that come while it goes on share the
// next time.
type wiping struct {
	wanted  atomic.Uint64
	one     sync.Mutex
	covered uint64 // of what was wanted
}

// wipe comes back when nothing of what was erased before is in the file.
func (s *Store) wipe() error {
	w := &s.wiping
	mine := w.wanted.Add(1)
	w.one.Lock()
	defer w.one.Unlock()
	if w.covered >= mine {
		return nil
	}
	upto := w.wanted.Load()
	if err := s.wipeFree(); err != nil {
		signal(s.sweeper.forgotten) // later
		return err
	}
	w.covered = upto
	return nil
}

// wipeFree overwrites the free pages of the file: a transaction writes what it
// changes elsewhere and leaves what was there. Nobody else writes meanwhile; who
// reads goes on, for what began after the last transaction reads no free page, and
// what began before has ended.
func (s *Store) wipeFree() (err error) {
	defer caught(&err)
	return s.update(func(tx *bbolt.Tx) error {
		s.readers.Lock()
		s.readers.Unlock() //nolint:staticcheck // those that read have ended
		if err := pages.ZeroFree(tx, s.file); err != nil {
			return err
		}
		// What a transaction that failed has left behind the last page.
		if err := errors.Join(s.file.Truncate(tx.Size()), s.file.Sync()); err != nil {
			return err
		}
		return tx.Bucket(metaBucket).Delete(wipeKey)
	})
}
