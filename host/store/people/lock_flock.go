//go:build linux || darwin || freebsd || netbsd || openbsd

package people

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// lock takes a file that an import holds; false: another has it.
func lock(name string) (f *os.File, ok bool, err error) {
	f, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, err
	}
	if err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
		return f, true, nil
	}
	held := errors.Is(err, syscall.EWOULDBLOCK)
	if closing := f.Close(); held {
		return nil, false, closing
	}
	return nil, false, err
}

// unlock gives a lock back at once: a process that is about to be started has the
// file for a moment, too.
func unlock(f *os.File) error {
	return errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_UN), f.Close())
}

// share lets other processes read a file that bbolt has locked for itself.
func share(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_SH) }

// claim keeps other processes from reading a file until share; it waits for those
// that read at the moment, of which each reads one person.
func claim(f *os.File) error {
	for tries := 0; ; tries++ {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) || tries == claimTries {
			return err
		}
		time.Sleep(claimPause)
	}
}

// claimTries of claimPause are five seconds.
const (
	claimTries = 500
	claimPause = 10 * time.Millisecond
)
