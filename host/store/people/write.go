package people

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"go.etcd.io/bbolt"

	"github.com/profferhq/proffer/catalog/wire"
)

// batchSize bounds a transaction in bytes of keys and values: it is in memory, as is
// what bbolt makes of it, until it is on disk.
const batchSize = 8 << 20

// writing is the second half of an import: from sorted runs to a file, in order, so
// that no page is written twice.
type writing struct {
	*work
	in      *merge
	db      *bbolt.DB
	total   int64
	merged  int64 // entries that came
	loaded  int64 // of these, by a process before
	counts  [4]int64
	before  runReader // the entry before
	batch   []item
	size    int
	refused refusals
}

// item is what a batch writes.
type item struct {
	kind     byte
	key, val []byte
}

func (w *work) write(ctx context.Context) (err error) {
	x := &writing{work: w}
	for _, one := range w.state.Runs {
		x.total += one.Entries
	}
	if x.in, err = w.merge(); err != nil {
		return fmt.Errorf("people: %w", err)
	}
	defer func() { _ = x.in.close() }()
	x.db, err = bbolt.Open(filepath.Join(w.dir, loadFile), 0o600, &bbolt.Options{
		Timeout: lockWait, NoStatistics: true, FreelistType: bbolt.FreelistMapType,
	})
	if err == nil {
		err = x.db.Update(x.prepare)
	}
	if err == nil {
		err = x.load(ctx)
	}
	if x.db != nil {
		err = errors.Join(err, x.db.Close())
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrRefused):
		return err
	case ctx.Err() != nil:
		return fmt.Errorf("people: stopped: %w; the same import goes on where it was", err)
	}
	return fmt.Errorf("people: %w", err)
}

// prepare makes the buckets, and finds what a process before has written.
func (x *writing) prepare(tx *bbolt.Tx) error {
	for _, name := range [][]byte{bucketMeta, bucketCookies, bucketLinks, bucketPeople} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	x.loaded = int64(number(tx.Bucket(bucketMeta), "loaded"))
	return nil
}

func (x *writing) load(ctx context.Context) error {
	for err := error(nil); !errors.Is(err, io.EOF); err = x.in.next() {
		if err != nil {
			return err
		}
		if x.merged%tellEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			x.Progress(Progress{Writing: true, Lines: x.merged, Done: x.merged, Total: x.total})
		}
		if x.take(x.in.runs[0]) {
			break
		}
		if x.size >= batchSize {
			if err := x.commit(); err != nil {
				return err
			}
		}
	}
	if err := x.refused.err(); err != nil {
		return err
	}
	if err := x.commit(); err != nil {
		return err
	}
	x.result.Cookies, x.result.Links, x.result.People = x.counts[ofCookie], x.counts[ofLink], x.counts[ofPerson]
	return x.db.Update(x.finish)
}

// take takes an entry, and reports whether there is more wrong than is worth going
// on for.
func (x *writing) take(r *runReader) (full bool) {
	x.merged++
	if x.before.kind == r.kind && bytes.Equal(x.before.key, r.key) {
		return x.again(r)
	}
	b := &x.before
	b.kind, b.line, b.key, b.val = r.kind, r.line, append(b.key[:0], r.key...), append(b.val[:0], r.val...)
	x.counts[r.kind]++
	if x.merged > x.loaded && len(x.refused) == 0 {
		both := append(append(make([]byte, 0, len(r.key)+len(r.val)), r.key...), r.val...)
		x.batch = append(x.batch, item{r.kind, both[:len(r.key):len(r.key)], both[len(r.key):]})
		x.size += len(both)
	}
	return false
}

// again is an entry whose key has been there.
func (x *writing) again(r *runReader) (full bool) {
	switch {
	case r.kind == ofPerson:
		return x.refused.add(fmt.Sprintf("%s:%d: the key %s is on line %d already; which one holds?",
			x.Name, r.line, strconv.Quote(string(r.key)), x.before.line))
	case bytes.Equal(r.val, x.before.val):
		return false // the person is there twice, or lists the cookie twice
	}
	return x.refused.add(fmt.Sprintf("%s:%d: the cookie %s is listed for %s, and on line %d for %s; a browser can be one person's",
		x.Name, r.line, hex.EncodeToString(r.key), strconv.Quote(string(r.val)), x.before.line, strconv.Quote(string(x.before.val))))
}

// commit writes the batch.
func (x *writing) commit() error {
	if len(x.batch) == 0 {
		return nil
	}
	err := x.db.Update(func(tx *bbolt.Tx) error {
		buckets := [...]*bbolt.Bucket{ofCookie: tx.Bucket(bucketCookies), ofLink: tx.Bucket(bucketLinks), ofPerson: tx.Bucket(bucketPeople)}
		for _, b := range buckets[1:] {
			b.FillPercent = 1 // nothing is ever put between
		}
		for i := range x.batch {
			if err := buckets[x.batch[i].kind].Put(x.batch[i].key, x.batch[i].val); err != nil {
				return err
			}
		}
		return put(tx, "loaded", x.merged)
	})
	x.batch, x.size = x.batch[:0], 0
	return err
}

// finish writes what makes the file one that can be read.
func (x *writing) finish(tx *bbolt.Tx) error {
	return errors.Join(put(tx, "format", format), put(tx, "people", x.result.People),
		put(tx, "cookies", x.result.Cookies), put(tx, "links", x.result.Links))
}

// put writes a number into the meta bucket.
func put(tx *bbolt.Tx, name string, n int64) error {
	return tx.Bucket(bucketMeta).Put([]byte(name), wire.AppendUint(nil, uint64(n)))
}
