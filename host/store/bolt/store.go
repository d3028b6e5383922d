package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/profferhq/proffer/host/store"
)

// Store is a store.Store in one directory. It is safe for concurrent use.
type Store struct {
	config  Config
	lock    *os.File
	db      *bbolt.DB
	file    *os.File // of db, which closes it
	secret  []byte   // of the hashes of who was erased
	locks   locks
	memory  memory
	network newcomers
	metrics *metrics
	trouble trouble

	soon     chan struct{} // something is to be written within Config.Delay
	urgent   chan struct{} // somebody waits for it
	quit     chan struct{}
	done     chan struct{} // closed when the writer has ended
	lost     error         // why its last transaction came to nothing
	sealing  sealing
	arrivals chan struct{}
	sweeper  sweeper
	readers  sync.RWMutex // held for reading by who reads the file
	wiping   wiping
}

var _ store.Store = (*Store)(nil)

// Open opens the store in a directory, and makes it if it is not there. A store
// that was not closed, for whatever reason, is as it was at its last transaction.
func Open(c Config) (*Store, error) {
	c, err := c.complete()
	if err != nil {
		return nil, fmt.Errorf("bolt: %w", err)
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("bolt: %w", err)
	}
	s := &Store{
		config: c,
		soon:   make(chan struct{}, 1), urgent: make(chan struct{}, 1),
		quit: make(chan struct{}), done: make(chan struct{}), arrivals: make(chan struct{}, 1),
	}
	s.network.init(c.Newcomers, c.NewcomersPerSecond)
	s.trouble.clock, s.trouble.logger = c.Clock, c.Logger
	s.metrics = newMetrics(&s.memory)
	if s.lock, err = lock(c.Dir); err != nil {
		return nil, fmt.Errorf("bolt: %w", err)
	}
	if err := s.start(); err != nil {
		return nil, errors.Join(fmt.Errorf("bolt: %w", err), unlock(s.lock))
	}
	go s.write()
	go s.sweeper.run()
	return s, nil
}

// start opens the file and reads how far the store has come.
func (s *Store) start() (err error) {
	if s.db, s.file, err = openState(&s.config); err != nil {
		return err
	}
	err = s.db.View(func(tx *bbolt.Tx) error {
		meta := tx.Bucket(metaBucket)
		s.secret = append([]byte(nil), meta.Get(secretKey)...)
		at, err := s.memory.load(meta.Get(tallyKey))
		s.sweeper.init(s, at)
		if meta.Get(wipeKey) != nil {
			signal(s.sweeper.forgotten)
		}
		return err
	})
	if err == nil && s.config.Registerer != nil {
		err = s.metrics.all.Register(s.config.Registerer)
	}
	if err != nil {
		return errors.Join(err, s.db.Close())
	}
	if s.memory.outbox.any() {
		s.arrive()
	}
	return nil
}

// Close writes what waits and frees everything. An error says that something that
// was taken in is lost.
func (s *Store) Close() error {
	if !s.memory.close() {
		return nil
	}
	s.sweeper.stop()
	close(s.quit)
	<-s.done
	err := s.lost
	if err != nil {
		err = fmt.Errorf("bolt: %d changes are lost: %w", s.memory.pending(), err)
	}
	if s.config.Registerer != nil {
		s.metrics.all.Unregister(s.config.Registerer)
	}
	return errors.Join(err, s.db.Close(), unlock(s.lock))
}

// view reads the file. What it panics with is an error: the file is damaged then,
// and what needs no store goes on.
func (s *Store) view(read func(tx *bbolt.Tx) error) (err error) {
	defer caught(&err)
	s.readers.RLock()
	defer s.readers.RUnlock()
	if err = s.db.View(read); errors.Is(err, berrors.ErrDatabaseNotOpen) {
		err = store.ErrClosed
	}
	return err
}

func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("bolt: state.db is damaged: %v", p)
	}
}

// value is what is held under a key: in memory if it waits there, else in the
// file. The caller must not change it.
func (s *Store) value(key string) (*cell, error) {
	if c := s.memory.get(key); c != nil {
		return c, nil
	}
	c := new(cell)
	err := s.view(func(tx *bbolt.Tx) (err error) {
		v := tx.Bucket(bucketOf(key)).Get([]byte(key[1:]))
		if v == nil {
			return nil
		}
		c.value = append([]byte(nil), v...)
		if isRow(key) {
			c.row, err = decodeRow(key, c.value)
		}
		return err
	})
	return c, err
}

// row is the row under a key, or nil.
func (s *Store) row(key string) (*row, error) {
	c, err := s.value(key)
	if err != nil {
		return nil, err
	}
	return c.row, nil
}

func isRow(key string) bool { return key[0] == ofVisitor || key[0] == ofPerson }

func bucketOf(key string) []byte {
	switch key[0] {
	case ofVisitor:
		return visitorBucket
	case ofPerson:
		return personBucket
	case ofLink:
		return linkBucket
	}
	return graveBucket
}

// now is the time in milliseconds.
func (s *Store) now() int64 { return s.config.Clock().UnixMilli() }

// opened reports an error where a call cannot go on.
func (s *Store) opened(ctx context.Context) error {
	if s.memory.isClosed() {
		return store.ErrClosed
	}
	return ctx.Err()
}

// locks keep two changes of one row apart. There are fewer of them than rows: two
// rows may share one.
type locks [256]sync.Mutex

// hold takes the locks of some keys, always in the same order, and gives what lets
// go of them.
func (l *locks) hold(keys []string) (release func()) {
	var wanted [len(l)]bool
	for _, k := range keys {
		wanted[shard(k)] = true
	}
	for i := range wanted {
		if wanted[i] {
			l[i].Lock()
		}
	}
	return func() {
		for i := range wanted {
			if wanted[i] {
				l[i].Unlock()
			}
		}
	}
}

// shard is FNV-1a.
func shard(key string) uint8 {
	h := uint32(2166136261)
	for i := range len(key) {
		h = (h ^ uint32(key[i])) * 16777619
	}
	return uint8(h ^ h>>8 ^ h>>16 ^ h>>24)
}

func be64(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }
