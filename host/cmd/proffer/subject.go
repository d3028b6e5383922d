package main

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

// subjects are visitors and people in all places of this machine where something is
// kept of them.
type subjects struct {
	state    store.Subjects
	people   *people.People
	requests requests
	logger   *slog.Logger
}

// requests are those that are recorded in a directory, if there is one.
type requests struct {
	dir    string
	writer *record.Writer // nil: this process writes none
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

// export writes all that is kept of a subject: one line of JSON, and of a person one
// more for each visitor that is linked to it.
func (s *subjects) export(ctx context.Context, who store.Subject, w io.Writer) error {
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
func (s *subjects) line(ctx context.Context, who store.Subject) ([]byte, error) {
	var out bytes.Buffer
	err := s.state.Export(ctx, who, &out)
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
		{"cookies", s.cookies}, {"listed", s.listed}, {"requests", s.requests.of},
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
func (s *subjects) cookies(who store.Subject) (any, bool, error) {
	if who.Key == "" {
		return nil, false, nil
	}
	ids, err := s.people.Cookies(who.Source, who.Key)
	var out []string
	for _, id := range ids {
		out = append(out, hex.EncodeToString(id[:]))
	}
	return out, len(out) > 0, err
}

// listed are the people for whom sources list a visitor, keys by their sources.
func (s *subjects) listed(who store.Subject) (any, bool, error) {
	if who.Key != "" {
		return nil, false, nil
	}
	keys, err := s.people.Listed(who.Visitor)
	return keys, len(keys) > 0, err
}

// linked are the visitors of a person, by its line and by its source.
func (s *subjects) linked(who store.Subject, line []byte) ([][abi.VisitorSize]byte, error) {
	if who.Key == "" {
		return nil, nil
	}
	ids, err := s.people.Cookies(who.Source, who.Key)
	if err != nil {
		return nil, err
	}
	var h held
	if err := json.Unmarshal(line, &h); err != nil && len(line) > 0 {
		return nil, err
	}
	for _, text := range h.Visitors {
		id, err := parseVisitor(text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// parseVisitor reads the id of a visitor.
func parseVisitor(text string) (id [abi.VisitorSize]byte, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(id) {
		return id, fmt.Errorf("visitor %q is not %d hex digits", text, 2*len(id))
	}
	return [abi.VisitorSize]byte(b), nil
}

// of are the recorded requests that name a subject.
func (r requests) of(who store.Subject) (any, bool, error) {
	if r.dir == "" {
		return nil, false, nil
	}
	if r.writer != nil {
		r.writer.Flush()
	}
	var lines [][]byte
	var err error
	if who.Key == "" {
		lines, err = record.OfVisitor(r.dir, who.Visitor)
	} else {
		lines, err = record.OfPerson(r.dir, who.Source, who.Key)
	}
	var out []json.RawMessage
	for _, l := range lines {
		out = append(out, l)
	}
	return out, len(out) > 0, err
}

// erase takes the requests away that name a subject, and tells how many.
func (r requests) erase(who store.Subject) (int, error) {
	switch {
	case r.dir == "":
		return 0, nil
	case r.writer == nil && who.Key == "":
		return record.Erase(r.dir, who.Visitor)
	case r.writer == nil:
		return record.ErasePerson(r.dir, who.Source, who.Key)
	case who.Key == "":
		return r.writer.Erase(who.Visitor)
	}
	return r.writer.ErasePerson(who.Source, who.Key)
}

// eraseLinked takes the requests away that tell what an erased visitor was shown
// where another visitor of the same person was decided about.
func (r requests) eraseLinked(source, key string) (int, error) {
	switch {
	case r.dir == "" || key == "":
		return 0, nil
	case r.writer == nil:
		return record.EraseLinked(r.dir, source, key)
	}
	return r.writer.EraseLinked(source, key)
}
