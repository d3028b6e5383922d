package envoy_test

import "slices"

// step is the callback that a stream is in or behind.
type step int

const (
	created step = iota
	inRequestHeaders
	inRequestBody
	inResponseHeaders
	inResponseBody
	deleted
)

// stream is one request and its response on their way through the proxy.
type stream struct {
	id       uint32
	source   string
	step     step
	request  fields // as the origin gets it
	response fields // as the browser gets it
	buffer   []byte // the part of a body that the module may change
	out      []byte // the response's body
	held     bool   // the response's head waits
	sent     bool   // it is on its way
	local    *reply
}

// reply is a response of the module's own.
type reply struct {
	code   int
	fields fields
	body   []byte
}

// maxBody is how much of a body Envoy holds (per_connection_buffer_limit_bytes).
const maxBody = 1 << 20

// exchange is a stream with what is still to come for it.
type exchange struct {
	*stream
	host     *host
	send     [][]byte // parts of the request's body
	head     fields   // of the origin's response
	parts    [][]byte // of its body
	trailers bool     // come behind it
	asked    bool     // the origin has the request
	done     bool
}

// open begins a stream.
func (h *host) open(request fields, body []byte, head fields, parts ...[]byte) *exchange {
	h.Helper()
	id := uint32(len(h.streams) + 100)
	s := &stream{id: id, source: "192.0.2.1:1234", request: slices.Clone(request)}
	h.streams[id] = s
	e := &exchange{stream: s, host: h, head: slices.Clone(head), parts: parts}
	if body != nil {
		e.send = [][]byte{body}
	}
	h.callback(e, created, "proxy_on_context_create", uint64(id), pluginID)
	return e
}

func (h *host) callback(e *exchange, at step, name string, args ...uint64) uint32 {
	e.step, h.at = at, e.id
	if name == "proxy_on_context_create" {
		return h.export(name, args...)
	}
	return h.export(name, append([]uint64{uint64(e.id)}, args...)...)
}

func last(yes bool) uint64 {
	if yes {
		return 1
	}
	return 0
}

// next takes the stream one callback further; false: it waits for something.
func (e *exchange) next() bool {
	e.host.Helper()
	switch {
	case e.done || e.held && (e.host.stopAll || len(e.parts) == 0):
		return false
	case e.local != nil:
		e.end()
	case e.step == created:
		if e.host.callback(e, inRequestHeaders, "proxy_on_request_headers", uint64(len(e.request)), last(len(e.send) == 0)) == proceed {
			e.asked = true
		}
	case len(e.send) > 0:
		e.buffer = append(e.buffer, e.send[0]...)
		e.send = e.send[1:]
		action := e.host.callback(e, inRequestBody, "proxy_on_request_body", uint64(len(e.buffer)), last(len(e.send) == 0))
		if action == proceed {
			e.buffer = nil
		} else if len(e.buffer) > maxBody {
			e.host.Errorf("%d bytes of a request are held: Envoy answers 413", len(e.buffer))
		}
	case e.step < inResponseHeaders:
		e.response = slices.Clone(e.head)
		e.buffer = nil
		if e.host.callback(e, inResponseHeaders, "proxy_on_response_headers", uint64(len(e.response)), last(len(e.parts) == 0)) == pause {
			e.held = e.local == nil
		} else {
			e.sent = true
		}
	case len(e.parts) > 0:
		e.part()
	default:
		if e.trailers {
			e.host.callback(e, deleted, "proxy_on_response_trailers", 1)
		}
		e.end()
	}
	return true
}

func (e *exchange) part() {
	e.buffer = append(e.buffer, e.parts[0]...)
	e.parts = e.parts[1:]
	action := e.host.callback(e, inResponseBody, "proxy_on_response_body", uint64(len(e.buffer)), last(len(e.parts) == 0 && !e.trailers))
	if action == proceed {
		e.out, e.buffer = append(e.out, e.buffer...), nil
	} else if len(e.buffer) > maxBody {
		e.host.Errorf("%d bytes of a page are held: Envoy answers 500", len(e.buffer))
	} else if !e.held {
		e.host.Error("a body waits, and nobody lets it go on")
	}
}

func (e *exchange) end() {
	e.done = true
	h := e.host
	if h.callback(e, deleted, "proxy_on_done") != 1 {
		h.Error("the module keeps a context")
	}
	h.callback(e, deleted, "proxy_on_log")
	h.callback(e, deleted, "proxy_on_delete")
	delete(h.streams, e.id)
}

// run takes the stream to its end, as far as it goes.
func (e *exchange) run() *exchange {
	e.host.Helper()
	for e.next() {
	}
	return e
}

// tell answers a call of the module's; without fields it has failed.
func (h *host) tell(c *call, answer fields, body []byte) {
	h.Helper()
	if c.done {
		h.Fatal("a call is answered twice")
	}
	c.answer, c.answered, c.done = answer, body, true
	h.at, h.answer = pluginID, c
	h.export("proxy_on_http_call_response", pluginID, uint64(c.id), uint64(len(answer)), uint64(len(body)), 0)
	h.answer = nil
}

// pass lets the timer fire.
func (h *host) pass() {
	h.Helper()
	if h.tick == 0 {
		h.Fatal("there is no timer")
	}
	h.now += int64(h.tick) * 1_000_000
	h.at = pluginID
	h.export("proxy_on_tick", pluginID)
}
