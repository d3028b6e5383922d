package host_test

import (
	"bytes"
	"os"
)

// mappings counts the mappings of this process where the kernel tells them,
// and is 0 elsewhere.
func mappings() int {
	b, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return 0
	}
	return bytes.Count(b, []byte("\n"))
}
