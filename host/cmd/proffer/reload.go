package main

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// reloader keeps an engine's snapshot up to date with a catalog on disk: what
// is saved is checked and swapped in; a catalog that is broken changes nothing
// and says why.
type reloader struct {
	path   string
	engine engine
	logger *slog.Logger
	diags  io.Writer
	retain func(visitors, propositions time.Duration) // told what each resident catalog says

	saves *saves

	mu      sync.Mutex
	current string // hash of the resident snapshot
	since   time.Time
	failed  bool // the newest catalog on disk was refused
	swaps   int
	refused int
}

// state is what the admin listener tells.
type state struct {
	Snapshot string
	Since    time.Time
	Failed   bool
	Swaps    int
	Refused  int
}

func (r *reloader) state() state {
	r.mu.Lock()
	defer r.mu.Unlock()
	return state{r.current, r.since, r.failed, r.swaps, r.refused}
}

// load reads the catalog and swaps it in if it differs from the resident one.
func (r *reloader) load(ctx context.Context) error {
	b, err := loadCatalog(r.path, r.diags)
	if err == nil {
		err = servable(b)
	}
	if err == nil {
		err = r.swap(ctx, b)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed = err != nil; r.failed {
		r.refused++
	}
	return err
}

func (r *reloader) swap(ctx context.Context, b []byte) error {
	v, err := snapshot.Open(b)
	if err != nil {
		return err
	}
	hash := hex.EncodeToString(v.Hash())
	if hash == r.state().Snapshot {
		r.logger.Info("catalog read, nothing changed", "snapshot", hash[:12])
		return nil
	}
	if err := r.engine.Swap(ctx, b); err != nil {
		return err
	}
	if r.retain != nil {
		visitors, propositions := v.Retention()
		r.retain(time.Duration(visitors)*time.Millisecond, time.Duration(propositions)*time.Millisecond)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.current, r.since = hash, time.Now()
	r.swaps++
	r.logger.Info("catalog swapped in", "snapshot", hash[:12], "offers", v.Count(snapshot.SecOffers), "bytes", len(b))
	return nil
}

// watch begins to note saves.
func (r *reloader) watch() (err error) {
	if _, err := os.Stat(r.path); err != nil {
		return err
	}
	r.saves, err = watchSaves(r.path)
	return err
}

// follow reloads after every save until ctx ends.
func (r *reloader) follow(ctx context.Context) {
	r.saves.follow(ctx, r.logger, func() {
		if err := r.load(ctx); err != nil {
			r.logger.Error("catalog refused, the last good one stays", "error", plain(err))
		}
	})
}

// plain is an error's text; diagnostics have been printed already.
func plain(err error) string {
	if errors.Is(err, errTold) {
		return "see the diagnostics above"
	}
	return err.Error()
}
