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
	"github.com/profferhq/proffer/host/service"
)

var (
	_ service.Engine = (*host.Host)(nil)
	_ service.Engine = (*native.Engine)(nil)
)

// engineOptions are the flags that choose one.
type engineOptions struct {
	Engine    string `enum:"wasm,native" default:"wasm" help:"Where decisions run: in the Wasm module, or in this process."`
	Wasm      string `help:"The Wasm module. Default: proffer.wasm beside this command." placeholder:"FILE"`
	logger    *slog.Logger
	instances int           // of the module; 0 = as many as serve well
	wait      time.Duration // for a call; 0: the host's own
}

func (o *engineOptions) open(ctx context.Context, settings []byte) (service.Engine, error) {
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
