package guest

import (
	"math"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

const (
	binHeader     = 5   // most that msgpack puts before bytes
	maxTraceValue = 256 // bytes of a target attribute; a longer one is not told
	maxReason     = 64  // bytes that a reason takes at most, and the end of a group

	codeArray16 = 0xdc // of msgpack
	emptyMap    = 0x80
)

// Explain answers requests as Handle does, and those to explain, too: it is an
// entry of its own so that a module that does without is spared its size. It
// makes garbage.
func (g *Guest) Explain(dst, request []byte) (response []byte) {
	c := wire.NewCursor(request)
	c.Array()
	if c.Uint() != uint64(abi.KindExplain) || !c.OK() {
		return g.Handle(dst, request)
	}
	start := len(dst)
	defer func() {
		if r := recover(); r != nil {
			response = abi.AppendError(dst[:start], abi.StatusPanic, panicText(r))
		}
	}()
	page := append([]byte{}, request...)
	page[c.Offset()-1] = byte(abi.KindPage) // the last byte of the number
	dst = g.Handle(dst, page)
	if status, ok := abi.StatusOf(dst[start:]); !ok || status != abi.StatusOK {
		return dst
	}
	return g.explain(dst, start)
}

// explain puts the trace into the answer that Handle has just given: what stands
// behind the slots is written again, with the trace, so that all else is what it
// is without.
func (g *Guest) explain(dst []byte, start int) []byte {
	p, e := &g.page, g.engine
	flags := g.traceFlags() // before the reasons spend steps of their own
	named := make([]uint32, len(p.request.Offers))
	for i := range named {
		named[i] = g.view.Find(p.request.Offers[i])
	}
	results := e.Results()
	t := appendNumbers(nil, 2, uint64(flags))
	t = appendNumbers(t, len(results))
	for i := range results {
		r := &results[i]
		t = appendNumbers(t, 0, uint64(r.Asked), uint64(r.Space), uint64(uint32(r.Group())), uint64(r.Path))
	}
	groups := e.Groups()
	t = appendNumbers(t, groups)
	room := abi.MaxRequest - (len(dst) - start) - binHeader
	e.BeginExplain()
	for i := range groups {
		// What is left is divided among the groups that are left.
		t = g.group(t, i, named, len(t)+(room-len(t))/(groups-i))
	}
	if len(t) > room {
		return dst
	}
	p.answer.Trace = t
	return abi.AppendAnswerTail(dst[:p.tail], &p.answer)
}

// appendNumbers appends an array of numbers, and of more elements that the
// caller appends next.
//
//go:noinline
func appendNumbers(dst []byte, more int, list ...uint64) []byte {
	dst = wire.AppendArray(dst, len(list)+more)
	for _, v := range list {
		dst = wire.AppendUint(dst, v)
	}
	return dst
}

// group appends the reasons of one group, as far as there is room: up to a
// length of the whole.
func (g *Guest) group(t []byte, group int, named []uint32, end int) []byte {
	first := g.engine.First(group)
	values := g.engine.Target(g.engine.Results()[first].Environment)
	t = appendNumbers(t, 3, uint64(first))
	t = appendNumbers(t, len(values))
	for i := range values {
		// An empty map stands for a value that is too long.
		if v := &values[i]; len(v.Bytes) > maxTraceValue || len(t)+maxTraceValue > end {
			t = append(t, emptyMap)
		} else {
			t = appendValue(t, v)
		}
	}
	t = append(t, codeArray16, 0, 0)
	at, count, free, left := len(t), 0, abi.MaxTraced, uint64(0)
	reasons := g.engine.Explain(group)
	if reasons == nil {
		left = uint64(g.view.Environment(g.engine.Results()[first].Environment).Offers().Count)
	}
	for i := range reasons {
		r := &reasons[i]
		isNamed := contains(named, g.view.Offer(r.Offer()).Code())
		if !isNamed && r.Why <= abi.WhyScope {
			continue
		}
		if !isNamed && free == 0 || len(t)+maxReason > end {
			left++
			continue
		}
		if !isNamed {
			free--
		}
		count++
		t = appendNumbers(t, 0, uint64(r.Offer()), uint64(r.Why), r.Detail, uint64(r.Count), math.Float64bits(r.Weight()))
	}
	t[at-2], t[at-1] = byte(count>>8), byte(count)
	return wire.AppendUint(t, left)
}

// traceFlags are what was known of the call.
func (g *Guest) traceFlags() (flags abi.TraceFlags) {
	p := &g.page
	for i, set := range [...]bool{
		p.consent, p.sentOurs, p.state.Known && !p.fresh, p.call.Identity.Linked, p.call.Identity.Given, p.identity.token,
		p.call.Visitor.New, p.replaced, g.engine.OverBudget(), len(p.call.Identity.Records) > 0,
	} {
		if set {
			flags |= 1 << i
		}
	}
	return flags
}
