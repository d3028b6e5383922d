package bolt

import (
	"context"
	"errors"
	"fmt"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// Append takes a change in: rows that it changes wait in memory, where every
// look-up sees them, for the writer. A change that is durable waits with them until
// they are on the disk; where that fails an error comes back, and the change may
// still come to be when the disk works again. What is not durable is on the disk
// after Config.Delay and the time that a transaction takes.
func (s *Store) Append(ctx context.Context, c *store.Change) error {
	if err := s.opened(ctx); err != nil {
		return err
	}
	if err := check(&c.Changes); err != nil {
		return fmt.Errorf("bolt: change: %w", err)
	}
	if c.Durable && s.memory.isStuck(&s.config) {
		if err := s.tryAgain(ctx); err != nil {
			s.metrics.refuse(byDisk)
			return err
		}
	}
	var done chan error
	if c.Durable {
		done = make(chan error, 1)
	}
	if err := s.take(c, done); err != nil {
		return err
	}
	if c.Changes.Forget {
		signal(s.sweeper.forgotten)
	}
	if done == nil {
		return nil
	}
	return s.wait(ctx, done)
}

// tryAgain has the writer try again now.
func (s *Store) tryAgain(ctx context.Context) error {
	done := make(chan error, 1)
	s.memory.wait(done)
	return s.wait(ctx, done)
}

func (s *Store) wait(ctx context.Context, done chan error) error {
	err := s.settled(done, ctx.Done())
	if errors.Is(err, errLate) {
		err = errors.Join(err, ctx.Err())
	}
	if err != nil && !errors.Is(err, store.ErrClosed) {
		return fmt.Errorf("bolt: %w", err)
	}
	return err
}

// take decides what a change makes of the rows and puts that into memory.
func (s *Store) take(c *store.Change, done chan error) error {
	for {
		err := s.try(c, done)
		if errors.Is(err, errAgain) {
			continue
		}
		s.metrics.refused(err)
		return err
	}
}

// try is take for the rows that the change seems to concern. It answers errAgain
// where that is not so any more once they are held.
func (s *Store) try(c *store.Change, done chan error) error {
	p, err := s.plan(&c.Changes)
	if err != nil {
		return err
	}
	defer s.locks.hold(p.keys())()
	d := draft{store: s, change: c, plan: p, now: s.now(), stamp: 1}
	if err := d.build(); err != nil {
		return err
	}
	if err := s.put(&d, done); err != nil {
		return err
	}
	copy(c.Events, d.lines)
	return nil
}

// put puts a draft into memory and calls the writer.
func (s *Store) put(d *draft, done chan error) error {
	if len(d.cells) == 0 && len(d.events) == 0 && done == nil {
		return nil
	}
	d.encode()
	first, half, err := s.memory.put(d, done, &s.config)
	switch {
	case err != nil:
		return err
	case half:
		signal(s.urgent)
	case first:
		signal(s.soon)
	}
	return nil
}

// check refuses what no module may answer: a row that has it could not be read.
func check(c *abi.Changes) error {
	if n := len(c.Visitor); n != 0 && n != abi.VisitorSize {
		return fmt.Errorf("visitor of %d bytes (have %d)", n, abi.VisitorSize)
	}
	if n := len(c.Link.Hash); n != 0 && n != abi.LinkSize {
		return fmt.Errorf("link of %d bytes (have %d)", n, abi.LinkSize)
	}
	if !formed(c.History) {
		return errors.New("history: malformed")
	}
	for i := range c.Persons {
		if !formed(c.Persons[i].History) {
			return fmt.Errorf("history of person %q: malformed", c.Persons[i].Key)
		}
	}
	for i := range c.Folders {
		if f := &c.Folders[i]; len(f.Attributes) > 0 && (f.Attributes.Len() == 0 || wire.Check(f.Attributes, 2) != nil) {
			return fmt.Errorf("attributes in folder %q: malformed", f.Folder)
		}
	}
	return nil
}
