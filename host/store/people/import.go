package people

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/seal"
)

// Import is one import of a source: people as lines of JSON (see
// [document.ParsePerson]), which become the source's only content. No key and no
// cookie may be there twice.
type Import struct {
	Dir    string // of the store; it is made if it is not there
	Source string
	Name   string    // of the input, for messages
	Input  io.Reader // one that is an io.Seeker can be gone on with after a break

	Keys     *seal.Keyring  // whose cookie keys' link hashes are indexed; nil: none
	Schema   *Schema        // that attributes must be of; nil: any
	Restart  bool           // drop what an import that broke off has got to
	Progress func(Progress) // called often; nil: nobody wants to know
	Run      int            // bytes that are sorted in memory at once; 0: 32 MiB
}

// Progress says how far an import is.
type Progress struct {
	Writing bool  // the lines have all been read
	Lines   int64 // that were read; while writing, entries that were written
	Done    int64 // bytes of the input, or entries
	Total   int64 // of these; 0: not known
}

// Imported is what became of an import.
type Imported struct {
	Lines   int64 // of the input
	Resumed int64 // of these: read by an import that broke off
	People  int64
	Cookies int64
	Links   int64
}

// runSize is what is sorted in memory at once. With its index, and the same again
// that the collector has not got to, it stays under 100 MB; a million people make
// seven runs.
const runSize = 32 << 20

// ErrRefused is an input that was refused; what was in force is so still.
var ErrRefused = errors.New("people: refused")

// Do imports. Where it does not come to its end, the source's file is what it was;
// if it broke off (ctx was cancelled, the process killed), the same import goes on
// where it was, as long as the input begins as it did. On a full disk it gives back
// what it has taken, with store.ErrFull.
func (i Import) Do(ctx context.Context) (Imported, error) {
	if problem := author.NameProblem(i.Source); problem != "" {
		return Imported{}, fmt.Errorf("people: %q cannot name a source: %s", i.Source, problem)
	}
	if i.Run == 0 {
		i.Run = runSize
	}
	if i.Progress == nil {
		i.Progress = func(Progress) {}
	}
	dir := filepath.Join(i.Dir, folder)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Imported{}, fmt.Errorf("people: %w", err)
	}
	base := filepath.Join(dir, i.Source)
	own, ok, err := lock(base + ".lock")
	if err != nil {
		return Imported{}, fmt.Errorf("people: %w", err)
	}
	if !ok {
		return Imported{}, fmt.Errorf("people: another import of source %q is under way in %s; wait for its end: %w", i.Source, i.Dir, store.ErrLocked)
	}
	defer func() { _ = unlock(own) }() // it holds nothing but the lock
	w := &work{Import: i, dir: base + ".new", final: base + ".db"}
	err = w.do(ctx)
	if errors.Is(err, syscall.ENOSPC) {
		err = w.full(err)
	}
	if err != nil {
		return Imported{}, err
	}
	return w.result, nil
}

// full gives back what the import has taken of a disk that others need, too.
func (w *work) full(err error) error {
	return errors.Join(fmt.Errorf("%w for the import of source %q, nothing was changed; an import takes up to three times its file's size while it runs: %w",
		store.ErrFull, w.Source, err), os.RemoveAll(w.dir))
}

// work is an import under way.
type work struct {
	Import
	dir    string // what it has got to
	final  string
	state  state
	sum    hash.Hash // of the input up to the end of the last run, where it is known
	links  []link
	result Imported
}

// link is a key that links are made with.
type link struct {
	id  uint8
	mac *seal.MAC
}

func (w *work) do(ctx context.Context) error {
	for id := range 256 {
		if mac, ok := w.Keys.Find(seal.UseCookie, uint8(id)); ok {
			w.links = append(w.links, link{uint8(id), mac})
		}
	}
	if err := w.resume(); err != nil {
		return fmt.Errorf("people: %w", err)
	}
	if err := w.read(ctx); err != nil {
		return err
	}
	if err := w.write(ctx); err != nil {
		return err
	}
	return w.publish()
}

// settings stands for all that makes the same lines other entries. It has no secret:
// of a key, it has what a cookie shows.
func (w *work) settings() string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %q", format, w.Source)
	for _, l := range w.links {
		fmt.Fprintf(h, " %d %x", l.id, linkHash(l.mac, w.Source, ""))
	}
	if w.Schema != nil {
		fmt.Fprintf(h, " schema %x", w.Schema.hash)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// publish replaces the source's file and removes what the import was made of.
func (w *work) publish() error {
	err := os.Rename(filepath.Join(w.dir, loadFile), w.final)
	if err == nil {
		err = syncDir(filepath.Dir(w.final))
	}
	if err == nil {
		err = os.RemoveAll(w.dir)
	}
	if err != nil {
		return fmt.Errorf("people: %w", err)
	}
	return nil
}

func syncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// refusals collects what is wrong with the input, up to some.
type refusals []string

// maxRefusals are enough to see what is wrong, and few enough to be read.
const maxRefusals = 10

func (r *refusals) add(text string) (full bool) {
	*r = append(*r, text)
	return len(*r) >= maxRefusals
}

func (r refusals) err() error {
	if len(r) == 0 {
		return nil
	}
	rest := ""
	if len(r) == maxRefusals {
		rest = "\nthere may be more"
	}
	return fmt.Errorf("%w, nothing was changed:\n%s%s", ErrRefused, strings.Join(r, "\n"), rest)
}
