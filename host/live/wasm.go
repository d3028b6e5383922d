package live

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/profferhq/proffer/host"
)

// Wasm is the engine of a module's file; without a name it is proffer.wasm beside
// the program. Compiled modules are kept in the user's cache, if there is one.
// Without the file the error is os.ErrNotExist.
func Wasm(ctx context.Context, name string, c host.Config) (*host.Host, error) {
	if name == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		name = filepath.Join(filepath.Dir(self), "proffer.wasm")
	}
	module, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("no Wasm module: %w", err)
	}
	c.CacheDir = cacheDir()
	return host.New(ctx, module, c)
}

// cacheDir is where compiled modules are kept; none if the user has no cache.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "proffer", "wazero")
}
