package events

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Imported is what became of a log.
type Imported struct {
	Lines      int  // that the log has
	Events     int  // that were understood
	Added      int  // of these
	Known      int  // of these: they were in the directory, or came before
	Skipped         // that were not understood
	Unfinished bool // the log's last line has no end, and an event stands at it
}

// maxDays bounds how many days a log can have events of: ten years, far above
// any log's, and each is a file.
const maxDays = 3660

// Import takes the event lines out of a log, whatever stands around them, or
// events out of files that a [Log] has written, and adds to a directory what it
// does not hold yet. So it does not matter how often a log is read, or in how
// many parts.
//
// An event at the end of a log that breaks off is left for the next time: it may
// be half of one. Memory is for each event of the days that the log touches,
// some 100 bytes. Nothing shows in the directory before the log has been read.
func Import(dir, name string, log io.Reader) (Imported, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Imported{}, err
	}
	own, err := lock(dir, ".import.lock")
	if err != nil {
		return Imported{}, err
	}
	defer own.Close()
	i := &importing{dir: dir, days: map[string]*importedDay{}}
	if err := i.clean(); err != nil {
		return Imported{}, err
	}
	err = i.read(name, log)
	if err == nil {
		err = i.publish()
	}
	return i.result, errors.Join(err, i.clean())
}

type importing struct {
	dir    string
	days   map[string]*importedDay
	result Imported
}

// importedDay is what is known of a day, and what is new.
type importedDay struct {
	known map[digest]struct{}
	added []byte // not in the temporary file yet
	file  bool   // there is one
}

// digest stands for an event.
type digest [16]byte

func (d *importedDay) add(line []byte) (fresh bool) {
	sum := sha256.Sum256(line)
	key := digest(sum[:16])
	if _, ok := d.known[key]; ok {
		return false
	}
	d.known[key] = struct{}{}
	return true
}

func (i *importing) read(name string, log io.Reader) error {
	for l := newLines(log); ; {
		one, err := l.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		i.result.Lines++
		if one.long {
			i.result.Skipped.add(name, l.number, errLong)
			continue
		}
		if err := i.line(name, l.number, one); err != nil {
			return err
		}
	}
}

// line takes the events of a line.
func (i *importing) line(name string, number int, one line) (err error) {
	if isOwn(one.text) {
		return i.own(name, number, one)
	}
	find(one.text, func(f found) {
		switch {
		case f.last && !one.ended:
			i.result.Unfinished = true
		case f.err != nil:
			i.result.Skipped.add(name, number, f.err)
		default:
			err = errors.Join(err, i.add(&f.event))
		}
	})
	return err
}

// isOwn reports whether a line looks like one that a Log has written.
func isOwn(text string) bool {
	return strings.HasPrefix(text, `{"time":"`) &&
		(strings.Contains(text, `"proposition":"`) || strings.Contains(text, `"event":"erased"`))
}

// own takes a line of a file that a Log has written.
func (i *importing) own(name string, number int, one line) error {
	e, err := ParseJSON(one.text)
	switch {
	case err == nil:
		return i.add(&e)
	case one.ended:
		i.result.Skipped.add(name, number, err)
	default:
		i.result.Unfinished = true
	}
	return nil
}

func (i *importing) add(e *Event) error {
	i.result.Events++
	d, err := i.day(dayOf(e.Time))
	if err != nil {
		return err
	}
	start := len(d.added)
	d.added = e.AppendJSON(d.added)
	if !d.add(d.added[start:]) {
		d.added = d.added[:start]
		i.result.Known++
		return nil
	}
	i.result.Added++
	if d.added = append(d.added, '\n'); len(d.added) >= chunk {
		return i.spill(dayOf(e.Time), d)
	}
	return nil
}

// day knows what the directory holds of a day.
func (i *importing) day(day string) (*importedDay, error) {
	if d := i.days[day]; d != nil {
		return d, nil
	}
	if len(i.days) >= maxDays {
		return nil, fmt.Errorf("the log has events of more than %d days", maxDays)
	}
	d := &importedDay{known: map[digest]struct{}{}}
	i.days[day] = d
	files, err := list(i.dir)
	if err != nil {
		return nil, err
	}
	var passed Skipped // they are no events that the log could have, too
	var room []byte
	for n := range files {
		if files[n].day != day {
			continue
		}
		err := readFile(&files[n], always, &passed, func(e *Event) error {
			room = e.AppendJSON(room[:0])
			d.add(room)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return d, nil
}

const temporaryMark = ".import-"

// temporary is the name of a day's file until the whole log has been read.
func (i *importing) temporary(day string) string { return filepath.Join(i.dir, temporaryMark+day) }

// spill moves a day's new events into its temporary file.
func (i *importing) spill(day string, d *importedDay) error {
	f, err := os.OpenFile(i.temporary(day), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(d.added)
	d.added, d.file = d.added[:0], true
	return errors.Join(err, f.Sync(), f.Close())
}

// publish gives the days' files their names.
func (i *importing) publish() error {
	for day, d := range i.days {
		if len(d.added) > 0 {
			if err := i.spill(day, d); err != nil {
				return err
			}
		}
		if !d.file {
			continue
		}
		files, err := list(i.dir)
		if err != nil {
			return err
		}
		last, _ := newest(files, day, true)
		if err := os.Rename(i.temporary(day), newFile(i.dir, day, true, last.number+1).path); err != nil {
			return err
		}
	}
	return syncDir(i.dir)
}

// clean removes what an import that broke off has left.
func (i *importing) clean() error {
	entries, err := os.ReadDir(i.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), temporaryMark) {
			err = errors.Join(err, os.Remove(filepath.Join(i.dir, e.Name())))
		}
	}
	return err
}
