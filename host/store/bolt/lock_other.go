//go:build !(linux || darwin || freebsd || netbsd || openbsd)

package bolt

import (
	"os"
	"path/filepath"
)

// lock marks a directory as used; here nothing keeps another process out.
func lock(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
}

func unlock(f *os.File) error { return f.Close() }
