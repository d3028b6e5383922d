//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package record

import "sync"

var only sync.Mutex

// lock keeps other callers in this process from writing until unlock is called.
// Other processes are not kept out: erase while none serves.
func lock(string) (unlock func(), err error) {
	only.Lock()
	return only.Unlock, nil
}
