package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/native"
)

// engine decides, in Wasm or in this process.
type engine interface {
	Acquire() (host.Session, error)
	Swap(ctx context.Context, snapshot []byte) error
	Close(ctx context.Context) error
}

// reconfigurable is an engine whose configuration can change while it serves.
type reconfigurable interface {
	engine
	Reconfigure(ctx context.Context, settings []byte) error
}

var (
	_ reconfigurable = (*host.Host)(nil)
	_ reconfigurable = (*native.Engine)(nil)
)

// engineOptions are the flags that choose one.
type engineOptions struct {
	Engine    string `enum:"wasm,native" default:"wasm" help:"Where decisions run: in the Wasm module, or in this process."`
	Wasm      string `help:"The Wasm module. Default: proffer.wasm beside this command." placeholder:"FILE"`
	logger    *slog.Logger
	instances int           // of the module; 0 = as many as serve well
	wait      time.Duration // for a call; 0: the host's own
}

func (o *engineOptions) open(ctx context.Context, settings []byte) (reconfigurable, error) {
	if o.Engine == "native" {
		return native.New(settings)
	}
	name := o.Wasm
	if name == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		name = filepath.Join(filepath.Dir(self), "proffer.wasm")
	}
	module, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("no Wasm module: %w (build it with \"make build\", name it with --wasm, or use --engine native)", err)
	}
	return host.New(ctx, module, host.Config{Settings: settings, Instances: o.instances, CacheDir: cacheDir(), Logger: o.logger, Wait: o.wait})
}

// cacheDir is where compiled modules are kept; none if the user has no cache.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "proffer", "wazero")
}
