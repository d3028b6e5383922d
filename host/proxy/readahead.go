package proxy

import (
	"net/http"
	"strconv"
	"time"
)

// sniffed is how many bytes net/http looks at to tell a type.
const sniffed = 512

// begin holds a response back.
func (w *response) begin(h http.Header) {
	w.stage = reading
	w.length = lengthOf(h)
	if w.look != nil {
		w.headers = time.Now()
	}
	w.scratch = w.middleware.scratches.take()
	if c := codingOf(h["Content-Encoding"]); c != uncoded {
		w.recoder = decoding(c)
	}
	if w.proxied {
		w.header, w.late = nil, true
	}
}

// held is what of the body is held back.
func (w *response) held() []byte { return w.scratch.body }

// read holds p back, or as much of it as still belongs to the head.
func (w *response) read(p []byte) (int, error) {
	if w.recoder != nil {
		return w.readCoded(p)
	}
	s := w.scratch
	have := len(s.body)
	if w.length >= 0 && int64(have)+int64(len(p)) > w.length {
		// More than announced: net/http sees the writes as we saw them.
		if err := w.release(s.body); err != nil {
			return 0, err
		}
		return w.under.Write(p)
	}
	limit := w.limit()
	n := min(len(p), limit-have)
	head := p[:n]
	if have > 0 {
		s.body = append(s.body, head...)
		head = s.body
	}
	var err error
	switch {
	case int64(len(head)) == w.length:
		err = w.commit(head, byBody)
	case len(head) == limit:
		err = w.commit(head, bySize)
	case w.kind == unknown && len(head) >= sniffed && !w.sniff(head):
		err = w.release(head)
	default:
		if have == 0 && n > 0 {
			s.body = append(s.body, head...)
			w.timer = time.AfterFunc(w.wait(), w.expire)
		}
		return len(p), nil
	}
	if err != nil || n == len(p) {
		return n, err
	}
	more, err := w.write(p[n:])
	return n + more, err
}

// sniff tells the type of a response that has none, as net/http does, and
// reports whether it is HTML.
func (w *response) sniff(head []byte) bool {
	w.kind, w.declared = kindOfType(http.DetectContentType(head))
	return w.kind == html
}

// expire ends the wait for a slow body.
func (w *response) expire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stage != reading {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			w.tainted = true
			w.stage = spoiled
			w.middleware.warn("page not written", "panic", p)
		}
	}()
	if err := w.commit(w.held(), byWait); err == nil && w.flushed {
		_ = w.flushOut() // the handler's next write tells that the visitor is gone
	}
}

func (w *response) stop() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

// release sends what is held back as it came, and lets the rest pass.
func (w *response) release(head []byte) error {
	w.stop()
	if w.recoder != nil {
		head = w.asItCame()
	}
	w.pass(http.StatusOK)
	if len(head) == 0 {
		return nil
	}
	_, err := w.send(head)
	return err
}

// commit decides the page, of which head is known, and sends it.
func (w *response) commit(head []byte, by ending) error {
	w.stop()
	if w.kind == unknown && !w.sniff(head) {
		return w.release(head)
	}
	w.middleware.metrics.readAhead[by].Inc()
	v := w.decide(head, by == byBody)
	if !v.rest {
		w.count(v.result)
	}
	if !v.changed {
		return w.release(head)
	}
	h := w.under.Header()
	personal(h, v.cookies)
	if _, typed := h["Content-Type"]; !typed {
		h["Content-Type"] = []string{"text/html; charset=utf-8"} // as net/http would
	}
	w.stage, w.taken = passing, int64(len(head))
	if v.rest {
		w.stage = injecting
	}
	switch {
	case v.out != nil || v.rest:
		rewritten(h)
		w.recode(h, &v, by)
		w.setLength(h, &v, len(head), by)
		head = v.out
	case w.recoder != nil:
		head = w.asItCame()
	}
	w.under.WriteHeader(http.StatusOK)
	if len(head) == 0 {
		return nil
	}
	_, err := w.send(head)
	return err
}

// setLength gives a page whose head of so many bytes was rewritten its
// Content-Length, where that is known and no trailers follow.
func (w *response) setLength(h http.Header, v *verdict, head int, by ending) {
	delete(h, "Content-Length")
	length := int64(-1)
	switch {
	case v.rest:
	case by != byBody && w.recoder != nil:
	case by != byBody && w.length >= 0:
		length = w.length + int64(len(v.out)-head)
	case by == byBody && len(h["Trailer"]) == 0 && len(w.trailers()) == 0:
		length = int64(len(v.out))
	}
	if length >= 0 {
		h["Content-Length"] = []string{strconv.FormatInt(length, 10)}
	}
}
