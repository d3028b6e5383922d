package service

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
)

// Engine decides, in Wasm or in this process, and takes another snapshot or other
// settings while it does.
type Engine interface {
	Acquire() (host.Session, error)
	Swap(ctx context.Context, snapshot []byte) error
	Reconfigure(ctx context.Context, settings []byte) error
	Close(ctx context.Context) error
}

// Config says what an [Instance] is made of. Catalog, Keys, Engine, Tell, Registerer
// and Logger are required; the zero value of every other field is nothing, or its
// default.
type Config struct {
	File    config.File // the configuration file
	Catalog string      // directory, file or snapshot
	Keys    string      // file
	Paused  string      // file
	Record  string      // directory of recorded requests

	// Engine makes one with settings.
	Engine func(ctx context.Context, settings []byte) (Engine, error)

	// Edit changes what the module is configured with at the start, for tests.
	Edit func(*abi.Config)

	// PausesLast says to operators until when pauses last that no file has. Default:
	// until the restart.
	PausesLast string

	// Tell is told the problems of a catalog that is read.
	Tell func(files []catalog.File, found catalog.Diagnostics) error

	// Storage is where visitors are kept; nil: in their browsers. Whoever opened it
	// closes it, after the instance.
	Storage *Storage

	// Events gets what is shown and what comes of it; nil: nobody. Whoever opened it
	// closes it, after the instance.
	Events proxy.Events

	// LookupWait is how long a page waits for the store. Default: the proxy's.
	LookupWait time.Duration

	Clock func() time.Time // default time.Now

	// Registerer gets the metrics. Two instances in one process need one each, as two
	// storages do and two that write events: the same name twice in one is a panic.
	Registerer prometheus.Registerer
	Logger     *slog.Logger
}

// drainTimeout is how long what runs beside pages has to end.
const drainTimeout = 10 * time.Second
