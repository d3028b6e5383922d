package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/profferhq/proffer/host/events"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// Store is what peers may ask and tell.
type Store interface {
	store.Reader
	store.Appender
	Erase(ctx context.Context, s store.Subject) error
}

// Events takes the event lines that peers tell. An events.Log is one.
type Events interface {
	Put(lines [][]byte)
	Commit(ctx context.Context, lines [][]byte) error
}

// Server answers peers.
type Server struct {
	Store  Store
	Events Events // nil: lines go to the store alone

	// Authorize tells who is a peer; its error goes to who is none. Nil: everybody
	// is who reaches the server.
	Authorize func(*http.Request) error
}

// header names the place in the order of all changes at which a record was read.
const header = "Proffer-Seq"

// contentType is that of all bodies but texts.
const contentType = "application/msgpack"

// Record answers POST /v1/record: a need by its record.
func (s *Server) Record(w http.ResponseWriter, r *http.Request) {
	body, ok := s.body(w, r)
	if !ok {
		return
	}
	need, err := abi.DecodeResponse(body)
	if err == nil && need.Status != abi.StatusNeed {
		err = errors.New("not a need")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	found, err := s.Store.Lookup(r.Context(), &need.Need)
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set(header, strconv.FormatUint(found.Seq, 10))
	_, _ = w.Write(abi.AppendRecord(nil, &found.Record)) // the peer may be gone
}

// Tell answers POST /v1/events: it takes in what an edge's call changes.
func (s *Server) Tell(w http.ResponseWriter, r *http.Request) {
	body, ok := s.body(w, r)
	if !ok {
		return
	}
	told, err := abi.DecodeTold(body)
	if err == nil && told.HasChanges && len(told.Changes.Visitor) != abi.VisitorSize {
		err = errors.New("changes of no visitor")
	}
	if err == nil {
		err = lines(told.Events)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := s.take(r.Context(), told); err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// lines refuses what is no event line: it would stand in files that others read.
func lines(list [][]byte) error {
	for _, line := range list {
		if _, err := events.ParseLine(string(line)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) take(ctx context.Context, told *abi.Told) error {
	if told.Changes.Forget {
		err := s.Store.Erase(ctx, store.Subject{Visitor: [abi.VisitorSize]byte(told.Changes.Visitor)})
		if errors.Is(err, store.ErrUnknown) {
			err = nil
		}
		s.put(told.Events)
		return err
	}
	c := store.Change{
		Changes: told.Changes, Details: told.Propositions, Interaction: told.Interaction, Snapshot: told.Snapshot,
		Since: store.Always, Time: told.Time, Events: told.Events, Newcomer: string(told.Newcomer),
	}
	if told.HasSince {
		c.Since = told.Since
	}
	c.Durable = store.Decides(&c.Changes) || slices.ContainsFunc(c.Events, events.Durable)
	if err := s.Store.Append(ctx, &c); err != nil {
		return err
	}
	if c.Durable && s.Events != nil {
		return s.Events.Commit(ctx, c.Events)
	}
	s.put(c.Events)
	return nil
}

func (s *Server) put(list [][]byte) {
	if s.Events != nil && len(list) > 0 {
		s.Events.Put(list)
	}
}

// body reads the body of a peer's request, or says why not.
func (s *Server) body(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	if s.Authorize != nil {
		if err := s.Authorize(r); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return nil, false
		}
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, abi.MaxRequest))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		http.Error(w, "the body is over the limit of "+strconv.Itoa(abi.MaxRequest)+" bytes", http.StatusRequestEntityTooLarge)
		return nil, false
	case err != nil:
		http.Error(w, "the body cannot be read", http.StatusBadRequest)
		return nil, false
	}
	return b, true
}

// fail answers with an error of the store.
func fail(w http.ResponseWriter, err error) {
	if errors.Is(err, store.ErrConflict) {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	http.Error(w, err.Error(), http.StatusServiceUnavailable)
}
