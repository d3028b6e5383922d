package proxy

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/inject"
)

// apply writes the engine's answer into the head of a page.
func (w *response) apply(head []byte, places []inject.Place, whole bool, e encoding) verdict {
	s := w.scratch
	a := &s.response.Answer
	wanted := s.fill(a.Slots, w.kind, e)
	v := verdict{
		result: kept, cookies: a.Cookies,
		changed: wanted || len(a.Cookies) > 0 || a.Cache == abi.CachePrivate,
	}
	if !wanted {
		w.countSlots()
		return v
	}
	s.injector.Reset(s.fills)
	covered := s.covered(places)
	switch {
	case covered, whole && len(places) < len(s.places):
		s.out = s.injector.Splice(s.out[:0], head, places)
	case whole: // more slots than Find tells
		s.out = s.injector.Rewrite(s.out[:0], head)
	default:
		s.out = s.injector.Write(s.out[:0], head)
		v.rest = true
	}
	v.out = s.out
	if !v.rest && w.countSlots() {
		v.result = injected
	}
	return v
}

// fill makes the fills of the answer's slots and reports whether one has
// content.
func (s *scratch) fill(slots []abi.SlotAnswer, k kind, e encoding) (wanted bool) {
	s.fills = s.fills[:0]
	for i := range slots {
		a := &slots[i]
		f := inject.Fill{Slot: inject.Slot{Space: a.Space, N: a.N}, HTML: a.HTML}
		if a.Offer == nil || k == xhtml && !wellFormed(a.HTML) {
			f.HTML = nil
		}
		if e == anyASCII && f.HTML != nil {
			f.HTML = inASCII(f.HTML)
		}
		wanted = wanted || f.HTML != nil
		s.fills = append(s.fills, f)
	}
	return wanted
}

// covered reports whether every fill with content has its place.
func (s *scratch) covered(places []inject.Place) bool {
	for i := range s.fills {
		if s.fills[i].HTML != nil && !holds(places, s.fills[i].Slot) {
			return false
		}
	}
	return true
}

// countSlots counts what became of the slots of a page that is through, and
// reports whether one was filled.
func (w *response) countSlots() bool {
	s := w.scratch
	var n [numFates]int
	for i := range s.fills {
		switch {
		case s.fills[i].HTML == nil:
			n[empty]++
		case s.injector.Filled(i):
			n[filled]++
		default:
			n[missing]++
		}
	}
	for f, count := range n {
		if count > 0 {
			w.middleware.metrics.slots[f].Add(float64(count))
		}
	}
	return n[filled] > 0
}

// lastC1 ends the control characters whose references HTML reads as others
// (https://html.spec.whatwg.org/#numeric-character-reference-end-state).
const lastC1 = 0x9f

// inASCII writes what is not ASCII as character references, which read alike
// whatever encoding a browser takes the page for.
func inASCII(markup []byte) []byte {
	if i := bytes.IndexFunc(markup, func(r rune) bool { return r >= utf8.RuneSelf }); i < 0 {
		return markup
	}
	out := make([]byte, 0, len(markup)+64)
	for len(markup) > 0 {
		r, n := utf8.DecodeRune(markup)
		markup = markup[n:]
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
			continue
		}
		if r <= lastC1 {
			r = utf8.RuneError
		}
		out = strconv.AppendInt(append(out, "&#"...), int64(r), 10)
		out = append(out, ';')
	}
	return out
}

// wellFormed reports whether markup may stand in an XML document: one mistake,
// and the browser shows an error in place of the page.
func wellFormed(markup []byte) bool {
	const before, after = "<div>", "</div>"
	whole := append(append([]byte(before), markup...), after...)
	d := xml.NewDecoder(bytes.NewReader(whole))
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			if t.Name.Space != "" || !distinct(t.Attr) {
				return false
			}
		case xml.EndElement:
			depth--
			if depth == 0 && d.InputOffset() < int64(len(whole)) {
				return false // it closes what is around it
			}
		case xml.Directive, xml.ProcInst:
			return false
		}
	}
}

// distinct reports that no attribute comes twice and none has a namespace.
func distinct(attributes []xml.Attr) bool {
	for i, a := range attributes {
		if a.Name.Space != "" || a.Name.Local == "xmlns" {
			return false
		}
		for _, b := range attributes[:i] {
			if a.Name == b.Name {
				return false
			}
		}
	}
	return true
}
