package proxy

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/profferhq/proffer/host/events"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// take has what a reply changes taken in before it is told to the visitor: what
// must not be lost is on the disk then.
func (m *Middleware) take(r *http.Request, s *scratch, reply *abi.Reply) error {
	c, ok := m.changeOfReply(r, s, reply)
	switch {
	case !ok:
		return m.record(r.Context(), reply.Events)
	case c.Changes.Forget:
		m.note(reply.Events)
		return m.erase(r.Context(), c.Changes.Visitor)
	case !c.Durable:
		_ = m.write(context.WithoutCancel(r.Context()), s, &c, time.Now().Add(m.config.LookupWait)) // counted
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), commitTimeout)
	defer cancel()
	deadline, _ := ctx.Deadline()
	return m.write(ctx, s, &c, deadline)
}

// changeOfReply is what a reply changes, if the store is to be told.
func (m *Middleware) changeOfReply(r *http.Request, s *scratch, reply *abi.Reply) (c store.Change, ok bool) {
	if m.config.Store == nil {
		return c, false
	}
	if reply.HasChanges {
		c = store.Change{
			Changes: reply.Changes, Snapshot: reply.Snapshot, Since: store.Always, Time: s.request.Time, Events: reply.Events,
			Details: reply.Propositions, Interaction: reply.Interaction,
		}
		if !s.known {
			c.Newcomer = m.peers.network(r)
		}
	} else if c, ok = m.eventsOf(s, reply.Events); !ok {
		return c, false
	}
	c.Durable = slices.ContainsFunc(reply.Events, events.Durable) || store.Decides(&c.Changes)
	return c, true
}

// erase has everything about a visitor erased. One of whom nothing was held is
// erased, too.
func (m *Middleware) erase(ctx context.Context, id []byte) error {
	if len(id) != abi.VisitorSize {
		return nil
	}
	if !m.writings.enter() {
		m.unwritten(writeBusy, errBusy)
		return errBusy
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	done := make(chan error, 1)
	subject := store.Subject{Visitor: [abi.VisitorSize]byte(id)}
	go func() {
		defer m.writings.leave()
		done <- m.eraseNow(ctx, subject)
	}()
	select {
	case err := <-done:
		if err != nil {
			m.unwritten(writeFailed, err)
		}
		return err
	case <-ctx.Done():
		m.unwritten(writeLate, errLate)
		return errLate
	}
}

func (m *Middleware) eraseNow(ctx context.Context, s store.Subject) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	if err = m.config.Store.Erase(ctx, s); errors.Is(err, store.ErrUnknown) {
		return nil
	}
	return err
}
