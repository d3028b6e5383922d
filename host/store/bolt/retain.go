package bolt

import (
	"encoding/binary"
	"errors"
	"sync"
	"time"

	bbolt "go.etcd.io/bbolt"

	"github.com/profferhq/proffer/host/store"
)

const (
	// chunk is how many rows are looked at, and changed, at a time.
	chunk = 1000
	// graveTime is how long it is known who was erased: longer than a cookie lives.
	graveTime = 400 * 24 * time.Hour
	// A clock that jumps forth by more than leap between two sweeps is believed when
	// it has stood by that for distrust sweeps: it must not delete everything.
	leap     = 24 * time.Hour
	distrust = 6
)

// sweeper removes what is too old, and what was forgotten from the file.
type sweeper struct {
	store     *Store
	wake      chan struct{}
	forgotten chan struct{} // somebody was
	quit      chan struct{}
	done      chan struct{}

	mu   sync.Mutex
	keep keep

	one   sync.Mutex // held by who sweeps
	last  time.Time  // of the last sweep, or, before it, of the last transaction
	doubt int        // sweeps to wait until the clock is believed
}

// keep says how long; 0 is for ever.
type keep struct{ visitors, propositions time.Duration }

// Retain says how long visitors are kept after their last change, unless they are
// linked, and propositions after they were shown; 0 is for ever.
func (s *Store) Retain(visitors, propositions time.Duration) {
	s.sweeper.mu.Lock()
	s.sweeper.keep = keep{visitors, propositions}
	s.sweeper.mu.Unlock()
	signal(s.sweeper.wake)
}

// init makes it ready; last is when the last transaction was.
func (w *sweeper) init(s *Store, last time.Time) {
	w.store, w.last = s, last
	w.wake, w.forgotten = make(chan struct{}, 1), make(chan struct{}, 1)
	w.quit, w.done = make(chan struct{}), make(chan struct{})
}

func (w *sweeper) stop() {
	close(w.quit)
	<-w.done
}

func (w *sweeper) run() {
	defer close(w.done)
	ticker := time.NewTicker(w.store.config.Sweep)
	defer ticker.Stop()
	wipe, set := time.NewTimer(0), false
	wipe.Stop()
	defer wipe.Stop()
	for {
		select {
		case <-w.quit:
			return
		case <-w.forgotten:
			if !set {
				wipe.Reset(w.store.config.Wipe)
			}
			set = true
		case <-wipe.C:
			set = false
			w.tell(w.store.wipe())
		case <-w.wake:
			w.tell(w.sweep(false))
		case <-ticker.C:
			w.tell(w.sweep(true))
		}
	}
}

func (w *sweeper) tell(err error) {
	if err != nil && !errors.Is(err, store.ErrClosed) {
		w.store.trouble.report(err)
	}
}

// sweep looks at every row once. Regular says that it was time for it.
func (w *sweeper) sweep(regular bool) error {
	w.one.Lock()
	defer w.one.Unlock()
	now := w.store.config.Clock()
	w.mu.Lock()
	k := w.keep
	w.mu.Unlock()
	if !w.trusts(now, regular) || k == (keep{}) {
		return nil
	}
	for _, kind := range [...]byte{ofVisitor, ofPerson, ofGrave} {
		b := broom{sweeper: w, kind: kind, now: now.UnixMilli(), keep: k}
		if err := b.all(); err != nil {
			return err
		}
	}
	return nil
}

// trusts reports whether things may be removed by this time.
func (w *sweeper) trusts(now time.Time, regular bool) bool {
	d := now.Sub(w.last)
	if !w.last.IsZero() && d > leap {
		w.doubt = distrust
	}
	w.last = now
	trusted := w.doubt == 0
	if !trusted && regular {
		w.doubt--
	}
	return trusted
}

// broom sweeps one kind of row.
type broom struct {
	sweeper *sweeper
	kind    byte
	now     int64
	keep    keep
}

// all goes through a bucket, chunk by chunk, and waits after each that changed
// something until it is on the disk.
func (b *broom) all() error {
	s, from := b.sweeper.store, []byte(nil)
	for {
		select {
		case <-b.sweeper.quit:
			return nil
		default:
		}
		old, next, err := b.look(from)
		if err != nil {
			return err
		}
		for _, key := range old {
			if err := b.clean(key); err != nil {
				return err
			}
		}
		if len(old) > 0 {
			done := make(chan error, 1)
			s.memory.wait(done)
			if err := s.settled(done, nil); err != nil {
				return err
			}
		}
		if next == nil {
			return nil
		}
		from = next
	}
}

// look finds what seems too old in one chunk, and where the next begins, nil if
// there is none.
func (b *broom) look(from []byte) (old []string, next []byte, err error) {
	err = b.sweeper.store.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketOf(string(b.kind))).Cursor()
		k, v := c.Seek(from)
		for range chunk {
			if k == nil {
				return nil
			}
			if b.isOld(v) {
				old = append(old, string(b.kind)+string(k))
			}
			k, v = c.Next()
		}
		if k != nil {
			next = append([]byte(nil), k...)
		}
		return nil
	})
	return old, next, err
}

// isOld looks at the head of a value alone.
func (b *broom) isOld(v []byte) bool {
	if b.kind == ofGrave {
		return len(v) == 8 && b.past(int64(binary.BigEndian.Uint64(v)), graveTime)
	}
	if len(v) < rowHead {
		return false // damaged; whoever asks for it is told
	}
	changed, oldest := int64(binary.BigEndian.Uint64(v[atTime:])), int64(binary.BigEndian.Uint64(v[atOldest:]))
	return changed > b.now+leap.Milliseconds() ||
		v[atLinked] == 0 && b.past(changed, b.keep.visitors) || oldest != 0 && b.past(oldest, b.keep.propositions)
}

// past reports whether a time is longer ago than d; 0 is for ever.
func (b *broom) past(t int64, d time.Duration) bool { return d > 0 && t < b.now-d.Milliseconds() }

// clean removes what is too old of what is held under a key now.
func (b *broom) clean(key string) error {
	s := b.sweeper.store
	defer s.locks.hold([]string{key})()
	d := draft{store: s, change: &store.Change{Since: store.Always}, now: b.now}
	if b.kind == ofGrave {
		d.set(key, &cell{})
		return s.put(&d, nil)
	}
	held, err := d.row(key)
	if err != nil || held == nil {
		return nil // damaged; whoever asks for it is told
	}
	if b.goes(held) {
		signal(b.sweeper.forgotten)
		d.set(key, &cell{})
		d.more[kindOf(key)]--
		return s.put(&d, nil)
	}
	next, err := d.next(key)
	if err != nil {
		return err
	}
	next.changed = min(next.changed, b.now)
	list := entries(held.history)
	for len(list) > 0 && b.past(list[len(list)-1].First, b.keep.propositions) {
		list = list[:len(list)-1]
	}
	next.setHistory(list)
	next.setDetails(list, d.change)
	return s.put(&d, nil)
}

// goes reports whether a row is to be removed: a visitor's that is nobody's, a
// person's who has neither visitors nor propositions.
func (b *broom) goes(r *row) bool {
	if r.link != "" || len(r.linked) > 0 || !b.past(r.changed, b.keep.visitors) {
		return false
	}
	return b.kind == ofVisitor || len(r.history) == 0 && len(r.hashes) == 0
}
