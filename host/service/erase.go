package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/profferhq/proffer/host/store"
)

// Erased is what has gone with a subject.
type Erased struct {
	alias     string // of it, in events; empty: it had none
	visitors  int    // of a person
	requests  int    // recorded
	unstopped string // folder of an import that may bring the person back, or empty
}

// String says it in the words of who asked for it.
func (e Erased) String() string {
	text := "erased"
	if e.alias != "" {
		text += ", in events " + e.alias
	}
	text += fmt.Sprintf(", with %d linked visitors and %d recorded requests\n", e.visitors, e.requests)
	if e.unstopped != "" {
		text += "An import of this source is not finished: " + e.unstopped + " may still name the person. Leave the person out of its file, and import that.\n"
	}
	return text
}

// Erase removes all that is kept of a subject, of a person with the visitors that
// are linked to it. After an error it goes on with what is left, and can be asked
// again. [store.ErrUnknown] says that there was nothing; a visitor's cookie is a
// stranger's from then on in any case.
func (s *Subjects) Erase(ctx context.Context, who store.Subject) (gone Erased, err error) {
	var line bytes.Buffer
	err = s.State.Export(ctx, who, &line)
	known := !errors.Is(err, store.ErrUnknown) // what is damaged is there
	var h held
	_ = json.Unmarshal(line.Bytes(), &h) // of what is damaged nobody knows the alias
	gone.alias = h.Alias
	linked, err := s.linked(who, line.Bytes())
	listed, failed := s.unlist(who, &gone)
	errs := []error{err, failed}
	if who.Key == "" {
		n, err := s.Requests.eraseLinked(h.Person.Source, h.Person.Key)
		gone.requests += n
		errs = append(errs, err)
	}
	for _, one := range append([]store.Subject{who}, visitorsOf(linked)...) {
		if err := s.State.Erase(ctx, one); !errors.Is(err, store.ErrUnknown) {
			errs = append(errs, err)
		}
		n, err := s.Requests.erase(one)
		gone.requests += n
		errs = append(errs, err)
	}
	gone.visitors = len(linked)
	if err := errors.Join(errs...); err != nil {
		s.Logger.Error("not erased everywhere", "alias", gone.alias, "error", err)
		return gone, fmt.Errorf("not erased everywhere, ask again: %w", err)
	}
	if !known && !listed && gone.requests == 0 {
		return gone, store.ErrUnknown
	}
	s.Logger.Info("erased", "alias", gone.alias, "visitors", gone.visitors, "requests", gone.requests)
	return gone, nil
}

// unlist takes a subject out of the people sources, and reports whether it was in one:
// first of all, so that nobody is taken for the person meanwhile.
func (s *Subjects) unlist(who store.Subject, gone *Erased) (bool, error) {
	if who.Key == "" {
		return s.People.Unlist(who.Visitor)
	}
	gone.unstopped = s.People.Unfinished(who.Source)
	return s.People.Erase(who.Source, who.Key)
}

func visitorsOf(ids [][16]byte) (out []store.Subject) {
	for _, id := range ids {
		out = append(out, store.Subject{Visitor: id})
	}
	return out
}
