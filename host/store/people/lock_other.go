//go:build !(linux || darwin || freebsd || netbsd || openbsd)

package people

import "os"

// lock marks an import; here nothing keeps another process out.
func lock(name string) (*os.File, bool, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	return f, err == nil, err
}

func unlock(f *os.File) error { return f.Close() }

// share does nothing: the lock that bbolt takes stays an exclusive one.
func share(*os.File) error { return nil }

func claim(*os.File) error { return nil }
