package proxy

import (
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/inject"
)

const (
	// maxJSON bounds an answer in JSON that offers are written into, in bytes: it
	// is held back whole, since no part of it is of use before its end. 1 MiB
	// holds hundreds of products with all that a list of them shows.
	maxJSON = 1 << 20

	// jsonWait is the least that the first byte of such an answer waits for the
	// last. What takes longer is a stream, whose reader may not wait.
	jsonWait = 2 * time.Second
)

// jsonScratch is the memory of an answer in JSON.
type jsonScratch struct {
	reader inject.JSON
	paths  [][]byte   // of the page's slots, at most 64; alias the snapshot
	slots  []abi.Slot // at them, so that a slot may have several places; alias it too
	values [][]byte   // alias answer
}

// clear leaves nothing of what belongs to others.
func (j *jsonScratch) clear() {
	clear(j.paths)
	clear(j.slots)
	clear(j.values)
}

// answers reports whether the resident snapshot has slots in JSON answers on the
// path of a request. No trouble with it is the visitor's.
func (m *Middleware) answers(r *http.Request) (has bool) {
	defer func() {
		if p := recover(); p != nil {
			m.warn("answer not looked up", "panic", p)
			has = false
		}
	}()
	session, err := m.config.Engine.Acquire()
	if err != nil {
		return false
	}
	defer session.Release()
	l, err := m.listings.of(session.Snapshot())
	return err == nil && l.view.Count(snapshot.SecJSONSlots) > 0 &&
		l.view.FindJSONSlots([]byte(r.URL.EscapedPath())).Count > 0
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
	case lengthOf(h) > maxJSON:
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
		return maxJSON
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
	case !whole && len(body) >= maxJSON:
		return verdict{result: long}
	case !whole:
		return verdict{result: slow}
	}
	session, err := w.middleware.config.Engine.Acquire()
	if err != nil {
		return w.fail(err)
	}
	defer session.Release()
	l, err := w.middleware.listings.of(session.Snapshot())
	if err != nil {
		return w.fail(err)
	}
	s := w.scratch
	w.locate()
	s.request.Want = abi.WantJSON | w.middleware.wantEvents()
	s.locateJSON(l)
	if !s.json.reader.Find(body, s.json.paths) {
		return verdict{result: invalid}
	}
	if !s.addJSON(l, true) {
		return verdict{result: noSlot}
	}
	if err := w.ask(session, true); err != nil {
		return w.fail(err)
	}
	v := w.applyJSON(body)
	w.settle()
	return v
}

// locateJSON finds the slots of the request's path and their places.
func (s *scratch) locateJSON(l *listing) {
	j, v := &s.json, &l.view
	j.paths, j.slots = j.paths[:0], j.slots[:0]
	list := v.FindJSONSlots(s.request.Path)
	for i := list.Start; i < list.End() && len(j.paths) < abi.MaxSlots; i++ {
		r := v.JSONSlot(i)
		j.paths = append(j.paths, v.Name(r.Path()))
		j.slots = append(j.slots, abi.Slot{Space: v.Name(r.Space()), N: int(r.N())})
	}
}

// addJSON tells the engine which slots there are, and, if the body was read, which
// of them it holds. Where the catalog lists the page, its list is what is decided,
// else these are. It reports false where nothing can come of it.
func (s *scratch) addJSON(l *listing, read bool) bool {
	q, j := &s.request, &s.json
	listed := l.find(q.Host, q.Path) != nil
	if !listed {
		q.Mode = abi.SlotsAsked
	}
	q.HasSlots = read || !listed
	held := false
	for i := range j.slots {
		slot := j.slots[i]
		found := read && j.reader.Found(i)
		held = held || found
		if read {
			slot.Held = abi.HeldNo
		}
		if found {
			slot.Held = abi.HeldYes
		}
		if q.HasSlots && (found || !listed) {
			q.Slots = with(q.Slots, slot)
		}
	}
	return len(j.slots) > 0 && (held || listed || !read)
}

// with is a list with one more slot, which is held if one place of it is.
func with(list []abi.Slot, slot abi.Slot) []abi.Slot {
	for i := range list {
		if sameSlot(&list[i], slot.Space, slot.N) {
			if slot.Held == abi.HeldYes {
				list[i].Held = abi.HeldYes
			}
			return list
		}
	}
	return append(list, slot)
}

func sameSlot(s *abi.Slot, space []byte, n int) bool {
	return s.N == n && string(s.Space) == string(space)
}

// applyJSON writes the engine's answer into an answer in JSON.
func (w *response) applyJSON(body []byte) verdict {
	s := w.scratch
	a := &s.response.Answer
	wanted := s.valuesJSON(a.Slots)
	v := verdict{
		result: kept, cookies: a.Cookies,
		changed: wanted || len(a.Cookies) > 0 || a.Cache == abi.CachePrivate,
	}
	if wanted {
		s.out = s.json.reader.Splice(s.out[:0], body, s.json.values)
	}
	if w.countJSON() {
		v.result, v.out = injected, s.out
	}
	return v
}

// valuesJSON makes the values of the places and reports whether there are any.
func (s *scratch) valuesJSON(slots []abi.SlotAnswer) (wanted bool) {
	j := &s.json
	j.values = j.values[:0]
	for i := range j.slots {
		var value []byte
		for k := range slots {
			if a := &slots[k]; a.Offer != nil && sameSlot(&j.slots[i], a.Space, a.N) {
				value = a.JSON
				break
			}
		}
		wanted = wanted || value != nil && j.reader.Found(i)
		j.values = append(j.values, value)
	}
	return wanted
}

// countJSON counts what became of the places, and reports whether one was filled.
func (w *response) countJSON() bool {
	j := &w.scratch.json
	written := false
	for i, value := range j.values {
		fate := filled
		switch {
		case value == nil && j.reader.Found(i):
			fate = empty
		case !j.reader.Written(i):
			fate = missing
		default:
			written = true
		}
		w.middleware.metrics.slots[fate].Inc()
	}
	return written
}
