package people

import (
	"errors"
	"os"

	berrors "go.etcd.io/bbolt/errors"

	"github.com/profferhq/proffer/host/store/internal/pages"
)

// wipe overwrites what the file has free: a transaction writes what it changes
// elsewhere and leaves what was there. Its caller keeps other processes from
// reading; who reads in this one goes on, for what begins after the last transaction
// reads no free page, and what began before has ended.
func (f *file) wipe() (err error) {
	tx, err := f.db.Begin(true)
	if err != nil {
		return err
	}
	defer func() {
		if back := tx.Rollback(); !errors.Is(back, berrors.ErrTxClosed) {
			err = errors.Join(err, back)
		}
	}()
	f.readers.Lock()
	f.readers.Unlock() //nolint:staticcheck // those that read have ended
	raw, err := os.OpenFile(f.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if info, err := raw.Stat(); err != nil || !os.SameFile(info, f.info) {
		return errors.Join(err, raw.Close()) // an import has taken its place, and it is nowhere any more
	}
	return errors.Join(pages.ZeroFree(tx, raw), raw.Sync(), raw.Close())
}
