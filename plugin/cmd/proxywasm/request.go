//go:build wasip1

package main

import (
	"unsafe"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/edge"
)

// onRequestHeaders answers what is below the prefix. The origin of a listed page is
// asked for a whole, plain and fresh body.
//
//go:wasmexport proxy_on_request_headers
func onRequestHeaders(id, _, last uint32) (action uint32) {
	defer rescue(id)
	p := contexts[id]
	if p == nil || p.edge == nil {
		return actionContinue
	}
	f := newFlow(id, p)
	if f == nil {
		return actionContinue
	}
	if !f.Begin(pairs(mapRequest)) {
		f.close()
		return actionContinue
	}
	x := f.Exchange()
	x.Now = clock()
	randomGet(unsafe.Pointer(&x.Random), uint32(len(x.Random)))
	x.Source = append([]byte(nil), property("source\x00address")...)
	if p.edge.Owns(x) {
		return f.receive(last != 0)
	}
	if !p.edge.Listed(x) || f.Upgrades() {
		f.close()
		return actionContinue
	}
	f.state = requesting
	remove(mapRequest, edge.PlainHeaders[:]...)
	f.askRecord()
	return actionContinue
}

// receive replies if the request is whole. Most hosts show no body to a module that
// holds the head; there the head goes on, and the body is held.
func (f *flow) receive(whole bool) uint32 {
	if whole {
		return f.reply(nil, false)
	}
	if f.plugin.config.Hold {
		return actionPause
	}
	return actionContinue
}

//go:wasmexport proxy_on_request_body
func onRequestBody(id, size, last uint32) (action uint32) {
	defer rescue(id)
	f := flows[id]
	if f == nil || f.state != answering {
		return actionContinue
	}
	if size > abi.MaxBody {
		return f.reply(nil, true)
	}
	if last == 0 {
		return actionPause
	}
	return f.reply(buffer(bufferRequestBody, 0, size), false)
}

//go:wasmexport proxy_on_request_trailers
func onRequestTrailers(id, _ uint32) (action uint32) {
	defer rescue(id)
	f := flows[id]
	if f == nil || f.state != answering {
		return actionContinue
	}
	return f.reply(buffer(bufferRequestBody, 0, abi.MaxBody), false)
}

var replied struct {
	fields []abi.Header
	pairs  []byte
}

// reply answers a request to an endpoint of the module's own, whose body may be too
// long. If it cannot, the origin may.
func (f *flow) reply(body []byte, long bool) uint32 {
	p := f.plugin
	defer f.close()
	r, ok := p.edge.Reply(f.Exchange(), body, long)
	if !ok {
		return actionContinue
	}
	fields := append(replied.fields[:0], r.Headers...)
	for _, c := range r.Cookies {
		fields = append(fields, abi.Header{Name: []byte("set-cookie"), Value: c})
	}
	replied.fields = fields
	replied.pairs = edge.AppendPairs(replied.pairs[:0], fields...)
	status := proxySendLocalResponse(uint32(r.Code), nil, 0, start(r.Body), uint32(len(r.Body)), start(replied.pairs), uint32(len(replied.pairs)), noGRPC)
	if status != 0 {
		return actionContinue
	}
	for _, l := range r.Events {
		logLine(levelInfo, l)
	}
	return actionPause
}
