package events

import (
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// ring keeps the last events.
type ring struct {
	room  int
	list  []Event
	first int
}

func (r *ring) add(e *Event) error {
	if len(r.list) < r.room {
		r.list = append(r.list, *e)
		return nil
	}
	r.list[r.first] = *e
	r.first = (r.first + 1) % r.room
	return nil
}

func (r *ring) events() []Event {
	return append(append([]Event{}, r.list[r.first:]...), r.list[:r.first]...)
}

// pause is how often Follow looks for new events. Files are polled, for not
// every file system tells.
const pause = 200 * time.Millisecond

// Follower gives what is added to a directory.
type Follower struct {
	dir string
	at  map[string]int64 // where the lines begin that were not given yet
}

// NewFollower begins at the end of what the directory holds now.
func NewFollower(dir string) (*Follower, error) {
	f := &Follower{dir, map[string]int64{}}
	return f, f.look(func(file *file) error {
		in, err := os.Open(file.path)
		if err != nil {
			return err
		}
		defer in.Close()
		info, err := in.Stat()
		if err != nil {
			return err
		}
		f.at[file.path], err = wholeLines(in, info.Size())
		return err
	})
}

// Last gives the last n events of what the directory held when the follower was
// made, in the order of its files.
func (f *Follower) Last(n int, each func(*Event) error) (skipped Skipped, err error) {
	files, err := list(f.dir)
	if err != nil {
		return skipped, err
	}
	var last []Event
	for i := len(files) - 1; i >= 0 && len(last) < n; i-- {
		more := ring{room: n - len(last)}
		if err := f.upTo(&files[i], &skipped, more.add); err != nil {
			return skipped, err
		}
		last = append(more.events(), last...)
	}
	for i := range last {
		if err := each(&last[i]); err != nil {
			return skipped, err
		}
	}
	return skipped, nil
}

// upTo gives what a file held when the follower was made.
func (f *Follower) upTo(file *file, skipped *Skipped, each func(*Event) error) error {
	in, err := os.Open(file.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	return readLines(io.LimitReader(in, f.at[file.path]), file.base(), always, skipped, each)
}

// Follow gives events as they come until ctx ends. Lines that are no events are
// passed over.
func (f *Follower) Follow(ctx context.Context, each func(*Event) error) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		err := f.look(func(file *file) error { return f.more(file, each) })
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// look goes through the files. One that is removed meanwhile is none.
func (f *Follower) look(each func(*file) error) error {
	files, err := list(f.dir)
	if err != nil {
		return err
	}
	for i := range files {
		if err := each(&files[i]); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// more gives the whole lines that a file has got.
func (f *Follower) more(file *file, each func(*Event) error) error {
	info, err := os.Stat(file.path)
	if err != nil || info.Size() <= f.at[file.path] {
		return err
	}
	in, err := os.Open(file.path)
	if err != nil {
		return err
	}
	defer in.Close()
	if _, err := in.Seek(f.at[file.path], io.SeekStart); err != nil {
		return err
	}
	for l := newLines(in); ; {
		start := l.read
		one, err := l.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !one.ended {
			return nil
		}
		f.at[file.path] += l.read - start
		e, err := ParseJSON(one.text)
		if err != nil {
			continue
		}
		if err := each(&e); err != nil {
			return err
		}
	}
}
