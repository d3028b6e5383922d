package people

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/host/store"
)

// folder is that of people in a store's directory.
const folder = "people"

// watchEvery is how often replaced files are looked for: well within the second
// that is promised, and a directory with its few files costs 17 µs.
const watchEvery = 250 * time.Millisecond

// People are the people sources of a store. It is safe for concurrent use.
type People struct {
	dir  string
	stop chan struct{}
	done chan struct{}

	refreshing sync.Mutex // one at a time

	mu      sync.RWMutex
	sources map[string]*source // nil: closed
}

// source is one of them. Who reads its file holds mu.
type source struct {
	mu   sync.RWMutex
	file *file
}

// Open opens the people of a store's directory, of which there need not be any
// yet. A source whose file cannot be read does not keep the others from being
// read: see [People.Err]. Files that imports bring are noticed within a second.
func Open(dir string) (*People, error) {
	p := &People{
		dir:     filepath.Join(dir, folder),
		stop:    make(chan struct{}),
		done:    make(chan struct{}),
		sources: map[string]*source{},
	}
	if err := p.refresh(); err != nil {
		return nil, err
	}
	go p.watch()
	return p, nil
}

func (p *People) watch() {
	defer close(p.done)
	t := time.NewTicker(watchEvery)
	defer t.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-t.C:
			_ = p.refresh() // what was read last stays, and the next one tries again
		}
	}
}

// refresh goes over to files that have been replaced, and takes in new ones.
func (p *People) refresh() error {
	p.refreshing.Lock()
	defer p.refreshing.Unlock()
	found, err := os.ReadDir(p.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("people: %w", err)
	}
	gone := p.names()
	for _, one := range found {
		name, ok := strings.CutSuffix(one.Name(), ".db")
		if !ok || author.NameProblem(name) != "" {
			continue
		}
		delete(gone, name)
		p.renew(name)
	}
	for name := range gone {
		p.put(name, nil)
	}
	return nil
}

func (p *People) names() map[string]bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	names := make(map[string]bool, len(p.sources))
	for name := range p.sources {
		names[name] = true
	}
	return names
}

// renew opens a source's file if it is another than the one that is open, or if
// another process had that.
func (p *People) renew(name string) {
	path := filepath.Join(p.dir, name+".db")
	s, _ := p.source(name)
	if s != nil && !s.file.busy && same(s.file, path) {
		return
	}
	p.put(name, open(path, true))
}

// same reports whether a path leads to the file that is open, or to the one that is
// damaged and has not been mended since.
func same(f *file, path string) bool {
	info, err := os.Stat(path)
	return err == nil && f.info != nil && os.SameFile(info, f.info) &&
		(f.err == nil || info.ModTime().Equal(f.info.ModTime()))
}

// put gives a source another file, or none, and closes the old one when its
// readers are through.
func (p *People) put(name string, f *file) {
	p.mu.Lock()
	s, closed := p.sources[name], p.sources == nil
	switch {
	case closed:
	case f == nil:
		delete(p.sources, name)
	case s == nil:
		p.sources[name] = &source{file: f}
	}
	p.mu.Unlock()
	old := f // closed meanwhile: nobody is to have it
	if !closed {
		if old = s.replace(f); old == f {
			return
		}
	}
	if old != nil {
		_ = old.close() // it was only read from
	}
}

// replace gives the file that was there; the new one itself if there was none.
func (s *source) replace(f *file) *file {
	if s == nil {
		return f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.file
	if f == nil {
		f = &file{path: old.path, err: errGone}
	}
	s.file = f
	return old
}

// errGone is what a look-up has that began before its source was removed.
var errGone = errors.New("people: the source was removed")

// source is that of a name; nil if there is none.
func (p *People) source(name string) (*source, error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.sources == nil {
		return nil, store.ErrClosed
	}
	return p.sources[name], nil
}

// view reads a source's file; where there is no such source, it does not.
func (p *People) view(name string, read func(*bbolt.Tx) error) error {
	s, err := p.source(name)
	if s == nil || err != nil {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.file.view(read)
}

// Err says which sources cannot be read, and why; nil if all can.
func (p *People) Err() error {
	var errs []error
	for name := range p.names() {
		s, err := p.source(name)
		if err == nil && s != nil {
			s.mu.RLock()
			err = s.file.err
			s.mu.RUnlock()
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Close ends look-ups. It waits for those under way.
func (p *People) Close() error {
	p.mu.Lock()
	sources := p.sources
	p.sources = nil
	p.mu.Unlock()
	if sources == nil {
		return nil
	}
	close(p.stop)
	<-p.done
	p.refreshing.Lock() // nobody replaces a file from here on
	defer p.refreshing.Unlock()
	var errs []error
	for _, s := range sources {
		s.mu.Lock()
		errs = append(errs, s.file.close())
		s.file = &file{path: s.file.path, err: store.ErrClosed}
		s.mu.Unlock()
	}
	return errors.Join(errs...)
}
