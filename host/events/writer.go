package events

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// chunk is how much is written at once, in bytes.
const chunk = 64 << 10

// writer turns lines into the lines of files. It is one goroutine's.
type writer struct {
	files    files
	subjects bool
	metrics  *metrics
	losses   *losses

	out   []byte        // events of one day in the files' form
	kinds [numKinds]int // of them
}

// write writes lines, and puts them on the disk if they are to be durable. What
// is malformed is lost without an error: nobody can do better the next time.
func (w *writer) write(lines []byte, durable bool, now time.Time) error {
	w.prune(now)
	var errs error
	day := ""
	for len(lines) > 0 {
		var text []byte
		text, lines, _ = bytes.Cut(lines, []byte("\n"))
		e, err := w.parse(string(text))
		if err != nil {
			w.losses.add(byForm, 1, err)
			continue
		}
		if next := dayOf(e.Time); next != day || len(w.out) >= chunk {
			errs = errors.Join(errs, w.flush(day))
			day = next
		}
		w.out = append(e.AppendJSON(w.out), '\n')
		w.kinds[e.Kind]++
	}
	errs = errors.Join(errs, w.flush(day))
	if durable && errs == nil {
		errs = w.files.sync()
	}
	if errs != nil {
		return fmt.Errorf("events: %w", errs)
	}
	return nil
}

// errNobody is what is wrong with an erased line of a module.
var errNobody = errors.New("a subject was erased, and there is no store")

// parse reads a line. Only a store may say whose event it is.
func (w *writer) parse(text string) (Event, error) {
	e, err := ParseLine(text)
	switch {
	case w.subjects || err != nil:
		return e, err
	case e.Kind == Erased:
		return e, errNobody
	}
	e.Subject = ""
	return e, nil
}

// prune removes what is too old. Events are written all the same if it cannot.
func (w *writer) prune(now time.Time) {
	if err := w.files.prune(now); err != nil {
		w.losses.add(byWrite, 0, err)
	}
}

// flush writes what is ready to a day's file.
func (w *writer) flush(day string) error {
	if len(w.out) == 0 {
		return nil
	}
	err := w.files.append(day, w.out)
	lost := 0
	for k, n := range w.kinds {
		if err == nil {
			w.metrics.written[k].Add(float64(n))
		}
		lost += n
	}
	if err != nil {
		w.losses.add(byWrite, lost, err)
	}
	w.out, w.kinds = w.out[:0], [numKinds]int{}
	return err
}

// end closes the file.
func (w *writer) end() {
	if err := w.files.close(); err != nil {
		w.losses.add(byWrite, 0, err)
	}
}
