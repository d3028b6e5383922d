package proxy

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/profferhq/proffer/host/store"
)

// Store is what a page needs of one; a [store.Store] is one.
type Store interface {
	store.Reader
	store.Appender
	// Erase removes everything that is held of a subject, as store.Subjects says.
	Erase(ctx context.Context, s store.Subject) error
}

var (
	errBusy  = errors.New("too many requests wait for the store")
	errLate  = errors.New("the store does not answer in time")
	errPanic = errors.New("the store panicked")
)

// condition is whether one side of a store works: what it did last.
type condition struct{ trouble atomic.Pointer[error] }

func (c *condition) note(err error) {
	if err != nil {
		c.trouble.Store(&err)
		return
	}
	if c.trouble.Load() != nil {
		c.trouble.Store(nil)
	}
}

func (c *condition) err(what string) error {
	if p := c.trouble.Load(); p != nil {
		return fmt.Errorf("%s: %w", what, *p)
	}
	return nil
}

// StoreTrouble is what was wrong when the store was asked or told something last,
// or nil. Pages go on all the same.
func (m *Middleware) StoreTrouble() error {
	return errors.Join(m.lookups.err("looking up"), m.writings.err("writing"))
}

// Close waits until the store has taken in what was given to it, and gives it
// nothing more. It comes after the last request; pages that are shown later are
// not stored.
func (m *Middleware) Close(ctx context.Context) error {
	if err := m.writings.shut(ctx); err != nil {
		return fmt.Errorf("proxy: the store has not taken everything in: %w", err)
	}
	if err := m.lookups.shut(ctx); err != nil {
		return fmt.Errorf("proxy: the store still looks something up: %w", err)
	}
	return nil
}
