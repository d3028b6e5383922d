package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/live"
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
	e, err := live.Wasm(ctx, o.Wasm, host.Config{Settings: settings, Instances: o.instances, Logger: o.logger, Wait: o.wait})
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("%w (build it with \"make build\", name it with --wasm, or use --engine native)", err)
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}
