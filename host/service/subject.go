package service

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/profferhq/proffer/host/record"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/people"
	"github.com/profferhq/proffer/plugin/abi"
)

// Subjects are visitors and people in all places of this machine where something is
// kept of them.
type Subjects struct {
	State    store.Subjects
	People   *people.People
	Requests Requests
	Logger   *slog.Logger
}

// Requests are those that are recorded in a directory, if there is one.
type Requests struct {
	Dir    string
	Writer *record.Writer // nil: this process writes none
}

// held is of what is exported of a subject what leads to more.
type held struct {
	Alias    string   `json:"alias"`
	Visitors []string `json:"visitors"`
	Person   struct { // a visitor is linked to
		Source string `json:"source"`
		Key    string `json:"key"`
	} `json:"person"`
}

// Export writes all that is kept of a subject: one line of JSON, and of a person one
// more for each visitor that is linked to it.
func (s *Subjects) Export(ctx context.Context, who store.Subject, w io.Writer) error {
	line, err := s.line(ctx, who)
	if err != nil {
		return err
	}
	linked, err := s.linked(who, line)
	if err != nil {
		return err
	}
	if _, err := w.Write(line); err != nil {
		return err
	}
	for _, id := range linked {
		line, err := s.line(ctx, store.Subject{Visitor: id})
		if errors.Is(err, store.ErrUnknown) {
			continue
		}
		if err == nil {
			_, err = w.Write(line)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// line is what is kept of one subject.
func (s *Subjects) line(ctx context.Context, who store.Subject) ([]byte, error) {
	var out bytes.Buffer
	err := s.State.Export(ctx, who, &out)
	known := err == nil
	if err != nil && !errors.Is(err, store.ErrUnknown) {
		return nil, err
	}
	line := bytes.TrimSuffix(out.Bytes(), []byte("}\n"))
	if !known {
		line = nameOf(who)
	}
	for _, more := range []struct {
		name string
		of   func(store.Subject) (any, bool, error)
	}{
		{"cookies", s.cookies}, {"listed", s.listed}, {"requests", s.Requests.of},
	} {
		v, ok, err := more.of(who)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		text, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		known, line = true, append(fmt.Appendf(line, ",%q:", more.name), text...)
	}
	if !known {
		return nil, store.ErrUnknown
	}
	return append(line, "}\n"...), nil
}

// nameOf begins the line of a subject of whom the store has nothing.
func nameOf(who store.Subject) []byte {
	if who.Key == "" {
		return fmt.Appendf(nil, `{"visitor":"%x"`, who.Visitor)
	}
	name, _ := json.Marshal(map[string]string{"source": who.Source, "key": who.Key}) // of strings: never fails
	return append([]byte(`{"person":`), name...)
}

// cookies are the visitors that the people source lists for a person.
func (s *Subjects) cookies(who store.Subject) (any, bool, error) {
	if who.Key == "" {
		return nil, false, nil
	}
	ids, err := s.People.Cookies(who.Source, who.Key)
	var out []string
	for _, id := range ids {
		out = append(out, hex.EncodeToString(id[:]))
	}
	return out, len(out) > 0, err
}

// listed are the people for whom sources list a visitor, keys by their sources.
func (s *Subjects) listed(who store.Subject) (any, bool, error) {
	if who.Key != "" {
		return nil, false, nil
	}
	keys, err := s.People.Listed(who.Visitor)
	return keys, len(keys) > 0, err
}

// linked are the visitors of a person, by its line and by its source.
func (s *Subjects) linked(who store.Subject, line []byte) ([][abi.VisitorSize]byte, error) {
	if who.Key == "" {
		return nil, nil
	}
	ids, err := s.People.Cookies(who.Source, who.Key)
	if err != nil {
		return nil, err
	}
	var h held
	if err := json.Unmarshal(line, &h); err != nil && len(line) > 0 {
		return nil, err
	}
	for _, text := range h.Visitors {
		id, err := ParseVisitor(text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// ParseVisitor reads the id of a visitor.
func ParseVisitor(text string) (id [abi.VisitorSize]byte, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(id) {
		return id, fmt.Errorf("visitor %q is not %d hex digits", text, 2*len(id))
	}
	return [abi.VisitorSize]byte(b), nil
}

// of are the recorded requests that name a subject.
func (r Requests) of(who store.Subject) (any, bool, error) {
	if r.Dir == "" {
		return nil, false, nil
	}
	if r.Writer != nil {
		r.Writer.Flush()
	}
	var lines [][]byte
	var err error
	if who.Key == "" {
		lines, err = record.OfVisitor(r.Dir, who.Visitor)
	} else {
		lines, err = record.OfPerson(r.Dir, who.Source, who.Key)
	}
	var out []json.RawMessage
	for _, l := range lines {
		out = append(out, l)
	}
	return out, len(out) > 0, err
}

// erase takes the requests away that name a subject, and tells how many.
func (r Requests) erase(who store.Subject) (int, error) {
	switch {
	case r.Dir == "":
		return 0, nil
	case r.Writer == nil && who.Key == "":
		return record.Erase(r.Dir, who.Visitor)
	case r.Writer == nil:
		return record.ErasePerson(r.Dir, who.Source, who.Key)
	case who.Key == "":
		return r.Writer.Erase(who.Visitor)
	}
	return r.Writer.ErasePerson(who.Source, who.Key)
}

// eraseLinked takes the requests away that tell what an erased visitor was shown
// where another visitor of the same person was decided about.
func (r Requests) eraseLinked(source, key string) (int, error) {
	switch {
	case r.Dir == "" || key == "":
		return 0, nil
	case r.Writer == nil:
		return record.EraseLinked(r.Dir, source, key)
	}
	return r.Writer.EraseLinked(source, key)
}
