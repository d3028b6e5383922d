//go:build wasip1

package main

import (
	"unsafe"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/edge"
)

// Times in milliseconds. A page waits for its record as many ticks behind the
// origin's head; whatever comes of a call, the host says so by its end.
const (
	recordTimeout = 1000
	fetchTimeout  = 10_000
	firstFetch    = 100
	waitTick      = 1
	maxTicks      = 3
)

// noTrailers is a map of nothing.
var noTrailers = []byte{0, 0, 0, 0}

// request sends one; it reports false if the host does not.
func request(c *edge.Call, id *uint32, timeout uint32, body []byte, fields ...abi.Header) bool {
	method := "GET"
	if body != nil {
		method = "POST"
	}
	fields = append(fields, field(":method", []byte(method)), field(":path", c.Path), field(":authority", c.Authority))
	m := edge.AppendPairs(nil, fields...)
	return proxyHTTPCall(start(c.Cluster), uint32(len(c.Cluster)), start(m), uint32(len(m)), start(body), uint32(len(body)),
		start(noTrailers), uint32(len(noTrailers)), timeout, unsafe.Pointer(id)) == 0
}

func field(name string, value []byte) abi.Header { return abi.Header{Name: []byte(name), Value: value} }

// askRecord asks a peer what it knows of the visitor, while the origin works.
func (f *flow) askRecord() {
	p := f.plugin
	if p.config.Record.Cluster == nil {
		return
	}
	need := p.edge.Need(&f.Stream)
	if need == nil {
		return
	}
	bearer, ok := p.edge.AppendBearer(nil, f.Exchange().Now/1e6)
	if !ok {
		return
	}
	f.asked = request(&p.config.Record, &f.call, recordTimeout, need, field("authorization", bearer), field("content-type", []byte("application/msgpack")))
}

//go:wasmexport proxy_on_http_call_response
func onHTTPCallResponse(id, call, fields, size, _ uint32) {
	defer func() { _ = recover() }()
	p := plugins[id]
	if p == nil {
		return
	}
	ok := fields > 0 && string(header(mapCall, ":status")) == "200"
	if p.asked && p.call == call {
		p.asked = false
		p.take(ok, size)
		return
	}
	for _, f := range flows {
		if f.plugin != p || !f.asked || f.call != call {
			continue
		}
		if f.asked = false; ok && size <= abi.MaxRequest {
			f.Found(buffer(bufferCallBody, 0, size))
		}
		f.resume()
		return
	}
}

// resume goes on with a page that has waited for its record.
func (f *flow) resume() {
	if f.state != waiting {
		return
	}
	p := f.plugin
	p.waiting--
	f.state, f.asked = writing, false
	proxySetEffectiveContext(f.id)
	defer func() {
		if recover() != nil {
			delete(flows, f.id)
		}
		proxyContinueStream(streamResponse)
		proxySetEffectiveContext(p.id)
		p.setTimer()
	}()
	f.decide()
	if f.paused && flows[f.id] == f {
		f.write(uint32(bodySize()), f.ended)
	}
}

// bodySize is how much of a body the host holds.
func bodySize() (n int) {
	for {
		b := buffer(bufferResponseBody, uint32(n), piece)
		if n += len(b); len(b) < piece {
			return n
		}
	}
}
