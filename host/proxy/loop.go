package proxy

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"
)

// A request that a proxy sends on has a line of it in CDN-Loop (RFC 8586), by
// which each knows what it has sent before.
const (
	loopHeader = "Cdn-Loop"
	loopName   = "proffer"

	// maxHops is how many proxies of ours a request may pass, each once. Chains
	// have two or three; a loop through a fleet that shares its work comes to one
	// process again only after some.
	maxHops = 10
)

// loops knows the requests that have been here.
type loops struct {
	mark  string
	alone []string // the header where nobody else is in it; nobody changes it
}

// newLoops makes a mark of its own for this process.
func newLoops() loops {
	var id [8]byte
	_, _ = rand.Read(id[:]) // does not fail
	mark := loopName + ";id=" + hex.EncodeToString(id[:])
	return loops{mark: mark, alone: []string{mark}}
}

// closed reports whether a request has passed this proxy already, or more of ours
// than any chain has.
func (l *loops) closed(h http.Header) bool {
	lines := h[loopHeader]
	if len(lines) == 0 {
		return false
	}
	hops := 0
	for _, line := range lines {
		for entry := range strings.SplitSeq(line, ",") {
			entry = strings.TrimSpace(entry)
			if entry == l.mark {
				return true
			}
			if name, _, _ := strings.Cut(entry, ";"); strings.EqualFold(strings.TrimSpace(name), loopName) {
				hops++
			}
		}
	}
	return hops >= maxHops
}

// pass writes this proxy into the header of a request to the origin; came is the
// one that the visitor sent, of which a Connection header can take nothing away.
func (l *loops) pass(out, came http.Header) {
	lines := came[loopHeader]
	if len(lines) == 0 {
		out[loopHeader] = l.alone
		return
	}
	out[loopHeader] = append(lines[:len(lines):len(lines)], l.mark)
}

// turnBack answers a request that goes round in circles.
func (m *Middleware) turnBack(w http.ResponseWriter) {
	m.metrics.looped.Inc()
	m.warn("a request came here a second time; does the origin's address lead to this proxy?")
	plain(w, http.StatusLoopDetected, "This request goes round in circles.\n")
}
