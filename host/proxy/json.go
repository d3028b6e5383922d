package proxy

import (
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/edge"
)

// jsonWait is the least that the first byte of an answer in JSON waits for the
// last. What takes longer is a stream, whose reader may not wait.
const jsonWait = 2 * time.Second

// answers reports whether the resident snapshot has slots in JSON answers on the
// path of a request. No trouble with it is the visitor's.
func (m *Middleware) answers(r *http.Request) (has bool) {
	defer func() {
		if p := recover(); p != nil {
			m.warn("answer not looked up", "panic", p)
			has = false
		}
	}()
	session, l, err := m.resident()
	if err != nil {
		return false
	}
	defer session.Release()
	return edge.HasPlaces(&l.view, []byte(r.URL.EscapedPath()))
}

// jsonKind tells a response that is no page: whether it is an answer in JSON that
// may have places for offers. One that has a reason against it is counted.
func (w *response) jsonKind(status int, h http.Header) kind {
	values := h["Content-Type"]
	if status != http.StatusOK || len(h["Content-Range"]) > 0 || len(values) != 1 {
		return other
	}
	utf8, ok := isJSON(values[0])
	if !ok || !w.middleware.answers(w.request) {
		return other
	}
	var against result
	switch {
	case codingOf(h["Content-Encoding"]) == strange:
		against = encoded
	case !utf8:
		against = charset
	case lengthOf(h) > edge.MaxJSON:
		against = long
	default:
		return inJSON
	}
	if w.request.Method != http.MethodHead {
		w.middleware.metrics.answers[against].Inc()
	}
	return other
}

// isJSON reports whether a Content-Type is that of one JSON value, and whether it
// names no other charset than the one that JSON has (RFC 8259, section 8.1).
func isJSON(value string) (utf8, ok bool) {
	name, params, err := mime.ParseMediaType(value)
	if err != nil {
		params = nil // a type with broken parameters is still a type
	}
	if name != "application/json" && !strings.HasSuffix(name, "+json") {
		return false, false
	}
	label, labeled := params["charset"]
	return !labeled || isUTF8(label), true
}

// limit is how much of a response is held back, in bytes.
func (w *response) limit() int {
	if w.kind == inJSON {
		return edge.MaxJSON
	}
	return w.middleware.config.ReadAhead
}

// wait is how long its first byte waits for the rest of that.
func (w *response) wait() time.Duration {
	wait := w.middleware.config.ReadAheadWait
	if w.kind == inJSON {
		return max(wait, jsonWait)
	}
	return wait
}

// count counts what became of a response.
func (w *response) count(r result) {
	if w.kind == inJSON {
		w.middleware.metrics.answers[r].Inc()
		return
	}
	w.middleware.metrics.pages[r].Inc()
}

// decideJSON tells what becomes of an answer in JSON.
func (w *response) decideJSON(body []byte, whole bool) verdict {
	switch {
	case !whole && len(body) >= edge.MaxJSON:
		return verdict{result: long}
	case !whole:
		return verdict{result: slow}
	}
	session, l, err := w.middleware.resident()
	if err != nil {
		return w.fail(err)
	}
	defer session.Release()
	s := w.scratch
	w.locate()
	s.request.Want = abi.WantJSON | w.middleware.wantEvents()
	s.json.Locate(&l.view, s.request.Path)
	if !s.json.Find(body) {
		return verdict{result: invalid}
	}
	if !s.json.Ask(&s.request, l.find(s.request.Host, s.request.Path) != nil, true) {
		return verdict{result: noSlot}
	}
	if err := w.ask(session, true); err != nil {
		return w.fail(err)
	}
	v := w.applyJSON(body)
	w.settle()
	return v
}

// applyJSON writes the engine's answer into an answer in JSON.
func (w *response) applyJSON(body []byte) verdict {
	s := w.scratch
	a := &s.response.Answer
	wanted := s.json.Fill(a.Slots)
	v := verdict{
		result: kept, cookies: a.Cookies,
		changed: wanted || len(a.Cookies) > 0 || a.Cache == abi.CachePrivate,
	}
	if wanted {
		s.out = s.json.Splice(s.out[:0], body)
	}
	if w.countJSON() {
		v.result, v.out = injected, s.out
	}
	return v
}

// countJSON counts what became of the places, and reports whether one was filled.
func (w *response) countJSON() bool {
	j := &w.scratch.json
	written := false
	for i := range j.Len() {
		fate := filled
		switch {
		case j.Empty(i):
			fate = empty
		case !j.Written(i):
			fate = missing
		default:
			written = true
		}
		w.middleware.metrics.slots[fate].Inc()
	}
	return written
}
