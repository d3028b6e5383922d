package abi

import "math"

// Trace is why an answer is as it is. Indexes are those of records in the
// snapshot, or its None.
type Trace struct {
	Flags  TraceFlags
	Slots  []TraceSlot // as the answer's
	Groups []TraceGroup
}

// TraceSlot is how a slot came to the space that answers it.
type TraceSlot struct {
	Asked uint32 // the space that was asked
	Space uint32 // the space that answers
	Group uint32 // place in the trace's groups
	Bits  SlotBits
}

// TraceGroup is what became of the offers of one group of slots.
type TraceGroup struct {
	Slot   int      // its first
	Target [][]byte // the target attributes' encoded values; nil: missing, an empty map: too long
	Offers []TraceOffer
	Left   int // offers in scope that are not listed
}

// TraceOffer is one offer.
type TraceOffer struct {
	Offer  uint32
	Why    Why
	Detail uint64
	Count  uint32
	Weight float64
}

// traceFaults is what to say for a malformed element of a trace.
var traceFaults = [...]string{"flags: malformed", "slots: malformed", "groups: malformed", "malformed"}

// traceFault says why bytes are not a trace.
type traceFault string

func (f traceFault) Error() string { return "trace: " + string(f) }

// DecodeTrace reads a trace, which the result aliases.
func DecodeTrace(b []byte) (*Trace, error) {
	t := &Trace{}
	d := newDecoder(b)
	outer := d.enter()
	t.Flags = TraceFlags(d.uint())
	for n := d.count(MaxSlots, "slots: over the limit of 64"); n > 0 && d.c.OK(); n-- {
		inner := d.enter()
		t.Slots = append(t.Slots, TraceSlot{Asked: uint32(d.uint()), Space: uint32(d.uint()), Group: uint32(d.uint()), Bits: SlotBits(d.uint())})
		d.leave(inner, 2)
	}
	for n := d.count(MaxSlots, "groups: over the limit of 64"); n > 0 && d.c.OK(); n-- {
		t.Groups = append(t.Groups, d.traceGroup())
	}
	d.leave(outer, 1)
	if status, text := d.finish(traceFaults[:]); status != StatusOK {
		return nil, traceFault(text)
	}
	return t, nil
}

func (d *decoder) traceGroup() (g TraceGroup) {
	outer := d.enter()
	g.Slot = int(d.uint())
	for n := d.count(MaxRequest, "groups: too many values"); n > 0 && d.c.OK(); n-- {
		var value []byte
		if !d.c.Nil() {
			value = d.c.Raw()
		}
		g.Target = append(g.Target, value)
	}
	for n := d.count(MaxRequest, "groups: too many offers"); n > 0 && d.c.OK(); n-- {
		inner := d.enter()
		o := TraceOffer{Offer: uint32(d.uint()), Why: Why(d.uint()), Detail: d.uint(), Count: uint32(d.uint()), Weight: math.Float64frombits(d.uint())}
		g.Offers = append(g.Offers, o)
		d.leave(inner, 4)
	}
	g.Left = int(d.uint())
	d.leave(outer, 2)
	return g
}
