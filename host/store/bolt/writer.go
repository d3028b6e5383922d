package bolt

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	bbolt "go.etcd.io/bbolt"

	"github.com/profferhq/proffer/host/store"
)

// The pause after a transaction that failed, doubled each time up to the limit:
// with a disk that has room again the store works within the latter.
const firstPause, lastPause = 100 * time.Millisecond, 2 * time.Second

// write is the writer: it writes everything that waits in one transaction, at once
// if somebody waits for it, else after Config.Delay. What comes while it writes goes
// into the next one. At the end it writes once more.
func (s *Store) write() {
	defer close(s.done)
	timer := time.NewTimer(0)
	timer.Stop()
	set, pause := false, firstPause
	for {
		select {
		case <-s.quit:
			s.lost = s.flush()
			return
		case <-s.soon:
			if !set {
				timer.Reset(s.config.Delay)
			}
			set = true
			continue
		case <-s.urgent:
		case <-timer.C:
		}
		timer.Stop()
		set = false
		if err := s.flush(); err != nil {
			timer.Reset(pause)
			set, pause = true, min(2*pause, lastPause)
			continue
		}
		pause = firstPause
	}
}

// flush writes what waits, and tells those that wait for it.
func (s *Store) flush() error {
	b := s.memory.take()
	b.tally.at = s.now()
	var err error
	if !b.empty() {
		start := time.Now()
		var shed [classes]int
		shed, err = s.commit(b)
		s.metrics.flushed(time.Since(start), err, &shed)
		s.memory.settle(b, err)
		s.trouble.report(err)
	}
	if err == nil && len(b.events) > 0 {
		s.arrive()
	}
	for _, done := range b.waiters {
		done <- err
	}
	return err
}

// commit writes a batch in one transaction.
func (s *Store) commit(b *batch) (shed [classes]int, err error) {
	defer caught(&err)
	kept := b.tally
	err = s.db.Update(func(tx *bbolt.Tx) (err error) {
		if err := b.put(tx); err != nil {
			return err
		}
		if shed, err = b.file(tx, s.config.OutboxBytes); err != nil {
			return err
		}
		return tx.Bucket(metaBucket).Put(tallyKey, b.tally.encode())
	})
	if err != nil {
		b.tally = kept
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
			err = fmt.Errorf("%w: %w", store.ErrFull, err)
		}
		return [classes]int{}, err
	}
	return shed, nil
}

// put writes a batch's rows, in the order of their keys, which are neighbours in
// the file then.
func (b *batch) put(tx *bbolt.Tx) error {
	keys := make([]string, 0, len(b.cells))
	for key := range b.cells {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	removed := false
	for _, key := range keys {
		c, bucket, name := b.cells[key], tx.Bucket(bucketOf(key)), []byte(key[1:])
		if c.value == nil {
			removed = removed || isRow(key)
			if err := bucket.Delete(name); err != nil {
				return err
			}
			continue
		}
		if c.row != nil {
			seal(c.value, c.row.seq)
		}
		if err := bucket.Put(name, c.value); err != nil {
			return err
		}
	}
	if removed {
		return tx.Bucket(metaBucket).Put(wipeKey, []byte{})
	}
	return nil
}

// settled waits until what was put is on the disk.
func (s *Store) settled(done chan error, expired <-chan struct{}) error {
	signal(s.urgent)
	select {
	case err := <-done:
		return err
	case <-expired:
		return errLate
	case <-s.done:
		select {
		case err := <-done:
			return err
		default:
			return store.ErrClosed
		}
	}
}

var errLate = errors.New("not known yet whether it is on the disk")
