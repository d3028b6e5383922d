package proxy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// lookup finds what a store knows of a visitor. Its memory is its own, for it may
// go on when its page is long gone.
type lookup struct {
	errand
	middleware *Middleware
	session    host.Session // to be asked what to look up; nil: answer says it
	hash       [abi.HashSize]byte
	message    []byte // to the module
	answer     []byte // from it
	response   abi.Response

	// What came of it.
	needless bool // there is nothing to look up, or the module did not say what
	found    store.Found
	err      error
}

// lookups hands them out.
type lookups struct {
	gate
	condition
	pool sync.Pool
}

func (p *lookups) take(m *Middleware) *lookup {
	l, ok := p.pool.Get().(*lookup)
	if !ok {
		l = &lookup{middleware: m}
	}
	l.begin()
	return l
}

// give takes l back without what it found.
func (p *lookups) give(l *lookup) {
	l.session, l.needless, l.found, l.err = nil, false, store.Found{}, nil
	if cap(l.answer) <= maxScratch && cap(l.message) <= maxScratch {
		p.pool.Put(l)
	}
}

// foresee begins to look up what the page of a request will need, where it says
// who asks; nil if it does not.
func (m *Middleware) foresee(r *http.Request, c class) (l *lookup) {
	if m.config.Store == nil || c != page || r.Method != http.MethodGet || !m.identifies(r) {
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			m.warn("visitor not looked up", "panic", p)
			l = nil
		}
	}()
	session, err := m.config.Engine.Acquire()
	if err != nil {
		return nil // the page will say why
	}
	s := m.scratches.take()
	s.locate(r, abi.KindNeed)
	if err := m.describe(s, r, session.Snapshot()); err != nil || !m.lookups.enter() {
		m.scratches.give(s)
		session.Release()
		return nil // the page asks again
	}
	l = m.lookups.take(m)
	l.session, l.hash = session, session.Snapshot().Hash
	l.message = abi.AppendRequest(l.message[:0], &s.request)
	m.scratches.give(s)
	go l.run(r.Context())
	return l
}

// identifies reports whether a request may say who asks.
func (m *Middleware) identifies(r *http.Request) bool {
	for _, v := range r.Header["Cookie"] {
		if m.identity != "" && strings.Contains(v, m.identity) {
			return true
		}
	}
	if holdsVisitor(r.Header["Cookie"]) {
		return true
	}
	for i := range m.trusted[:m.identities] {
		if len(r.Header[m.trusted[i].key]) > 0 && m.peers.sent(r) {
			return true
		}
	}
	if m.config.Identity == nil {
		return false
	}
	_, _, told := m.config.Identity(r)
	return told
}

// seek begins to look up what the module's answer says; nil if too many look-ups
// are under way.
func (m *Middleware) seek(ctx context.Context, need []byte) *lookup {
	if !m.lookups.enter() {
		return nil
	}
	l := m.lookups.take(m)
	l.answer = append(l.answer[:0], need...)
	go l.run(ctx)
	return l
}

func (l *lookup) run(ctx context.Context) {
	m := l.middleware
	defer m.lookups.leave()
	sound := l.work(ctx)
	if l.end() && sound {
		m.lookups.give(l)
	}
}

// work does it. It is false after a panic, when nobody must use l's memory again.
func (l *lookup) work(ctx context.Context) (sound bool) {
	m := l.middleware
	defer func() {
		if p := recover(); p != nil {
			m.warn("visitor not looked up", "panic", p, "stack", string(debug.Stack()))
			l.needless, l.err = false, errPanic
		}
	}()
	if l.session != nil && !l.ask(ctx) {
		l.needless = true
		return true
	}
	if err := l.response.Decode(l.answer); err != nil {
		l.err = fmt.Errorf("need: %w", err)
		return true
	}
	l.found, l.err = m.config.Store.Lookup(ctx, &l.response.Need)
	return true
}

// ask asks the module what to look up, and reports whether there is something.
// Where it does not say so, it says what is wrong when the page is decided.
func (l *lookup) ask(ctx context.Context) bool {
	defer l.session.Release()
	answer, err := l.session.Handle(ctx, l.answer[:0], l.message)
	if err != nil {
		return false
	}
	l.answer = answer
	status, ok := abi.StatusOf(answer)
	return ok && status == abi.StatusNeed
}

// drop ends a look-up that nobody needs; nil is none.
func (l *lookup) drop() {
	if l != nil && !l.leave() {
		l.release()
	}
}

// release gives l's memory back, once it is over.
func (l *lookup) release() {
	if !errors.Is(l.err, errPanic) {
		l.middleware.lookups.give(l)
	}
}

// foreseen gives a page's request the record that was looked up while the origin
// worked. A swap meanwhile makes it that of another question.
func (w *response) foreseen(snapshot *host.Snapshot) {
	s, l := w.scratch, w.look
	if l == nil || l.hash != snapshot.Hash {
		return
	}
	w.look = nil
	w.middleware.join(s, l, w.headers.Add(w.middleware.config.LookupWait))
}

// forget makes the scratch know of no look-up.
func (s *scratch) forget() {
	s.need, s.since, s.known = s.need[:0], store.Always, false
}

// consult gives a request the record that the module's answer asks for.
func (m *Middleware) consult(ctx context.Context, s *scratch, need []byte) {
	s.forget()
	if s.request.HasRecord = true; m.config.Store == nil {
		return
	}
	s.need = append(s.need, need...)
	m.lookUp(ctx, s)
}

// lookUp gives a request what the store knows now of its need.
func (m *Middleware) lookUp(ctx context.Context, s *scratch) {
	s.withRecord(abi.Record{})
	l := m.seek(ctx, s.need)
	if l == nil {
		m.missed(lookupBusy, errBusy)
		return
	}
	m.join(s, l, time.Now().Add(m.config.LookupWait))
}

// join waits for a look-up, and gives the request what it found: of one that is
// late or fails an empty record.
func (m *Middleware) join(s *scratch, l *lookup, deadline time.Time) {
	if !l.wait(deadline) {
		s.withRecord(abi.Record{})
		m.missed(lookupLate, errLate)
		return
	}
	defer l.release()
	if l.needless {
		return
	}
	s.withRecord(l.found.Record)
	if l.err != nil {
		m.missed(lookupFailed, l.err)
		return
	}
	m.metrics.lookups[lookupFound].Inc()
	m.lookups.note(nil)
	s.since, s.need = l.found.Seq, append(s.need[:0], l.answer...)
	for i := range l.found.Record.Visitors {
		v := &l.found.Record.Visitors[i]
		s.known = s.known || v.Known || len(v.History) > 0
	}
}

// withRecord gives the request a record, and wants to know what is to be stored.
func (s *scratch) withRecord(r abi.Record) {
	s.request.HasRecord, s.request.Record = true, r
	s.request.Want |= abi.WantPropositions
}

// missed notes a look-up of which nothing came.
func (m *Middleware) missed(why lookupResult, err error) {
	m.metrics.lookups[why].Inc()
	if errors.Is(err, context.Canceled) {
		return // the visitor left
	}
	m.lookups.note(err)
	m.warn("visitor not looked up", "error", err)
}
