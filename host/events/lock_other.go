//go:build !(linux || darwin || freebsd || netbsd || openbsd)

package events

import (
	"os"
	"path/filepath"
)

// lock marks a directory as used; here nothing keeps another process out.
func lock(dir, role string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, role), os.O_RDWR|os.O_CREATE, 0o600)
}
