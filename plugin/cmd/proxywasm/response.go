//go:build wasip1

package main

import "github.com/profferhq/proffer/plugin/edge"

// chunk is what goes out in place of a part of a body, and kept what was held back of
// the parts before it.
var chunk, kept []byte

// Bounds, in bytes: of what is read of a body at once, and of what is kept of chunk.
const (
	piece    = 64 << 10
	maxChunk = 1 << 20
)

// onResponseHeaders decides a page, for its head goes out now. It waits for a
// record, if one was asked for.
//
//go:wasmexport proxy_on_response_headers
func onResponseHeaders(id, _, last uint32) (action uint32) {
	defer rescue(id)
	f := flows[id]
	if f == nil {
		return actionContinue
	}
	if f.state == answering { // the origin was faster than the request's body
		return f.reply(nil, false)
	}
	if last != 0 || !isPage() {
		f.close()
		return actionContinue
	}
	if f.asked {
		f.state = waiting
		f.plugin.waiting++
		f.plugin.setTimer()
		return actionPause
	}
	f.decide()
	return actionContinue
}

// isPage wants the charset in the head: what is in the body comes too late.
func isPage() bool {
	var status uint32
	for _, c := range header(mapResponse, ":status") {
		status = 10*status + uint32(c-'0')
	}
	if header(mapResponse, "trailer") != nil { // no body could follow it
		return false
	}
	kind := append([]byte(nil), header(mapResponse, "content-type")...)
	page, declared := edge.IsPage(status, kind, header(mapResponse, "content-encoding"))
	return page && declared
}

func (f *flow) decide() {
	out, changes, ok := f.Decide(f.plugin.edge)
	f.state = writing
	if ok {
		for _, cookie := range out.Cookies {
			add("set-cookie", cookie)
		}
		if out.Private {
			remove(mapResponse, edge.CacheHeaders[:]...)
			set("cache-control", []byte("private, no-store"))
		}
	}
	if !ok || !changes {
		f.close()
		return
	}
	remove(mapResponse, "content-length")
	remove(mapResponse, edge.DigestHeaders[:]...)
}

//go:wasmexport proxy_on_response_body
func onResponseBody(id, size, last uint32) (action uint32) {
	defer rescue(id)
	f := flows[id]
	switch {
	case f == nil:
		return actionContinue
	case f.state == waiting:
		f.paused, f.ended = true, last != 0
		return actionPause
	case f.state == writing:
		f.write(size, last != 0)
	}
	return actionContinue
}

// write puts the offers into the next part of the body, and its place.
func (f *flow) write(size uint32, last bool) {
	if f.Idle() {
		f.close()
		return
	}
	if cap(chunk) > maxChunk {
		chunk = nil
	}
	kept = append(kept[:0], f.Held()...)
	defer f.giveBack()
	chunk = chunk[:0]
	from := uint32(0)
	for from < size {
		b := buffer(bufferResponseBody, from, min(size-from, piece))
		if len(b) == 0 {
			break
		}
		chunk = f.Write(chunk, b, false)
		from += uint32(len(b))
	}
	if last {
		chunk = f.Write(chunk, nil, true)
	}
	if from > 0 || len(chunk) > 0 {
		proxySetBufferBytes(bufferResponseBody, 0, from, start(chunk), uint32(len(chunk)))
	}
	if last {
		f.close()
	}
}

// giveBack ends a write that panicked. What was held back goes out as it came, and
// behind it the part that the host still has.
func (f *flow) giveBack() { f.restore(recover(), 0) }

// giveBackBehind is giveBack where the host has no further part.
func (f *flow) giveBackBehind() { f.restore(recover(), behind) }

func (f *flow) restore(fault any, at uint32) {
	if fault == nil {
		return
	}
	delete(flows, f.id)
	if len(kept) > 0 {
		proxySetBufferBytes(bufferResponseBody, at, 0, start(kept), uint32(len(kept)))
	}
}

// onResponseTrailers ends a body that had no last part. What is held back of a slot
// that never ended is put behind it, where the host still can.
//
//go:wasmexport proxy_on_response_trailers
func onResponseTrailers(id, _ uint32) (action uint32) {
	defer rescue(id)
	f := flows[id]
	if f == nil || f.state != writing {
		return actionContinue
	}
	kept = append(kept[:0], f.Held()...)
	defer f.giveBackBehind()
	if chunk = f.Write(chunk[:0], nil, true); len(chunk) > 0 {
		proxySetBufferBytes(bufferResponseBody, behind, 0, start(chunk), uint32(len(chunk)))
	}
	f.close()
	return actionContinue
}

// behind is where all of a body ends.
const behind = 0x7fffffff
