package events

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Period is a span of time in milliseconds since 1970, without its end.
type Period struct{ From, To int64 }

// always is the period of every event.
var always = Period{1, maxTime}

// Days is the period from a day's beginning to another day's end, on the clocks
// of a zone. An empty text is no bound.
func Days(from, to string, zone *time.Location) (Period, error) {
	p := always
	if from != "" {
		t, err := time.ParseInLocation(dayForm, from, zone)
		if err != nil {
			return p, fmt.Errorf("%q is not a day like 2026-11-27", from)
		}
		p.From = max(p.From, t.UnixMilli())
	}
	if to != "" {
		t, err := time.ParseInLocation(dayForm, to, zone)
		if err != nil {
			return p, fmt.Errorf("%q is not a day like 2026-11-27", to)
		}
		p.To = min(p.To, t.AddDate(0, 0, 1).UnixMilli())
	}
	if p.From >= p.To {
		return p, fmt.Errorf("the first day, %s, is after the last, %s", from, to)
	}
	return p, nil
}

// holds reports whether a time is in the period.
func (p Period) holds(ms int64) bool { return ms >= p.From && ms < p.To }

// meets reports whether events of a file may be in the period.
func (p Period) meets(f *file) bool {
	day, err := time.Parse(dayForm, f.day)
	return err == nil && day.UnixMilli() < p.To && day.AddDate(0, 0, 1).UnixMilli() > p.From
}

// Skipped are lines that were not understood.
type Skipped struct {
	Lines int
	First string // where the first is, and what is wrong with it
}

func (s *Skipped) add(where string, number int, err error) {
	if s.Lines++; s.Lines == 1 {
		s.First = fmt.Sprintf("%s:%d: %v", where, number, err)
	}
}

// errLong is what is wrong with a line that is passed over.
var errLong = errors.New("longer than 1 MiB")

// Read gives the events of a period that a directory holds, day by day, and
// within a day in the order in which they were written. What it gives is good
// until the next one. It ends at the first error of each, and gives it back.
func Read(dir string, p Period, each func(*Event) error) (skipped Skipped, err error) {
	files, err := list(dir)
	if err != nil {
		return skipped, err
	}
	for i := range files {
		if !p.meets(&files[i]) {
			continue
		}
		if err := readFile(&files[i], p, &skipped, each); err != nil {
			return skipped, err
		}
	}
	return skipped, nil
}

func readFile(f *file, p Period, skipped *Skipped, each func(*Event) error) error {
	in, err := os.Open(f.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil // it was too old, and a proxy has removed it meanwhile
	}
	if err != nil {
		return err
	}
	defer in.Close()
	return readLines(in, f.base(), p, skipped, each)
}

// readLines gives the events of a file's lines.
func readLines(in io.Reader, base string, p Period, skipped *Skipped, each func(*Event) error) error {
	for l := newLines(in); ; {
		one, err := l.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		e, err := ParseJSON(one.text)
		switch {
		case one.long:
			skipped.add(base, l.number, errLong)
		case err != nil && one.ended:
			skipped.add(base, l.number, err)
		case err == nil && p.holds(e.Time):
			if err := each(&e); err != nil {
				return err
			}
		}
	}
}
