//go:build linux || darwin || freebsd || netbsd || openbsd

package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/profferhq/proffer/host/store"
)

// lock keeps others out of a directory until the file is closed, or the process
// ends in whatever way.
func lock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("%w: %s: stop the proffer that runs with it, or give this one a directory of its own", store.ErrLocked, dir)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// unlock lets others in at once: a process that is about to be started has the file
// for a moment, too.
func unlock(f *os.File) error {
	return errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_UN), f.Close())
}
