package bolt

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
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
	tx, err := s.db.Begin(true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ignoreClosed(tx.Rollback())) }()
	s.readers.Lock()
	s.readers.Unlock() //nolint:staticcheck // those that read have ended
	f, err := s.config.OpenFile(filepath.Join(s.config.Dir, stateName), os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := zeroFree(tx, f); err != nil {
		return err
	}
	// What a transaction that failed has left behind the last page.
	if err := errors.Join(f.Truncate(tx.Size()), f.Sync()); err != nil {
		return err
	}
	if err := tx.Bucket(metaBucket).Delete(wipeKey); err != nil {
		return err
	}
	return tx.Commit()
}

func ignoreClosed(err error) error {
	if errors.Is(err, berrors.ErrTxClosed) {
		return nil
	}
	return err
}

// zeroFree overwrites the free pages with zeros, many at a time.
func zeroFree(tx *bbolt.Tx, f *os.File) error {
	size := int64(tx.DB().Info().PageSize)
	zeros := make([]byte, 256*size)
	from, to := int64(2), int64(2) // free pages that were found
	flush := func() error {
		for ; from < to; from += min(256, to-from) {
			if _, err := f.WriteAt(zeros[:min(256, to-from)*size], from*size); err != nil {
				return err
			}
		}
		return nil
	}
	for id := int64(2); ; id++ {
		p, err := tx.Page(int(id))
		if err != nil {
			return err
		}
		if p == nil {
			return flush()
		}
		if p.Type == "free" {
			if to != id {
				if err := flush(); err != nil {
					return err
				}
				from = id
			}
			to = id + 1
			continue
		}
		id += int64(p.OverflowCount)
	}
}
