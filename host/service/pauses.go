package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/live"
	"github.com/profferhq/proffer/plugin/abi"
)

// Pauses are the offers and spaces that an operator has stopped. With a file
// that is the one truth: it is read before each change and written by it.
type Pauses struct {
	File          string // or empty
	Last          string // without one: until when they do; default "until the restart"
	Engine        Engine // for the names of the resident snapshot
	Configuration *live.Configuration
	Logger        *slog.Logger

	saves *live.Saves // of the file

	mu      sync.Mutex
	list    []abi.Paused // in force; never changed in place
	refused bool         // the newest file was
}

// Open reads the file, if there is one, before the engine is made. Pauses that
// cannot be read are no reason to propose what was paused: it is an error.
func (p *Pauses) Open() (err error) {
	if p.File == "" {
		return nil
	}
	if p.saves, err = live.Watch(p.File); err != nil {
		return err
	}
	p.list, err = config.LoadPaused(p.File)
	if errors.Is(err, os.ErrNotExist) {
		p.Logger.Warn("no file of pauses yet: nothing is paused", "file", p.File)
		return nil
	}
	return err
}

// Close ends the watching.
func (p *Pauses) Close() {
	if p.saves != nil {
		p.saves.Close()
	}
}

// Follow takes over what is saved in the file until ctx ends.
func (p *Pauses) Follow(ctx context.Context) {
	if p.saves == nil {
		return
	}
	p.saves.Follow(ctx, p.Logger, func() {
		if err := p.load(ctx); err != nil {
			p.Logger.Error("pauses refused, the last good ones stay", "error", err)
		}
	})
}

// load takes the file over.
func (p *Pauses) load(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	list, err := config.LoadPaused(p.File)
	if err == nil && !slices.Equal(list, p.list) {
		err = p.apply(ctx, list)
	}
	p.refused = err != nil
	return err
}

// apply puts a list in force. The caller holds the lock.
func (p *Pauses) apply(ctx context.Context, list []abi.Paused) error {
	if err := p.Configuration.Change(ctx, func(c *abi.Config) { c.Paused = list }); err != nil {
		return err
	}
	p.list = list
	p.Logger.Info("pauses changed", "paused", len(list))
	for _, one := range list {
		if !p.known(one) {
			p.Logger.Warn("the catalog has nothing of that name to pause", "environment", one.Environment, one.Kind, one.Name)
		}
	}
	return nil
}

// The refusals of a change.
var (
	errUnknown = errors.New("unknown")
	errFile    = errors.New("the file of pauses cannot be used")
	errFull    = fmt.Errorf("%d pauses are there already, more are not possible", config.MaxPaused)
)

// Pause stops an offer or a space at once. It reports whether that is new.
func (p *Pauses) Pause(ctx context.Context, one abi.Paused) (changed bool, err error) {
	if !p.known(one) {
		return false, fmt.Errorf("%w: the resident catalog has no %s %q in an environment %q", errUnknown, one.Kind, one.Name, one.Environment)
	}
	return p.change(ctx, func(list []abi.Paused) ([]abi.Paused, error) {
		if slices.Contains(list, one) {
			return list, nil
		}
		if len(list) >= config.MaxPaused {
			return nil, errFull
		}
		return append(slices.Clone(list), one), nil
	})
}

// Resume lifts a pause at once.
func (p *Pauses) Resume(ctx context.Context, one abi.Paused) (changed bool, err error) {
	return p.change(ctx, func(list []abi.Paused) ([]abi.Paused, error) {
		i := slices.Index(list, one)
		if i < 0 {
			return nil, fmt.Errorf("%w: the %s %q of environment %q is not paused", errUnknown, one.Kind, one.Name, one.Environment)
		}
		return slices.Delete(slices.Clone(list), i, i+1), nil
	})
}

// change edits the list where the truth is and puts it in force. After an error
// everything is as it was.
func (p *Pauses) change(ctx context.Context, edit func([]abi.Paused) ([]abi.Paused, error)) (changed bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was, err := p.truth()
	if err != nil {
		return false, err
	}
	list, err := edit(was)
	if err != nil {
		return false, err
	}
	if err := p.save(list, was); err != nil {
		return false, err
	}
	if !slices.Equal(list, p.list) {
		if err := p.apply(ctx, list); err != nil {
			return false, errors.Join(err, p.save(was, list))
		}
	}
	return !slices.Equal(list, was), nil
}

// truth is the list to edit: the file's, which may have been saved a moment ago.
func (p *Pauses) truth() ([]abi.Paused, error) {
	if p.File == "" {
		return p.list, nil
	}
	list, err := config.LoadPaused(p.File)
	if errors.Is(err, os.ErrNotExist) {
		return p.list, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errFile, err)
	}
	return list, nil
}

// save writes the file where it differs.
func (p *Pauses) save(list, was []abi.Paused) error {
	if p.File == "" || slices.Equal(list, was) {
		return nil
	}
	text := config.PausedJSON(list)
	err := config.Rewrite(p.File, text)
	if errors.Is(err, os.ErrNotExist) {
		err = config.WriteFile(p.File, text, 0o644)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errFile, err)
	}
	return nil
}

// State is the list in force, and whether the file was refused.
func (p *Pauses) State() (list []abi.Paused, refused bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.list, p.refused
}

// known reports whether the resident snapshot has what is to be paused.
func (p *Pauses) known(one abi.Paused) bool {
	session, err := p.Engine.Acquire()
	if err != nil {
		return false
	}
	defer session.Release()
	v, err := snapshot.Open(session.Snapshot().Bytes)
	if err != nil {
		return false
	}
	env := v.FindEnvironment(v.Find([]byte(one.Environment)))
	name := v.Find([]byte(one.Name))
	if env == snapshot.None || name == snapshot.None {
		return false
	}
	if one.Kind == abi.PausedSpace {
		return v.FindSpace(v.Environment(env), name) != snapshot.None
	}
	offers := v.Environment(env).Offers()
	for i := offers.Start; i < offers.End(); i++ {
		if v.Offer(i).Code() == name {
			return true
		}
	}
	return false
}
