package envoy_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/profferhq/proffer/examples/internal/callcase"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// TestDecide holds that pages that build themselves get their offers here as they
// do from the proxy: of a host that lets a head be held while the body comes, and of
// one that does not.
func TestDecide(t *testing.T) {
	for name, more := range map[string]map[string]any{"held": {"events": "log", "hold": true}, "not held": {"events": "log"}} {
		t.Run(name, func(t *testing.T) {
			callcase.Run(t, func(t *testing.T, settings, snapshot []byte) callcase.Edge {
				h := newHost(t, object(t, snapshot, settings, more))
				h.stopAll = more["hold"] == nil
				return callcase.Edge{Send: h.send, Lines: func() (lines []string) {
					for _, line := range h.logs {
						lines = append(lines, strings.TrimPrefix(line, "info "))
					}
					h.logs = nil
					return lines
				}}
			})
		})
	}
}

// send sends a request as text, whose body comes in two parts, and gives the
// module's response.
func (h *host) send(request string) pagecase.Response {
	h.Helper()
	head, body, _ := strings.Cut(request, "\n\n")
	first, rest, _ := strings.Cut(head, "\n")
	line := strings.Fields(first)
	f := fields{{":method", line[0]}, {":path", line[1]}}
	for line := range strings.SplitSeq(rest, "\n") {
		name, value, _ := strings.Cut(line, ": ")
		if name = strings.ToLower(name); name == "host" {
			name = ":authority"
		}
		f = append(f, [2]string{name, value})
	}
	var whole []byte
	if body != "" {
		whole = []byte(body)
	}
	e := h.open(f, whole, html(), []byte("the origin's"))
	if len(whole) > 1 {
		e.send = [][]byte{whole[:1], whole[1:]}
	}
	if e.run(); e.local == nil {
		h.Fatalf("the origin answers %.300s", request)
	}
	r := &http.Response{StatusCode: e.local.code, Proto: "HTTP/1.1", Header: http.Header{}}
	for _, p := range e.local.fields {
		r.Header.Add(p[0], p[1])
	}
	return pagecase.Response{Response: r, Text: string(e.local.body)}
}
