package faulttest

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// Check says what is wrong with a store, given what was promised: what is durable,
// and what its worker was promised before, must be there, and whole; nothing is
// there that nobody did, and no event is there twice.
func Check(ctx context.Context, s store.Store, p *Promises) error {
	events, err := outbox(s)
	if err != nil {
		return err
	}
	for _, number := range slices.Sorted(maps.Keys(p.workers)) {
		w := p.workers[number]
		for n := 0; w.may(n); n += life {
			if err := checkVisitor(ctx, s, w, step{number, n}, events); err != nil {
				return fmt.Errorf("worker %d, visitor of step %d (told to %d, durable to %d): %w", number, n, w.said, w.durable, err)
			}
		}
	}
	return nil
}

// outbox counts the events by their propositions.
func outbox(s store.Store) (map[string]int, error) {
	counts := map[string]int{}
	for last := uint64(0); ; {
		list, err := s.Pending(last, 1000)
		if err != nil || len(list) == 0 {
			return counts, err
		}
		for _, e := range list {
			if e.Seq <= last {
				return nil, fmt.Errorf("event %d comes after %d", e.Seq, last)
			}
			last = e.Seq
			_, rest, _ := bytes.Cut(e.Line, []byte("&p="))
			id, _, aliased := bytes.Cut(rest, []byte("&a="))
			if len(id) > 0 && !aliased {
				return nil, fmt.Errorf("event %d has no alias: %q", e.Seq, e.Line)
			}
			counts[string(id)]++
		}
	}
}

func checkVisitor(ctx context.Context, s store.Store, w *worker, first step, events map[string]int) error {
	id := first.visitor()
	found, err := s.Lookup(ctx, &abi.Need{
		Visitor: id[:], Folders: [][]byte{folder}, Key: abi.PersonKey{Source: source, Key: first.person()},
	})
	if err != nil {
		return err
	}
	last := step{first.worker, first.n + erases}
	erased := found.Record.Erased
	if erased && !(last.erases() && w.may(last.n)) {
		return errors.New("erased by nobody")
	}
	if last.erases() && w.must(last.n) && !erased {
		return errors.New("not erased")
	}
	v := &found.Record.Visitors[0]
	written := -1
	for n := first.n; n < first.n+life; n++ {
		at := step{first.worker, n}
		if at.erases() {
			continue
		}
		there := has(v.History, at)
		if there {
			written = n
		}
		if err := at.check(w, there, erased, events); err != nil {
			return fmt.Errorf("step %d: %w", n, err)
		}
		if at.identifies() && !erased && there != (len(found.Record.Persons) > 0 && has(found.Record.Persons[0].History, at)) {
			return fmt.Errorf("step %d: the visitor and the person do not agree", n)
		}
	}
	return checkData(v, step{first.worker, written})
}

func (s step) check(w *worker, there, erased bool, events map[string]int) error {
	count := events[hex.EncodeToString(s.proposition())]
	switch {
	case there && erased:
		return errors.New("there, but the visitor was erased")
	case there && !w.may(s.n):
		return errors.New("there, but nobody did it")
	case count > 1:
		return fmt.Errorf("its event is there %d times", count)
	case w.must(s.n) && count == 0:
		return errors.New("its event is lost")
	case w.must(s.n) && !there && !erased:
		return errors.New("lost")
	case there != (count == 1) && !erased:
		return fmt.Errorf("proposition there: %v, events: %d: torn", there, count)
	}
	return nil
}

func has(h abi.History, s step) bool {
	var e abi.HistoryEntry
	for it := h.Iterate(); it.Next(&e); {
		if bytes.Equal(e.ID, s.proposition()) {
			return true
		}
	}
	return false
}

// checkData holds that the visitor's data is of the last step that is there.
func checkData(v *abi.Visitor, last step) error {
	if v.Known != (last.n >= 0) {
		return fmt.Errorf("visitor known: %v, last step %d", v.Known, last.n)
	}
	if last.n < 0 {
		return nil
	}
	var a abi.Attribute
	it := v.Attributes.Iterate()
	if it.Next(&a); !bytes.Equal(a.Value, wire.AppendInt(nil, int64(last.n))) {
		return fmt.Errorf("data %x is not of step %d", a.Value, last.n)
	}
	return nil
}

// CheckFiles reads every page of the files of a directory that no store has open.
func CheckFiles(dir string) error {
	paths, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := checkFile(path); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func checkFile(path string) (err error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.View(func(tx *bbolt.Tx) error {
		var errs []error
		for err := range tx.Check() {
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	})
}
