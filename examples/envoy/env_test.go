package envoy_test

import (
	"encoding/binary"
	"slices"
)

// env is what the host has of the ABI.
func (h *host) env() []function {
	return []function{
		{"proxy_log", i32s(3), false, func(a []uint64) uint32 {
			h.logs = append(h.logs, []string{"trace", "debug", "info", "warn", "error", "critical"}[a[0]]+" "+string(h.read(a[1], a[2])))
			return ok
		}},
		{"proxy_get_buffer_bytes", i32s(5), false, h.getBuffer},
		{"proxy_set_buffer_bytes", i32s(5), false, h.setBuffer},
		{"proxy_get_header_map_pairs", i32s(3), false, h.getPairs},
		{"proxy_get_header_map_value", i32s(5), false, h.getValue},
		{"proxy_add_header_map_value", i32s(5), false, func(a []uint64) uint32 {
			return h.change(a[0], func(f fields) fields {
				return append(f, [2]string{string(h.read(a[1], a[2])), string(h.read(a[3], a[4]))})
			})
		}},
		{"proxy_replace_header_map_value", i32s(5), false, func(a []uint64) uint32 {
			return h.change(a[0], func(f fields) fields {
				return append(without(f, string(h.read(a[1], a[2]))), [2]string{string(h.read(a[1], a[2])), string(h.read(a[3], a[4]))})
			})
		}},
		{"proxy_remove_header_map_value", i32s(3), false, func(a []uint64) uint32 {
			return h.change(a[0], func(f fields) fields { return without(f, string(h.read(a[1], a[2]))) })
		}},
		{"proxy_get_property", i32s(4), false, func(a []uint64) uint32 {
			s := h.streams[h.at]
			if s == nil || string(h.read(a[0], a[1])) != "source\x00address" {
				return notFound
			}
			return h.hand(a[2], a[3], []byte(s.source))
		}},
		{"proxy_send_local_response", i32s(8), false, h.sendLocal},
		{"proxy_continue_stream", i32s(1), false, func(a []uint64) uint32 {
			s := h.streams[h.at]
			if s == nil || a[0] != 1 || !s.held {
				h.Errorf("context %d: a stream goes on that does not wait", h.at)
				return badArgument
			}
			s.held, s.sent = false, true
			s.out, s.buffer = append(s.out, s.buffer...), nil
			return ok
		}},
		{"proxy_set_effective_context", i32s(1), false, func(a []uint64) uint32 {
			if h.streams[uint32(a[0])] == nil && a[0] != pluginID {
				return badArgument
			}
			h.at = uint32(a[0])
			return ok
		}},
		{"proxy_set_tick_period_milliseconds", i32s(1), false, func(a []uint64) uint32 { h.tick = uint32(a[0]); return ok }},
		{"proxy_http_call", i32s(10), false, h.httpCall},
		{"proxy_get_shared_data", i32s(5), false, func(a []uint64) uint32 {
			key := string(h.read(a[0], a[1]))
			v, in := h.shared.values[key]
			if !in {
				return notFound
			}
			h.write32(a[4], h.shared.cas[key])
			return h.hand(a[2], a[3], v)
		}},
		{"proxy_set_shared_data", i32s(5), false, func(a []uint64) uint32 {
			key := string(h.read(a[0], a[1]))
			if a[4] != 0 && uint32(a[4]) != h.shared.cas[key] {
				return casMismatch
			}
			h.shared.values[key] = h.read(a[2], a[3])
			h.shared.cas[key]++
			return ok
		}},
	}
}

// hand puts a value into memory that the module gives for it.
func (h *host) hand(data, size uint64, v []byte) uint32 {
	if h.garbage {
		v = slices.Repeat([]byte{0xf7, 0, 1, 0xff}, 5)
	}
	if len(v) == 0 {
		h.write32(data, 0)
		h.write32(size, 0)
		return ok
	}
	at := h.export("proxy_on_memory_allocate", uint64(len(v)))
	if at == 0 {
		return 6
	}
	h.write(uint64(at), v)
	h.write32(data, at)
	h.write32(size, uint32(len(v)))
	return ok
}

// body is the buffer that may be read now, nil if there is none.
func (h *host) body(kind uint64) *[]byte {
	s := h.streams[h.at]
	switch {
	case kind == configuration && h.config != nil:
		return &h.config
	case kind == callBody && h.answer != nil:
		return &h.answer.answered
	case kind == requestBody && s != nil && s.step == inRequestBody:
		return &s.buffer
	case kind == responseBody && s != nil && (s.step == inResponseBody || s.held):
		return &s.buffer
	}
	return nil
}

func (h *host) getBuffer(a []uint64) uint32 {
	b := h.body(a[0])
	if b == nil {
		return notFound
	}
	from := min(int(a[1]), len(*b))
	return h.hand(a[3], a[4], (*b)[from:min(len(*b), from+int(a[2]))])
}

// setBuffer replaces, prepends or appends, which is all that Envoy can.
func (h *host) setBuffer(a []uint64) uint32 {
	b := h.body(a[0])
	if b == nil || a[0] != responseBody {
		return notFound
	}
	v, from, length := h.read(a[3], a[4]), int(a[1]), int(a[2])
	switch {
	case from == 0 && length > len(*b):
		h.Errorf("%d bytes are drained of a buffer of %d: Envoy would die", length, len(*b))
	case from == 0:
		*b = append(v, (*b)[length:]...)
	case from >= len(*b):
		*b = append(*b, v...)
	default:
		h.Errorf("%d bytes replaced at %d of %d: Envoy cannot", length, from, len(*b))
		return badArgument
	}
	return ok
}

// header is the map that may be read now, and whether it may be changed.
func (h *host) header(kind uint64) (f *fields, open bool) {
	s := h.streams[h.at]
	switch {
	case kind == callMap && h.answer != nil:
		return &h.answer.answer, false
	case s == nil:
	case kind == requestMap:
		return &s.request, s.step == inRequestHeaders
	case kind == responseMap && s.step >= inResponseHeaders:
		return &s.response, s.step == inResponseHeaders || s.held
	}
	return nil, false
}

func (h *host) getPairs(a []uint64) uint32 {
	f, _ := h.header(a[0])
	if f == nil {
		return badArgument
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(*f)))
	for _, p := range *f {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p[0])))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p[1])))
	}
	for _, p := range *f {
		b = append(append(append(append(b, p[0]...), 0), p[1]...), 0)
	}
	return h.hand(a[1], a[2], b)
}

func (h *host) getValue(a []uint64) uint32 {
	f, _ := h.header(a[0])
	if f == nil {
		return badArgument
	}
	if v := f.all(string(h.read(a[1], a[2]))); len(v) > 0 {
		return h.hand(a[3], a[4], []byte(v[0]))
	}
	return notFound
}

// change changes a head that was not yet sent.
func (h *host) change(kind uint64, by func(fields) fields) uint32 {
	f, open := h.header(kind)
	if !open {
		h.Errorf("context %d: header map %d is changed when it is sent", h.at, kind)
		return badArgument
	}
	*f = by(*f)
	return ok
}

func without(f fields, name string) fields {
	return slices.DeleteFunc(f, func(p [2]string) bool { return p[0] == name })
}

func (h *host) sendLocal(a []uint64) uint32 {
	s := h.streams[h.at]
	if s == nil || s.sent || s.local != nil {
		h.Errorf("context %d: a response is sent that cannot be", h.at)
		return badArgument
	}
	s.local = &reply{int(a[0]), h.readPairs(a[5], a[6]), h.read(a[3], a[4])}
	return ok
}

func (h *host) httpCall(a []uint64) uint32 {
	c := &call{id: uint32(len(h.calls)), cluster: string(h.read(a[0], a[1])), fields: h.readPairs(a[2], a[3]), body: h.read(a[4], a[5]), timeout: uint32(a[8])}
	for _, name := range []string{":method", ":path", ":authority"} {
		if c.fields.get(name) == "" {
			return badArgument
		}
	}
	if c.cluster == "unknown" || c.timeout == 0 || len(h.readPairs(a[6], a[7])) > 0 {
		return badArgument
	}
	h.calls = append(h.calls, c)
	h.write32(a[9], c.id)
	return ok
}

func (h *host) readPairs(at, size uint64) (f fields) {
	b := h.read(at, size)
	n := int(binary.LittleEndian.Uint32(b))
	sizes, rest := b[4:4+8*n], b[4+8*n:]
	cut := func() string {
		size := binary.LittleEndian.Uint32(sizes)
		v := string(rest[:size])
		if rest[size] != 0 {
			h.Fatalf("a name or value does not end with a zero byte: %q", b)
		}
		sizes, rest = sizes[4:], rest[size+1:]
		return v
	}
	for range n {
		f = append(f, [2]string{cut(), cut()})
	}
	if len(rest) > 0 {
		h.Fatalf("pairs of another size: %q", b)
	}
	return f
}
