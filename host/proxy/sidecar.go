package proxy

import (
	"maps"
	"net/http"
	"time"

	"github.com/profferhq/proffer/plugin/abi"
)

// pathSidecar is the endpoint below the prefix which tells a proxy that cannot run
// a module what to write into the page that it is about to serve: nginx asks it
// with auth_request, HAProxy with a script.
//
// The question is a GET with the visitor's own headers, cookies and all, and names
// the page: by the parameter page, or, from a peer, by X-Original-URI or
// X-Original-URL, with X-Original-Method. The parameter slots, such as
// "hero,hero_2", says which slots the page holds, where that is known.
//
// The answer has no body. It is 200 with the offers in headers, each a line of
// printable ASCII:
//
//	Proffer-Slots: hero,hero_2
//	Proffer-Slot-hero: <b>…</b>
//	Proffer-Slot-hero-2: <b>…</b>
//	Proffer-Cache: private, no-store
//	Proffer-Cookie: (the visitor's cookie, as a Set-Cookie)
//	Proffer-Cookie-Events: (the second cookie, likewise)
//	Set-Cookie: (each of them again)
//
// or 204 with none of them: whatever is wrong, the page goes out as it came.
const pathSidecar = "slots"

// sidecar answers, and gives the status.
func (m *Middleware) sidecar(w http.ResponseWriter, r *http.Request) int {
	h := w.Header()
	h["Content-Type"] = nil
	h.Set("Cache-Control", "no-store")
	if r.ContentLength != 0 { // the length of a visitor's body, which never comes
		h.Set("Connection", "close")
		_ = http.NewResponseController(w).SetReadDeadline(time.Now()) // not every server can
	}
	status := http.StatusNoContent
	if words := m.tell(r); words != nil {
		status = http.StatusOK
		maps.Copy(h, words)
	}
	w.WriteHeader(status)
	return status
}

// tell gives the header that says what becomes of a page, or nil: it stays.
func (m *Middleware) tell(r *http.Request) http.Header {
	q, err := m.questionOf(r)
	if err != nil {
		m.metrics.sidecar[misread].Inc()
		m.warn("page not named", "error", err)
		return nil
	}
	// What the page's answer will be is not known here, so that the visitor's
	// words have to say that a page is wanted.
	if m.classify(q.page) != page {
		m.metrics.sidecar[elsewhere].Inc()
		return nil
	}
	w := &response{middleware: m, request: q.page, scratch: m.scratches.take()}
	defer w.close()
	h := make(http.Header)
	v := w.decideFor(q, h)
	m.metrics.pages[v.result].Inc()
	if !v.changed {
		m.metrics.sidecar[unchanged].Inc()
		return nil
	}
	m.metrics.sidecar[told].Inc()
	return h
}

// decideFor tells what becomes of a page that somebody else serves, and writes it
// into a header. What is decided, noted and stored is what it would be for a page
// of ours whose slots are those of the question: where it does not say which, a
// proposition stays generated until a beacon or a click raises it, for nobody
// tells us what the page was in the end.
func (w *response) decideFor(q pageQuestion, h http.Header) (v verdict) {
	defer w.rescue(&v)
	session, l, err := w.middleware.resident()
	if err != nil {
		return w.fail(err)
	}
	defer session.Release()
	s := w.scratch
	w.locate()
	if l.find(s.request.Host, s.request.Path) == nil && len(q.slots) == 0 {
		return verdict{result: noSlot}
	}
	s.addSlots(q.slots, len(q.slots) > 0)
	s.request.Want |= w.middleware.wantEvents()
	storing := w.request.Method == http.MethodGet
	if !storing {
		s.request.Flags |= abi.FlagNoStore
	}
	if err := w.ask(session, storing); err != nil {
		return w.fail(err)
	}
	return w.say(q, h)
}
