package bolt

import (
	"time"

	bbolt "go.etcd.io/bbolt"

	"github.com/profferhq/proffer/plugin/abi"
)

// Sweep sweeps as if it were time for it.
func (s *Store) Sweep() error { return s.sweeper.sweep(true) }

// Flush writes what waits.
func (s *Store) Sync() error {
	done := make(chan error, 1)
	s.memory.wait(done)
	return s.settled(done, nil)
}

// Rows are how many rows of visitors and people there are.
func (s *Store) Rows() (v, p int) { return s.memory.count(visitors), s.memory.count(people) }

// Filed is how many rows of visitors the file has.
func (s *Store) Filed() (n int) {
	_ = s.view(func(tx *bbolt.Tx) error {
		n = tx.Bucket(visitorBucket).Stats().KeyN
		return nil
	})
	return n
}

// Waiting is how many rows and events wait for the disk, and their bytes.
func (s *Store) Waiting() (n, bytes int) {
	n = s.memory.pending()
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	return n, s.memory.bytes
}

// Damage changes a byte of a visitor's row in the file.
func (s *Store) Damage(id []byte, at int) error {
	return s.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(visitorBucket)
		v := append([]byte(nil), b.Get(id)...)
		v[at%len(v)] ^= 1
		return b.Put(id, v)
	})
}

// SetFormat gives the file another format.
func (s *Store) SetFormat(v byte) error {
	return s.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(metaBucket).Put(formatKey, []byte{0, 0, 0, v}) })
}

// Merge is what a row makes of histories that come one after the other.
func Merge(now int64, news ...abi.History) abi.History {
	r := new(row)
	for _, h := range news {
		if list, changed := merge(r.history, h, now); changed {
			r.setHistory(list)
		}
	}
	return r.history
}

// DecodeRow reads a row's value whose CRC is made to fit, as far as it goes.
func DecodeRow(value []byte) error {
	if len(value) >= rowHead+rowTail {
		value = append([]byte(nil), value...)
		seal(value, 1)
	}
	_, err := decodeRow(visitorKey([]byte("0123456789abcdef")), value)
	return err
}

// RowValue is that of some row.
func RowValue(changed int64, h abi.History, folders []abi.FolderChange) []byte {
	r := row{changed: changed, history: h, folders: folders, link: personKey([]byte("crm"), []byte("ada")),
		linked: make([][abi.VisitorSize]byte, 2), hashes: make([]hash, 2)}
	value := r.encode()
	seal(value, 1)
	return value
}

// The limits that a test needs.
const (
	MaxHistory = maxHistory
	Distrust   = distrust
	LastPause  = lastPause
)

// Admits gives what admits new visitors of networks.
func Admits(room, rate int) func(network string, now time.Time) error {
	n := new(newcomers)
	n.init(room, rate)
	return n.admit
}

// MaxNetworks is how many networks are told apart.
const MaxNetworks = maxNetworks

// Check looks for what is not as bbolt needs it.
func (s *Store) Check() error {
	s.sealing.mu.Lock() // bbolt: no transaction may write meanwhile
	defer s.sealing.mu.Unlock()
	return s.view(func(tx *bbolt.Tx) (err error) {
		for e := range tx.Check() {
			err = e
		}
		return err
	})
}

// Unwiped reports whether what was removed may be in free pages of the file.
func (s *Store) Unwiped() (is bool) {
	_ = s.view(func(tx *bbolt.Tx) error {
		is = tx.Bucket(metaBucket).Get(wipeKey) != nil
		return nil
	})
	return is
}
