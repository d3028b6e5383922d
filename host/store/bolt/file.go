package bolt

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/profferhq/proffer/host/store"
)

// The files of a directory, see also package people.
const (
	lockName  = "LOCK"
	stateName = "state.db"
	newName   = "state.new" // one that is being made
)

// format is that of state.db. A later one is refused.
const format = 1

// The buckets of state.db.
var (
	metaBucket    = []byte("meta")
	visitorBucket = []byte("visitors") // id: row
	personBucket  = []byte("people")   // source 00 key: row
	linkBucket    = []byte("links")    // source 00 key id, hash: key of a person's row
	graveBucket   = []byte("erased")   // keyed hash of an erased visitor's id: time
	outboxBuckets = [classes][]byte{[]byte("outbox-page"), []byte("outbox-seen"), []byte("outbox-clicked"), []byte("outbox-kept")}
)

// The keys of the meta bucket.
var (
	formatKey = []byte("format")
	secretKey = []byte("secret")
	tallyKey  = []byte("tally")
	wipeKey   = []byte("wipe") // there while a row that was removed may be in free pages
)

const secretSize = 32

// mapped is how much of the address space the file has from the start, so that
// readers rarely wait for it to be mapped anew. It takes no memory.
const mapped = 1 << 30

// openState opens state.db, and makes it if it is not there. It gives bbolt's own
// descriptor, too: when there are no more of them the store goes on.
func openState(c *Config) (*bbolt.DB, *os.File, error) {
	path := filepath.Join(c.Dir, stateName)
	if err := os.Remove(filepath.Join(c.Dir, newName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := makeState(c, path); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	// Each time: who made the file may have died before its name was sure to last.
	if err := syncDir(c.Dir); err != nil {
		return nil, nil, err
	}
	if err := checkState(c, path); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	var file *os.File
	o := options(c, false)
	o.OpenFile = func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
		file, err = c.OpenFile(name, flag, mode)
		return file, err
	}
	db, err := bbolt.Open(path, 0o600, o)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, locked(err))
	}
	return db, file, nil
}

func options(c *Config, readOnly bool) *bbolt.Options {
	return &bbolt.Options{
		Timeout: time.Second, FreelistType: bbolt.FreelistMapType, InitialMmapSize: mapped,
		OpenFile: c.OpenFile, ReadOnly: readOnly, NoStatistics: true,
	}
}

func locked(err error) error {
	if errors.Is(err, berrors.ErrTimeout) {
		return store.ErrLocked
	}
	return err
}

// makeState makes the file under another name first: one that is there is whole.
func makeState(c *Config, path string) error {
	fresh := filepath.Join(c.Dir, newName)
	db, err := bbolt.Open(fresh, 0o600, options(c, false))
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range append([][]byte{visitorBucket, personBucket, linkBucket, graveBucket}, outboxBuckets[:]...) {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		meta, err := tx.CreateBucket(metaBucket)
		if err != nil {
			return err
		}
		secret := make([]byte, secretSize)
		rand.Read(secret) // never fails
		return errors.Join(meta.Put(secretKey, secret), meta.Put(formatKey, binary.BigEndian.AppendUint32(nil, format)))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// checkState reads the format, and changes nothing.
func checkState(c *Config, path string) error {
	db, err := bbolt.Open(path, 0o600, options(c, true))
	if err != nil {
		return locked(err)
	}
	err = db.View(func(tx *bbolt.Tx) error {
		meta := tx.Bucket(metaBucket)
		if meta == nil {
			return errors.New("not a store's file")
		}
		v := meta.Get(formatKey)
		if len(v) != 4 || len(meta.Get(secretKey)) != secretSize {
			return errors.New("damaged: no format or no secret")
		}
		if got := binary.BigEndian.Uint32(v); got != format {
			return fmt.Errorf("format %d not supported (have 1..%d): it is as it was", got, format)
		}
		return nil
	})
	return errors.Join(err, db.Close())
}
