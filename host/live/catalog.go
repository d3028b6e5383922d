package live

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// Catalog keeps an engine's snapshot up to date with a catalog on disk: what
// is saved is checked and swapped in; a catalog that is broken changes nothing
// and says why.
type Catalog struct {
	Path   string // directory, file or snapshot
	Engine Swapper
	Logger *slog.Logger
	Tell   func(files []catalog.File, found catalog.Diagnostics) error // told the problems of what is read
	Retain func(visitors, propositions time.Duration)                  // told what each resident catalog says, or nil

	saves *Saves

	mu      sync.Mutex
	current string // hash of the resident snapshot
	since   time.Time
	failed  bool // the newest catalog on disk was refused
	swaps   int
	refused int
}

// Swapper is an engine whose snapshot can change while it serves.
type Swapper interface {
	Swap(ctx context.Context, snapshot []byte) error
}

// ErrTold is a catalog with errors, of which [Catalog.Tell] has been told.
var ErrTold = errors.New("see the diagnostics above")

// State says which snapshot decides.
type State struct {
	Snapshot string
	Since    time.Time
	Failed   bool
	Swaps    int
	Refused  int
}

// State is the state of the moment.
func (c *Catalog) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return State{c.current, c.since, c.failed, c.swaps, c.refused}
}

// Load reads the catalog and swaps it in if it differs from the resident one.
func (c *Catalog) Load(ctx context.Context) error {
	b, err := c.read()
	if err == nil {
		err = Servable(b)
	}
	if err == nil {
		err = c.swap(ctx, b)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed = err != nil; c.failed {
		c.refused++
	}
	return err
}

// read gives the bytes of a snapshot whose problems have been told.
func (c *Catalog) read() ([]byte, error) {
	b, model, found, err := Read(c.Path)
	if err != nil {
		return nil, err
	}
	var files []catalog.File
	if model != nil {
		files = model.Files
	}
	if err := c.Tell(files, found); err != nil {
		return nil, err
	}
	if found.HasErrors() {
		return nil, ErrTold
	}
	return b, nil
}

func (c *Catalog) swap(ctx context.Context, b []byte) error {
	v, err := snapshot.Open(b)
	if err != nil {
		return err
	}
	hash := hex.EncodeToString(v.Hash())
	if hash == c.State().Snapshot {
		c.Logger.Info("catalog read, nothing changed", "snapshot", hash[:12])
		return nil
	}
	if err := c.Engine.Swap(ctx, b); err != nil {
		return err
	}
	if c.Retain != nil {
		visitors, propositions := v.Retention()
		c.Retain(time.Duration(visitors)*time.Millisecond, time.Duration(propositions)*time.Millisecond)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current, c.since = hash, time.Now()
	c.swaps++
	c.Logger.Info("catalog swapped in", "snapshot", hash[:12], "offers", v.Count(snapshot.SecOffers), "bytes", len(b))
	return nil
}

// Watch begins to note saves, and comes before the first load.
func (c *Catalog) Watch() (err error) {
	if _, err := os.Stat(c.Path); err != nil {
		return err
	}
	c.saves, err = Watch(c.Path)
	return err
}

// Follow reloads after every save until ctx ends.
func (c *Catalog) Follow(ctx context.Context) {
	c.saves.Follow(ctx, c.Logger, func() {
		if err := c.Load(ctx); err != nil {
			c.Logger.Error("catalog refused, the last good one stays", "error", err)
		}
	})
}

// Close ends the watching.
func (c *Catalog) Close() {
	if c.saves != nil {
		c.saves.Close()
	}
}
