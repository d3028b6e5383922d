package proxy

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"time"
)

// codedPiece is how much of one write is decoded before it is asked whether the
// page is known, in bytes: what is held back exceeds its bound by no more.
const codedPiece = 32 << 10

// codedBlock is what a coding may need before it tells anything, in bytes: zstd's
// largest block.
const codedBlock = 128 << 10

// recoder takes the coding off a page and puts one on.
type recoder struct {
	from, to coding
	decoder  *decoder // nil: the page comes plain
	encoder  encoder  // nil: it goes plain
}

// decoding begins to take a coding off.
func decoding(c coding) *recoder { return &recoder{from: c, decoder: newDecoder(c)} }

// close gives back what is shared. An encoder is given back after its last byte
// alone.
func (r *recoder) close() {
	if r != nil && r.decoder != nil {
		r.decoder.close()
		r.decoder = nil
	}
}

// decodes reports that the origin's body has a coding that is being taken off.
func (w *response) decodes() bool { return w.recoder != nil && w.recoder.decoder != nil }

// readCoded holds p back as it came and decoded.
func (w *response) readCoded(p []byte) (int, error) {
	s := w.scratch
	if w.length >= 0 && int64(len(s.came))+int64(len(p)) > w.length {
		if err := w.release(nil); err != nil {
			return 0, err
		}
		return w.under.Write(p)
	}
	first, begins := p[:min(len(p), codedPiece)], len(s.came) == 0
	s.came = append(s.came, first...)
	w.recoder.decoder.feed(first, int64(len(s.came)) == w.length)
	if err := w.decodeHead(); err != nil {
		return len(first), err
	}
	if begins && w.stage == reading {
		w.timer = time.AfterFunc(w.wait(), w.expire)
	}
	if len(first) == len(p) {
		return len(p), nil
	}
	more, err := w.write(p[len(first):])
	return len(first) + more, err
}

// decodeHead decodes what came into what is held back, until that is full or the
// page is over; and then the rest of what came.
func (w *response) decodeHead() error {
	s, d, limit := w.scratch, w.recoder.decoder, w.limit()
	for w.stage == reading {
		have := len(s.body)
		if have == limit {
			return w.commitCoded()
		}
		s.body = slices.Grow(s.body, min(codedPiece, limit-have))
		n, err := d.next(s.body[have:min(cap(s.body), limit)])
		s.body = s.body[:have+n]
		switch {
		case err == nil:
		case errors.Is(err, io.EOF) && d.over:
			return w.commit(s.body, byBody)
		case !errors.Is(err, errMore) && !errors.Is(err, io.EOF):
			w.count(miscoded)
			return w.release(nil)
		case len(s.came) >= limit+codedBlock: // most of it says nothing
			return w.commitCoded()
		default:
			return nil
		}
	}
	return nil
}

// commitCoded decides a page by a head that is full, and sends what else came.
func (w *response) commitCoded() error {
	if err := w.commit(w.scratch.body, bySize); err != nil || !w.decodes() {
		return err
	}
	return w.decodeRest()
}

// endCoded ends a response whose body was over while it was held back.
func (w *response) endCoded() {
	if int64(len(w.scratch.came)) < w.length {
		w.count(truncated)
		_ = w.release(nil) // net/http cuts the connection
		return
	}
	w.recoder.decoder.feed(nil, true)
	if err := w.decodeHead(); err != nil {
		return
	}
	if w.stage == injecting || w.stage == recoding {
		_ = w.tail()
	}
	if w.unsized(0) {
		_ = flush(w.under) // the visitor may be gone
	}
}

// asItCame is what is held back in the origin's coding. The rest will follow
// untouched.
func (w *response) asItCame() []byte {
	w.recoder.close()
	return w.scratch.came
}

// recode makes a page's head, of which the verdict has what goes out in its
// place, one in a coding that the visitor accepts.
func (w *response) recode(h http.Header, v *verdict, by ending) {
	m, s := w.middleware, w.scratch
	if w.recoder == nil {
		if m.config.Origin.Coding != CodingOwn {
			return
		}
		w.recoder = new(recoder)
	}
	r := w.recoder
	accepted := newAcceptance(w.request.Header["Accept-Encoding"])
	r.to = accepted.choose(r.from)
	recoded(h, r.to)
	whole := by == byBody && !v.rest
	if !whole && w.stage != injecting {
		w.stage = recoding
	}
	if r.decoder != nil {
		w.taken = int64(len(s.came))
	}
	s.sent = s.sent[:0]
	if r.encoder = newEncoder(r.to, &s.sent); r.encoder == nil {
		return
	}
	_, _ = r.encoder.Write(v.out) // a piece takes everything
	switch {
	case whole:
		w.endEncoding()
	case by == byWait:
		_ = r.encoder.Flush()
	}
	v.out = s.sent
}

// endEncoding writes the last of an encoder into what is to be sent.
func (w *response) endEncoding() {
	r := w.recoder
	_ = r.encoder.Close() // a piece takes everything
	r.encoder.Reset(nil)
	encoders[r.to].Put(r.encoder)
	r.encoder = nil
}

// more sends a part of the body behind the head in another coding.
func (w *response) more(p []byte) error {
	if !w.decodes() {
		return w.sendPlain(p)
	}
	w.recoder.decoder.feed(p, false)
	return w.decodeRest()
}

// decodeRest decodes what came, and sends it. A body that is broken must not look
// whole: nothing goes out any more, and the connection is cut.
func (w *response) decodeRest() error {
	s := w.scratch
	s.body = slices.Grow(s.body[:0], codedPiece)
	room := s.body[:cap(s.body)]
	for {
		n, err := w.recoder.decoder.next(room)
		switch {
		case err == nil:
			if err := w.sendPlain(room[:n]); err != nil {
				return err
			}
		case errors.Is(err, errMore), errors.Is(err, io.EOF):
			return nil
		default:
			w.count(miscoded)
			w.stage = spoiled
			return err
		}
	}
}

// sendPlain sends plain bytes of the page.
func (w *response) sendPlain(p []byte) error {
	if w.stage == injecting {
		s := w.scratch
		s.out = s.injector.Write(s.out[:0], p)
		p = s.out
	}
	return w.emit(p)
}

// emit sends plain bytes that the injector is done with.
func (w *response) emit(p []byte) error {
	s := w.scratch
	if w.recoder != nil && w.recoder.encoder != nil {
		s.sent = s.sent[:0]
		_, _ = w.recoder.encoder.Write(p) // a piece takes everything
		p = s.sent
	}
	if len(p) == 0 {
		return nil
	}
	_, err := w.under.Write(p)
	return err
}

// emitHeld sends what the encoder keeps back, so that a flush is one.
func (w *response) emitHeld() error {
	if w.recoder == nil || w.recoder.encoder == nil {
		return nil
	}
	s := w.scratch
	s.sent = s.sent[:0]
	_ = w.recoder.encoder.Flush() // a piece takes everything
	if len(s.sent) == 0 {
		return nil
	}
	_, err := w.under.Write(s.sent)
	return err
}

// emitEnd sends the end of the body's coding.
func (w *response) emitEnd() error {
	if w.recoder == nil || w.recoder.encoder == nil {
		return nil
	}
	s := w.scratch
	s.sent = s.sent[:0]
	w.endEncoding()
	_, err := w.under.Write(s.sent)
	return err
}
