package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// saves notes when a file, or one of a directory, is saved.
type saves struct {
	watcher *fsnotify.Watcher
	only    string // the name of what is one file
}

// watchSaves begins to note saves; it comes before the first load, so that none
// falls between the two. Directories are watched, not files: most editors save
// by renaming. A file need not be there yet.
func watchSaves(path string) (*saves, error) {
	s := &saves{}
	dir := path
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		dir, s.only = filepath.Dir(path), filepath.Base(path)
	}
	var err error
	if s.watcher, err = fsnotify.NewWatcher(); err != nil {
		return nil, err
	}
	if err := s.watcher.Add(dir); err != nil {
		return nil, errors.Join(err, s.watcher.Close())
	}
	return s, nil
}

func (s *saves) close() { _ = s.watcher.Close() }

// settleTime is how long a file must be left alone before it is read: editors
// write it in several steps.
const settleTime = 100 * time.Millisecond

// follow calls changed after every save until ctx ends.
func (s *saves) follow(ctx context.Context, logger *slog.Logger, changed func()) {
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

func (s *saves) relevant(e fsnotify.Event) bool {
	name := filepath.Base(e.Name)
	if s.only != "" {
		return e.Op != fsnotify.Chmod && name == s.only
	}
	return e.Op != fsnotify.Chmod && !strings.HasPrefix(name, ".")
}
