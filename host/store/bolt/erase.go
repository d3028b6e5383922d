package bolt

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// Erase removes everything that is held of a subject, of a person also the visitors
// that are linked to it, and comes back when that is on the disk and nothing is left
// of it in free pages of the file.
func (s *Store) Erase(ctx context.Context, who store.Subject) error {
	if err := s.opened(ctx); err != nil {
		return err
	}
	var err error
	if who.Key == "" {
		err = s.eraseVisitor(ctx, who.Visitor[:])
	} else {
		err = s.erasePerson(ctx, personKey([]byte(who.Source), []byte(who.Key)))
	}
	if err != nil {
		return err
	}
	if err := s.wipe(); err != nil {
		return fmt.Errorf("bolt: erased, but not yet from the file: %w", err)
	}
	return nil
}

// eraseVisitor says ErrUnknown where there was no row. One that is damaged was
// there.
func (s *Store) eraseVisitor(ctx context.Context, id []byte) error {
	held, err := s.row(visitorKey(id))
	known := held != nil || err != nil
	if err := s.Append(ctx, &store.Change{Changes: abi.Changes{Visitor: id, Forget: true}, Since: store.Always, Durable: true}); err != nil {
		return err
	}
	if !known {
		return store.ErrUnknown
	}
	return nil
}

// erasePerson erases the visitors first: what is linked to a person stays theirs as
// long as it is there.
func (s *Store) erasePerson(ctx context.Context, key string) error {
	held, err := s.row(key)
	if err != nil {
		return err
	}
	if held == nil {
		return store.ErrUnknown
	}
	for i := range held.linked {
		if err := s.eraseVisitor(ctx, held.linked[i][:]); err != nil && !errors.Is(err, store.ErrUnknown) {
			return err
		}
	}
	done := make(chan error, 1)
	err = s.dropPerson(key, held, done)
	if errors.Is(err, errAgain) {
		return s.erasePerson(ctx, key)
	}
	if err != nil {
		return err
	}
	return s.wait(ctx, done)
}

// dropPerson removes the row, unless it has visitors that it had not before.
func (s *Store) dropPerson(key string, before *row, done chan error) error {
	defer s.locks.hold([]string{key})()
	d := draft{store: s, change: &store.Change{Since: store.Always}, now: s.now()}
	held, err := d.row(key)
	if err != nil || held == nil {
		return errors.Join(err, s.put(&d, done))
	}
	for _, id := range held.linked {
		if !slices.Contains(before.linked, id) {
			return errAgain
		}
	}
	source, _ := cutPerson(key)
	for i := range held.hashes {
		h := &held.hashes[i]
		d.set(linkKey([]byte(source), h.keyID, h.hash[:]), &cell{})
	}
	d.set(key, &cell{})
	d.more[people]--
	d.erased(held.alias)
	return s.put(&d, done)
}
