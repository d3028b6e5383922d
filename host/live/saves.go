package live

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Saves notes when a file, or one of a directory, is saved.
type Saves struct {
	Modes bool // a change of who may read it is a save, too

	watcher *fsnotify.Watcher
	only    []string // the names of what is one file
}

// Watch begins to note saves; it comes before the first load, so that none
// falls between the two. Directories are watched, not files: most editors save
// by renaming. A file need not be there yet. Where it is a link, what it leads to
// is watched, too.
func Watch(path string) (*Saves, error) {
	s := &Saves{}
	dirs := []string{path}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		dirs, s.only = places(path)
	}
	var err error
	if s.watcher, err = fsnotify.NewWatcher(); err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		if err := s.watcher.Add(dir); err != nil {
			return nil, errors.Join(err, s.watcher.Close())
		}
	}
	return s, nil
}

// mounted is the link that Kubernetes turns when a mounted secret or map of
// settings changes; the files are links through it.
const mounted = "..data"

// places are the directories and the names under which a file is saved.
func places(file string) (dirs, names []string) {
	dirs, names = []string{filepath.Dir(file)}, []string{filepath.Base(file), mounted}
	if target, err := filepath.EvalSymlinks(file); err == nil {
		dirs, names = append(dirs, filepath.Dir(target)), append(names, filepath.Base(target))
	}
	return dirs, names
}

// Close ends the watching.
func (s *Saves) Close() { _ = s.watcher.Close() }

// settleTime is how long a file must be left alone before it is read: editors
// write it in several steps.
const settleTime = 100 * time.Millisecond

// Follow calls changed after every save until ctx ends.
func (s *Saves) Follow(ctx context.Context, logger *slog.Logger, changed func()) {
	settle := time.NewTimer(time.Hour)
	settle.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-s.watcher.Events:
			if !ok {
				return
			}
			if s.relevant(e) {
				settle.Reset(settleTime)
			}
		case err, ok := <-s.watcher.Errors:
			if !ok {
				return
			}
			logger.Warn("watching files", "error", err)
			settle.Reset(settleTime)
		case <-settle.C:
			changed()
		}
	}
}

func (s *Saves) relevant(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod && !s.Modes {
		return false
	}
	name := filepath.Base(e.Name)
	if s.only != nil {
		return slices.Contains(s.only, name)
	}
	return !strings.HasPrefix(name, ".")
}
