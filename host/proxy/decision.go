package proxy

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/inject"
)

// maxValue bounds a header's value that is shown to the module: real ones have
// a few hundred bytes, and one that is longer says nothing.
const maxValue = 4096

// verdict is what becomes of a page.
type verdict struct {
	result  result
	changed bool     // else everything stays as it came
	cookies [][]byte // Set-Cookie values
	out     []byte   // in place of the head; nil: the head stays
	rest    bool     // the rest of the body goes through the injector
}

// decide tells what becomes of a page with this head, which is the whole body
// or not. Whatever goes wrong, the page stays as it came.
func (w *response) decide(head []byte, whole bool) (v verdict) {
	defer w.rescue(&v)
	if w.kind == inJSON {
		return w.decideJSON(head, whole)
	}
	e := encodingOf(head, w.kind, w.declared)
	if e == inOther {
		return verdict{result: charset}
	}
	session, l, err := w.middleware.resident()
	if err != nil {
		return w.fail(err)
	}
	defer session.Release()
	s := w.scratch
	w.locate()
	page := l.find(s.request.Host, s.request.Path)
	places := inject.Find(s.places[:], head)
	if page == nil && len(places) == 0 || whole && len(head) == 0 {
		return verdict{result: noSlot}
	}
	s.addSlots(places, page == nil || whole || l.allHeld(page, places))
	s.request.Want |= w.middleware.wantEvents()
	if err := w.ask(session, true); err != nil {
		return w.fail(err)
	}
	if v = w.apply(head, places, whole, e); !v.rest {
		w.settle()
	}
	return v
}

// preview tells what becomes of a listed page's header in answer to HEAD: what
// GET would do to it, as far as that is known without a body. Nothing is stored
// for it.
func (w *response) preview() (v verdict) {
	defer w.rescue(&v)
	session, l, err := w.middleware.resident()
	if err != nil {
		return w.fail(err)
	}
	defer session.Release()
	s := w.scratch
	w.locate()
	if w.kind == inJSON {
		s.json.Locate(&l.view, s.request.Path)
		s.json.Ask(&s.request, l.find(s.request.Host, s.request.Path) != nil, false)
	}
	if s.request.Mode == abi.SlotsListed && l.find(s.request.Host, s.request.Path) == nil {
		return verdict{result: noSlot}
	}
	s.request.Flags |= abi.FlagNoStore
	if err := w.ask(session, false); err != nil {
		return w.fail(err)
	}
	a := &s.response.Answer
	return verdict{result: kept, changed: a.Cache == abi.CachePrivate || len(a.Cookies) > 0, cookies: a.Cookies}
}

// rescue makes a panic an untouched page.
func (w *response) rescue(v *verdict) {
	if p := recover(); p != nil {
		w.tainted = true
		w.middleware.warn("page not decided", "panic", p, "stack", string(debug.Stack()))
		*v = verdict{result: panicked}
	}
}

func (w *response) fail(err error) verdict {
	r := resultOf(err)
	if r != canceled {
		w.middleware.warn("page not decided", "error", err)
	}
	return verdict{result: r}
}

// locate begins the request to the engine with what finds the page.
func (w *response) locate() { w.scratch.locate(w.request, abi.KindPage) }

func (s *scratch) locate(r *http.Request, kind abi.Kind) {
	s.text = s.text[:0]
	s.forget()
	s.request = abi.Request{
		Kind:    kind,
		Want:    abi.WantHTML,
		Host:    s.keep(hostname(r.Host)),
		Path:    s.keep(r.URL.EscapedPath()),
		Query:   s.keep(r.URL.RawQuery),
		Headers: s.request.Headers[:0],
		Slots:   s.request.Slots[:0],
	}
}

// addSlots tells the engine which slots the body holds, if that is known.
func (s *scratch) addSlots(places []inject.Place, known bool) {
	s.request.HasSlots = known
	if !known {
		return
	}
	for i := range places {
		s.request.Slots = append(s.request.Slots, abi.Slot{Space: places[i].Space, N: places[i].N, Held: abi.HeldYes})
	}
}

// ask asks the engine, with what was looked up meanwhile.
func (w *response) ask(session host.Session, storing bool) error {
	w.foreseen(session.Snapshot())
	return w.middleware.conclude(w.scratch, w.request, session, storing)
}

// conclude asks the engine and leaves its answer in the scratch, when what it
// changes has been stored, unless nothing is to be.
func (m *Middleware) conclude(s *scratch, r *http.Request, session host.Session, storing bool) error {
	start := time.Now()
	err := m.ask(s, r, session)
	m.metrics.decision.Observe(time.Since(start).Seconds())
	if err != nil {
		return err
	}
	if err := s.decode(); err != nil {
		return err
	}
	if storing {
		if err := m.store(s, r, session); err != nil {
			return err
		}
	}
	m.metrics.noteCookies(&s.response.Answer)
	if rec := m.config.Recorder; rec != nil && s.response.Status == abi.StatusOK {
		rec.Record(session.Snapshot(), s.message, s.answer, &s.response.Answer)
	}
	return nil
}

// decode reads the answer.
func (s *scratch) decode() error {
	if err := s.response.Decode(s.answer); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}

// question completes the request.
func (m *Middleware) question(s *scratch, r *http.Request, snapshot *host.Snapshot) error {
	seed, entropy, err := s.random.seed(m.config.Rand)
	if err != nil {
		return err
	}
	s.request.Seed, s.request.Entropy = seed, entropy
	return m.describe(s, r, snapshot)
}

// describe completes the request with everything but randomness.
func (m *Middleware) describe(s *scratch, r *http.Request, snapshot *host.Snapshot) error {
	q := &s.request
	l, err := m.listings.of(snapshot)
	if err != nil {
		return err
	}
	peer := q.Flags.Has(abi.FlagPeer) || m.peers.sent(r)
	q.Snapshot = snapshot.Hash[:]
	q.Time = m.config.Clock().UnixMilli()
	if secure(r, peer) {
		q.Flags |= abi.FlagSecure
	}
	if peer {
		q.Flags |= abi.FlagPeer
	}
	if m.config.Store != nil {
		q.Flags |= abi.FlagStore
	}
	consent := l.source(q.Host)
	s.addHeaders(r.Header, m, consent, peer)
	if q.Kind == abi.KindPage || string(q.Path) == m.config.Prefix+"fragment" {
		s.addSent(r.Header, m, l.sent, consent.header.key)
	}
	m.addIdentity(s, r)
	return nil
}

// addHeaders takes what the module reads of a header. A header of a peer counts
// if there is one of it: of two, the visitor may have sent the first.
func (s *scratch) addHeaders(h http.Header, m *Middleware, consent source, peer bool) {
	q := &s.request
	if cookies := h["Cookie"]; len(cookies) > 0 {
		start := len(s.text)
		s.text = appendKnown(s.text, cookies, m.config.IdentityCookie, consent.cookie)
		if known := s.text[start:len(s.text):len(s.text)]; len(known) > 0 {
			q.Headers = append(q.Headers, abi.Header{Name: cookieName, Value: known})
		}
	}
	for i := range public {
		values := h[public[i].key]
		for _, v := range values[:min(len(values), maxPairs)] {
			if len(v) <= maxValue {
				q.Headers = append(q.Headers, abi.Header{Name: public[i].name, Value: s.keep(v)})
			}
		}
	}
	s.addConsent(h[consent.header.key], consent.header.name)
	if q.Kind == abi.KindEvent {
		s.addOfEvents(h)
	}
	if !peer {
		return
	}
	for i := range m.trusted {
		if values := h[m.trusted[i].key]; len(values) == 1 && len(values[0]) <= maxValue {
			q.Headers = append(q.Headers, abi.Header{Name: m.trusted[i].name, Value: s.keep(values[0])})
		}
	}
}

// addSent takes the first line of the headers that expressions read, whoever
// sent it. One that counts from peers alone, or holds the visitor's consent, has
// been taken as such, or must not be.
func (s *scratch) addSent(h http.Header, m *Middleware, sent []header, consent string) {
	for i := range sent {
		key := sent[i].key
		values := h[key]
		if len(values) == 0 || len(values[0]) > maxValue || key == consent ||
			slices.ContainsFunc(m.trusted, func(t header) bool { return t.key == key }) {
			continue
		}
		s.request.Headers = append(s.request.Headers, abi.Header{Name: sent[i].name, Value: s.keep(values[0])})
	}
}

// addConsent takes every line of the header that holds the visitor's consent.
// What is too much or too long becomes an empty one, which is a refusal.
func (s *scratch) addConsent(values []string, name []byte) {
	for i, v := range values[:min(len(values), maxPairs+1)] {
		if i == maxPairs || len(v) > maxValue {
			v = ""
		}
		s.request.Headers = append(s.request.Headers, abi.Header{Name: name, Value: s.keep(v)})
	}
}

var cookieName = []byte("cookie")
