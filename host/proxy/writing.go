package proxy

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// writing has a store take a change in. The change aliases the memory of the page
// that makes it.
type writing struct {
	errand
	middleware *Middleware
	change     store.Change
	lines      [][]byte // memory of change.Events
	err        error
}

// writings hands them out.
type writings struct {
	gate
	condition
	pool sync.Pool
}

func (p *writings) take(m *Middleware, c *store.Change) *writing {
	w, ok := p.pool.Get().(*writing)
	if !ok {
		w = &writing{middleware: m}
	}
	w.begin()
	w.change = *c
	w.lines = append(w.lines[:0], c.Events...)
	w.change.Events = w.lines
	return w
}

func (p *writings) give(w *writing) {
	clear(w.lines)
	w.change, w.err = store.Change{}, nil
	p.pool.Put(w)
}

// run has the change taken in, and then its events, unless somebody waits to see
// to these. Where nobody waits any more, a page is out as it was decided.
func (w *writing) run(ctx context.Context) {
	m := w.middleware
	defer m.writings.leave()
	w.append(ctx)
	if !w.end() {
		return
	}
	if errors.Is(w.err, store.ErrConflict) {
		w.change.Since = store.Always
		w.append(ctx)
	}
	m.writings.note(w.err)
	m.note(w.change.Events)
	if !errors.Is(w.err, errPanic) {
		m.writings.give(w)
	}
}

func (w *writing) append(ctx context.Context) {
	defer func() {
		if p := recover(); p != nil {
			w.middleware.warn("changes not stored", "panic", p, "stack", string(debug.Stack()))
			w.err = errPanic
		}
	}()
	w.err = w.middleware.config.Store.Append(ctx, &w.change)
}

// write has a change taken in, and its events after that. It waits until the
// deadline; what takes longer goes on, with memory of the scratch. Of the errors
// only a conflict says that the events are not through: all others are of a store
// that does not work, which is not the page's trouble.
func (m *Middleware) write(ctx context.Context, s *scratch, c *store.Change, deadline time.Time) error {
	if !m.writings.enter() {
		m.unwritten(writeBusy, errBusy)
		if !c.Durable {
			m.note(c.Events)
		}
		return errBusy
	}
	w := m.writings.take(m, c)
	go w.run(ctx)
	if !w.wait(deadline) {
		s.lent = true
		m.unwritten(writeLate, errLate)
		return errLate
	}
	err := w.err
	switch {
	case errors.Is(err, store.ErrConflict):
		m.writings.give(w)
		return err
	case err != nil:
		m.unwritten(writeFailed, err)
	default:
		m.metrics.writes[writeDone].Inc()
		m.writings.note(nil)
	}
	switch {
	case !c.Durable:
		m.note(w.change.Events)
	case err == nil:
		err = m.record(ctx, w.change.Events)
	}
	if !errors.Is(err, errPanic) {
		m.writings.give(w)
	}
	return err
}

func (m *Middleware) unwritten(why writeResult, err error) {
	m.metrics.writes[why].Inc()
	m.writings.note(err)
	m.warn("changes not stored", "error", err)
}

// store has what a page's answer changes taken in, before the page is sent. Where
// another request was quicker the page is decided once more, with what that one
// has changed; where one was quicker again it is shown as it was decided. The
// error is that of the second decision.
func (m *Middleware) store(s *scratch, r *http.Request, session host.Session) error {
	c, ok := m.changeOf(s, r)
	if !ok {
		m.note(s.response.Answer.Events)
		return nil
	}
	deadline := time.Now().Add(m.config.LookupWait)
	ctx := context.WithoutCancel(r.Context()) // what is shown is stored, whoever leaves
	if err := m.write(ctx, s, &c, deadline); !errors.Is(err, store.ErrConflict) {
		return nil
	}
	m.metrics.writes[writeAgain].Inc()
	m.lookUp(r.Context(), s)
	if err := m.put(s, r, session); err != nil {
		return err
	}
	if err := s.decode(); err != nil {
		return err
	}
	if c, ok = m.changeOf(s, r); !ok {
		m.note(s.response.Answer.Events)
		return nil
	}
	if err := m.write(ctx, s, &c, deadline); errors.Is(err, store.ErrConflict) {
		m.metrics.writes[writeForced].Inc()
		c.Since = store.Always
		_ = m.write(ctx, s, &c, deadline) // counted
	}
	return nil
}

// changeOf is what a page's answer changes, if the store is to be told.
func (m *Middleware) changeOf(s *scratch, r *http.Request) (c store.Change, ok bool) {
	a := &s.response.Answer
	if m.config.Store == nil {
		return c, false
	}
	if !a.HasChanges {
		return m.eventsOf(s, a.Events)
	}
	c = store.Change{
		Changes: a.Changes, Details: a.Propositions, Interaction: a.Interaction, Snapshot: a.Snapshot,
		Since: s.since, Time: s.request.Time, Events: a.Events,
	}
	if !s.known {
		c.Newcomer = m.peers.network(r)
	}
	return c, true
}

// eventsOf is a change of nothing but events: for a store that delivers them, or
// that knows by what alias the visitor is called.
func (m *Middleware) eventsOf(s *scratch, lines [][]byte) (c store.Change, ok bool) {
	if len(lines) == 0 || !m.config.Outbox && !s.known {
		return c, false
	}
	c = store.Change{Since: store.Always, Time: s.request.Time, Events: lines}
	if s.known {
		c.Changes.Visitor = s.visitor()
	}
	return c, true
}

// visitor is whom a look-up was about.
func (s *scratch) visitor() []byte {
	r, err := abi.DecodeResponse(s.need)
	if err != nil {
		return nil
	}
	return r.Need.Visitor
}
