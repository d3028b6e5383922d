package main

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

// pauses are the offers and spaces that an operator has stopped. With a file
// that is the one truth: it is read before each change and written by it.
type pauses struct {
	file          string // or empty
	engine        engine // for the names of the resident snapshot
	configuration *live.Configuration
	logger        *slog.Logger
	saves         *live.Saves // of the file

	mu      sync.Mutex
	list    []abi.Paused // in force; never changed in place
	refused bool         // the newest file was
}

// open reads the file, if there is one, before the engine is made. Pauses that
// cannot be read are no reason to propose what was paused: it is an error.
func (p *pauses) open() (err error) {
	if p.file == "" {
		return nil
	}
	if p.saves, err = live.Watch(p.file); err != nil {
		return err
	}
	p.list, err = config.LoadPaused(p.file)
	if errors.Is(err, os.ErrNotExist) {
		p.logger.Warn("no file of pauses yet: nothing is paused", "file", p.file)
		return nil
	}
	return err
}

func (p *pauses) close() {
	if p.saves != nil {
		p.saves.Close()
	}
}

// follow takes over what is saved in the file until ctx ends.
func (p *pauses) follow(ctx context.Context) {
	if p.saves == nil {
		return
	}
	p.saves.Follow(ctx, p.logger, func() {
		if err := p.load(ctx); err != nil {
			p.logger.Error("pauses refused, the last good ones stay", "error", err)
		}
	})
}

// load takes the file over.
func (p *pauses) load(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	list, err := config.LoadPaused(p.file)
	if err == nil && !slices.Equal(list, p.list) {
		err = p.apply(ctx, list)
	}
	p.refused = err != nil
	return err
}

// apply puts a list in force. The caller holds the lock.
func (p *pauses) apply(ctx context.Context, list []abi.Paused) error {
	if err := p.configuration.Change(ctx, func(c *abi.Config) { c.Paused = list }); err != nil {
		return err
	}
	p.list = list
	p.logger.Info("pauses changed", "paused", len(list))
	for _, one := range list {
		if !p.known(one) {
			p.logger.Warn("the catalog has nothing of that name to pause", "environment", one.Environment, one.Kind, one.Name)
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

// pause stops an offer or a space at once. It reports whether that is new.
func (p *pauses) pause(ctx context.Context, one abi.Paused) (changed bool, err error) {
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

// resume lifts a pause at once.
func (p *pauses) resume(ctx context.Context, one abi.Paused) (changed bool, err error) {
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
func (p *pauses) change(ctx context.Context, edit func([]abi.Paused) ([]abi.Paused, error)) (changed bool, err error) {
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
func (p *pauses) truth() ([]abi.Paused, error) {
	if p.file == "" {
		return p.list, nil
	}
	list, err := config.LoadPaused(p.file)
	if errors.Is(err, os.ErrNotExist) {
		return p.list, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errFile, err)
	}
	return list, nil
}

// save writes the file where it differs.
func (p *pauses) save(list, was []abi.Paused) error {
	if p.file == "" || slices.Equal(list, was) {
		return nil
	}
	text := config.PausedJSON(list)
	err := rewrite(p.file, text)
	if errors.Is(err, os.ErrNotExist) {
		err = writeFile(p.file, text, 0o644)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errFile, err)
	}
	return nil
}

// state is the list in force, and whether the file was refused.
func (p *pauses) state() (list []abi.Paused, refused bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.list, p.refused
}

// known reports whether the resident snapshot has what is to be paused.
func (p *pauses) known(one abi.Paused) bool {
	session, err := p.engine.Acquire()
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
