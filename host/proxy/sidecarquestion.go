package proxy

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/inject"
)

// maxPage bounds the address of a page, in bytes: what servers take of a request
// line.
const maxPage = 8 << 10

// pageQuestion is what a proxy that serves a page wants to know.
type pageQuestion struct {
	page  *http.Request  // the visitor's, as if it had come here
	slots []inject.Place // which the page holds; none: that is not known
}

// questionOf reads a question. The page's request has the headers and the address
// of the one that asks.
//
// Only peers may ask, and what runs on this machine: to a browser the answer is of
// no use, and a page that has it asked would have views counted of pages that
// nobody sees.
func (m *Middleware) questionOf(r *http.Request) (q pageQuestion, err error) {
	peer := m.peers.sent(r)
	if !peer && !local(r) {
		return q, fmt.Errorf("%s asks, which is no peer", r.RemoteAddr)
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return q, fmt.Errorf("method %.20q is neither GET nor HEAD", r.Method)
	}
	parameters, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return q, errors.New("the query cannot be read")
	}
	address, err := addressOf(parameters["page"], r.Header, peer)
	if err != nil {
		return q, err
	}
	q.page = new(http.Request)
	*q.page = *r
	q.page.URL = address
	q.page.RequestURI = address.RequestURI()
	if address.Host != "" {
		q.page.Host = address.Host
	}
	if strings.HasPrefix(address.Path, m.config.Prefix) {
		return q, errors.New("the page is an endpoint")
	}
	if method := r.Header["X-Original-Method"]; peer && len(method) > 0 {
		q.page.Method = method[0]
	}
	q.slots, err = slotsOf(parameters["slots"])
	return q, err
}

// local reports whether a request comes from this machine.
func local(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && from.Addr().Unmap().IsLoopback()
}

var errNoAddress = errors.New("no page is named, or several, or none of a peer's")

// addressOf is the address of the page that a question is about. One with a host
// is a peer's alone.
func addressOf(named []string, h http.Header, peer bool) (*url.URL, error) {
	for _, name := range []string{"X-Original-Uri", "X-Original-Url"} {
		if peer && len(named) == 0 {
			named = h[name]
		}
	}
	if len(named) != 1 {
		return nil, errNoAddress
	}
	if len(named[0]) > maxPage {
		return nil, fmt.Errorf("an address of %d bytes (have 1..%d)", len(named[0]), maxPage)
	}
	address, err := url.ParseRequestURI(named[0])
	if err != nil {
		return nil, errors.New("the page's address cannot be read")
	}
	if address.Host != "" && !peer || address.Opaque != "" || !strings.HasPrefix(address.Path, "/") {
		return nil, errors.New("the page's address is no path")
	}
	return address, nil
}

// slotsOf reads lists of slots.
func slotsOf(lists []string) (slots []inject.Place, err error) {
	for _, list := range lists {
		if list == "" {
			continue
		}
		for name := range strings.SplitSeq(list, ",") {
			slot, ok := inject.ParseSlot(bytes.TrimSpace([]byte(name)))
			if !ok {
				return nil, fmt.Errorf("%.140q is no slot", name)
			}
			if holds(slots, slot) {
				continue
			}
			if len(slots) == abi.MaxSlots {
				return nil, fmt.Errorf("more slots than %d", abi.MaxSlots)
			}
			slots = append(slots, inject.Place{Slot: slot})
		}
	}
	return slots, nil
}
