package proxy

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/inject"
	"github.com/profferhq/proffer/plugin/visitor"
)

// The headers of an answer to a side-car's caller. In a slot's name an underscore
// becomes a hyphen: many servers drop a header with underscores.
const (
	slotsHeader  = "Proffer-Slots"
	slotHeader   = "Proffer-Slot-"
	cacheHeader  = "Proffer-Cache"
	cookieHeader = "Proffer-Cookie"
	eventsHeader = "Proffer-Cookie-Events"
)

// maxLine bounds an offer in a header, and maxLines all offers of an answer with
// the names of their headers, in bytes. nginx reads an answer's header into 4 or
// 8 KiB unless it is told otherwise, Apache and others refuse a request with a
// header of 8 KiB, and HAProxy keeps all headers of a request in 15. An offer that
// people write has some 500 bytes, of which its click ticket is 200.
const (
	maxLine  = 4 << 10
	maxLines = 8 << 10
)

// say writes the engine's answer into a header. Of the slots of which it is known
// that the page lacks them, nothing is told, for nothing of them is recorded.
func (w *response) say(q pageQuestion, h http.Header) verdict {
	s := w.scratch
	a := &s.response.Answer
	for _, c := range a.Cookies {
		h.Add("Set-Cookie", string(c))
		h.Set(headerOf(c), string(c))
	}
	s.fill(a.Slots, html, inUTF8)
	var names []string
	for i, room := 0, maxLines; i < len(s.fills); i++ {
		f := &s.fills[i]
		if len(q.slots) > 0 && !holds(q.slots, f.Slot) {
			continue
		}
		fate, used := w.sayOffer(f, h, room)
		w.middleware.metrics.slots[fate].Inc()
		if room -= used; fate == filled {
			names = append(names, slotName(f.Slot))
		}
	}
	v := verdict{result: kept, changed: len(names) > 0 || len(a.Cookies) > 0 || a.Cache == abi.CachePrivate}
	if v.changed {
		h.Set(cacheHeader, ownPage)
	}
	if len(names) > 0 {
		v.result = injected
		h.Set(slotsHeader, strings.Join(names, ","))
	}
	return v
}

// sayOffer writes an offer into a header, if there is room for it, and tells how
// much it took.
func (w *response) sayOffer(f *inject.Fill, h http.Header, room int) (fate, int) {
	if f.HTML == nil {
		return empty, 0
	}
	name := slotName(f.Slot)
	key := slotHeader + strings.ReplaceAll(name, "_", "-")
	line, ok := inLine(f.HTML)
	size := len(key) + len(": \r\n") + len(line)
	if !ok || len(line) > maxLine || size > room || h.Get(key) != "" || !httpguts.ValidHeaderFieldName(key) {
		w.middleware.warn("offer not told: it is no line, or too long", "slot", name, "line", ok, "bytes", len(line), "room", room)
		return missing, 0
	}
	h.Set(key, string(line))
	return filled, size
}

// headerOf is the header in which a cookie stands alone, for proxies that take
// the first of several Set-Cookie.
func headerOf(cookie []byte) string {
	switch name, _, _ := bytes.Cut(cookie, []byte("=")); string(name) {
	case visitor.EventsName, visitor.EventsNameSecure:
		return eventsHeader
	}
	return cookieHeader
}

// slotName is a slot's name as markup writes it.
func slotName(s inject.Slot) string {
	if s.N == 1 {
		return string(s.Space)
	}
	return string(s.Space) + "_" + strconv.Itoa(s.N)
}
