package people

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/profferhq/proffer/catalog/wire"
)

// lockWait is how long an open waits for other processes, of which each holds a
// file for the time of one look-up, or of one erasure.
const lockWait = time.Second

// file is one import in force. Where it cannot be read, err says why.
type file struct {
	path string
	info os.FileInfo // of what was opened
	db   *bbolt.DB
	own  *os.File // the database's
	err  error
	busy bool // err is that another process has it
}

// open opens a file; what is wrong with it is the file's err. One that may be
// erased from is locked for that, and then shared with who only reads.
func open(path string, erasing bool) *file {
	f := &file{path: path}
	if f.err = f.try(erasing); f.err == nil {
		return f
	}
	switch {
	case f.db != nil:
		_ = f.db.Close()
		f.db = nil
	case f.own != nil:
		_ = f.own.Close() // of a database that was not opened, or half
	}
	return f
}

func (f *file) try(erasing bool) (err error) {
	defer f.guard(&err)()
	f.db, err = bbolt.Open(f.path, 0o600, &bbolt.Options{
		ReadOnly:     !erasing,
		Timeout:      lockWait,
		NoStatistics: true,
		FreelistType: bbolt.FreelistMapType,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			own, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
			if err != nil {
				return nil, err
			}
			if f.info, err = own.Stat(); err == nil && f.info.Size() == 0 {
				err = errors.New("it is empty")
			}
			if err != nil {
				return nil, errors.Join(err, own.Close())
			}
			f.own = own
			return own, nil
		},
	})
	if errors.Is(err, berrors.ErrTimeout) {
		f.busy = true
		return fmt.Errorf("people: %s: another process has it: %w", f.path, err)
	}
	if err != nil {
		return f.damage(err)
	}
	if erasing {
		if err := share(f.own); err != nil {
			return fmt.Errorf("people: %s: %w", f.path, err)
		}
	}
	return f.db.View(f.check)
}

// check refuses a file that is cut short, or of another format. A whole check would
// read the file from end to end; entries are checked one by one as they are read.
func (f *file) check(tx *bbolt.Tx) error {
	if have, want := f.info.Size(), tx.Size(); have < want {
		return f.damage(fmt.Errorf("it has %d of %d bytes", have, want))
	}
	meta := tx.Bucket(bucketMeta)
	if meta == nil || tx.Bucket(bucketPeople) == nil || tx.Bucket(bucketCookies) == nil || tx.Bucket(bucketLinks) == nil {
		return f.damage(errors.New("it is no file of people"))
	}
	if have := number(meta, "format"); have != format {
		return fmt.Errorf("people: %s has format %d, and this program reads %d; import the source again", f.path, have, format)
	}
	return nil
}

// number is an entry of the meta bucket.
func number(meta *bbolt.Bucket, name string) uint64 {
	c := wire.NewCursor(meta.Get([]byte(name)))
	return c.Uint()
}

func (f *file) damage(err error) error {
	return fmt.Errorf("people: %s is damaged: %w; import the source again", f.path, err)
}

// guard makes an error of what bbolt panics with where pages do not hold what they
// should, and of the fault of reading what the file does not have any more.
func (f *file) guard(err *error) func() {
	before := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(before)
		if r := recover(); r != nil {
			*err = f.damage(fmt.Errorf("%v", r))
		}
	}
}

// view reads in one transaction.
func (f *file) view(read func(*bbolt.Tx) error) (err error) {
	if f.err != nil {
		return f.err
	}
	defer f.guard(&err)()
	return f.db.View(read)
}

// change writes in one transaction, alone with the file among processes.
func (f *file) change(write func(*bbolt.DB) error) (err error) {
	if f.err != nil {
		return f.err
	}
	if err := claim(f.own); err != nil {
		return fmt.Errorf("people: %s: %w", f.path, err)
	}
	defer func() { err = errors.Join(err, share(f.own)) }()
	defer f.guard(&err)()
	return write(f.db)
}

func (f *file) close() error {
	if f.db == nil {
		return nil
	}
	return f.db.Close()
}
