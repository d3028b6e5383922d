package abi

import "slices"

// requestFaults is what to say for a malformed element of a request.
var requestFaults = [...]string{
	"kind: malformed",
	"snapshot: malformed",
	"time: malformed",
	"seed: malformed",
	"entropy: malformed",
	"flags: malformed",
	"want: malformed",
	"host: malformed",
	"path: malformed",
	"query: malformed",
	"headers: malformed",
	"slot mode: malformed",
	"slots: malformed",
	"attributes: malformed",
	"language: malformed",
	"target: malformed",
	"visitor: malformed",
	"record: malformed",
	"method: malformed",
	"body: malformed",
	"offers: malformed",
	"long: malformed",
	"request: malformed",
}

// Decode reads a request from b, which r aliases from then on; r's lists are
// reused. It gives StatusOK, or StatusRefused, StatusMalformed or
// StatusUnsupported with a text that names the field; then r holds nothing of
// use. Of a ping only the kind is read.
func (r *Request) Decode(b []byte) (Status, string) {
	r.reset()
	d := newDecoder(b)
	outer := d.enter()
	r.Kind = d.kind()
	if r.Kind != KindPing {
		r.call(&d)
		r.page(&d)
		r.identity(&d)
		r.endpoint(&d)
	}
	d.leave(outer, 1)
	return d.finish(requestFaults[:])
}

// reset empties r and keeps the memory of its lists. It sets field by field, for
// in WebAssembly the assignment of a large struct is a call.
func (r *Request) reset() {
	r.Snapshot, r.Time, r.Seed, r.Entropy, r.Flags, r.Want = nil, 0, 0, nil, 0, 0
	r.Host, r.Path, r.Query, r.Headers = nil, nil, nil, r.Headers[:0]
	r.Mode, r.HasSlots, r.Slots, r.Attributes = SlotsListed, false, r.Slots[:0], r.Attributes[:0]
	r.Language, r.Target.Source, r.Target.Key, r.Visitor = nil, nil, nil, nil
	r.HasRecord, r.Record.Persons, r.Record.Visitors = false, r.Record.Persons[:0], r.Record.Visitors[:0]
	r.Record.Erased, r.Record.Linked = false, nil
	r.Method, r.Body, r.Offers, r.Long = nil, nil, nil, false
	r.names, r.values = r.names[:0], r.values[:0]
}

// kind reads element 0 of a request, which must be there.
func (d *decoder) kind() Kind {
	if d.left == 0 {
		d.refuse(StatusMalformed, "kind: missing")
		return KindPing
	}
	d.left--
	kind := d.c.Uint()
	if kind > uint64(KindNeed) {
		d.refuse(StatusUnsupported, "kind: not supported")
		return KindPing
	}
	return Kind(kind)
}

// call reads elements 1 to 6: from which snapshot, when and how to decide.
func (r *Request) call(d *decoder) {
	r.Snapshot = d.bin()
	if r.Snapshot != nil && len(r.Snapshot) < HashSize {
		d.refuse(StatusMalformed, "snapshot: fewer than 32 bytes")
	}
	if len(d.b)-len(r.Snapshot) > MaxRequest {
		d.refuse(StatusRefused, "request: over the limit of 1 MiB")
	}
	r.Time = d.int()
	r.Seed = d.uint()
	r.Entropy = d.sized(EntropySize, "entropy: not 32 bytes")
	r.Flags = Flags(d.enum(uint64(knownFlags), "flags: unknown bit"))
	if r.Flags.Has(FlagConsentGiven | FlagConsentRefused) {
		d.refuse(StatusRefused, "flags: consent both given and refused")
	}
	r.Want = Want(d.enum(uint64(knownWants), "want: unknown bit"))
	if r.Want&^knownWants != 0 {
		d.refuse(StatusRefused, "want: unknown bit")
	}
}

// page reads elements 7 to 13: what the visitor asked the site for.
func (r *Request) page(d *decoder) {
	r.Host = d.str()
	r.Path = d.str()
	if len(r.Path) > 0 && r.Path[0] != '/' {
		d.refuse(StatusRefused, "path: does not begin with /")
	}
	r.Query = d.str()
	r.headers(d)
	r.Mode = SlotMode(d.enum(uint64(SlotsAsked), "slot mode: unknown"))
	r.slots(d)
	d.attributes(&r.Attributes)
}

// identity reads elements 14 to 17: who asks, and what is known of them.
func (r *Request) identity(d *decoder) {
	if d.nils() {
		return
	}
	r.Language = d.str()
	r.Target = d.personKey("target: no key")
	r.Visitor = d.sized(VisitorSize, "visitor: not 16 bytes")
	r.record(d)
}

// endpoint reads elements 18 to 21: what a request to an endpoint of the
// module's own or a question for reasons has beside a page's.
func (r *Request) endpoint(d *decoder) {
	if d.left == 0 {
		return
	}
	r.Method = d.str()
	r.Body = d.bin()
	if len(r.Body) > MaxBody {
		d.refuse(StatusRefused, "body: over the limit of 64 KiB")
	}
	r.Offers = d.strs(&r.names, MaxOffers, "offers: over the limit of 200")
	r.Long = d.bool()
}

func (r *Request) headers(d *decoder) {
	n := d.count(MaxHeaders, "headers: over the limit of 256 strings")
	if n%2 != 0 {
		d.refuse(StatusMalformed, "headers: a name without a value")
		return
	}
	r.Headers = slices.Grow(r.Headers, n/2)[:n/2]
	for i := range r.Headers {
		h := &r.Headers[i]
		h.Name = d.c.Str()
		h.Value = d.c.Str()
	}
}

func (r *Request) slots(d *decoder) {
	if !d.next() {
		return
	}
	r.HasSlots = true
	n := d.c.Array()
	if n > MaxSlots {
		d.refuse(StatusRefused, "slots: over the limit of 64")
		return
	}
	r.Slots = slices.Grow(r.Slots, n)[:n]
	var last slotBytes
	for i := range r.Slots {
		if d.again(&last) {
			r.Slots[i] = r.Slots[i-1]
			r.Slots[i].N = int(d.b[last.ordinal])
			continue
		}
		last.start = d.c.Offset()
		last.ordinal = r.slot(d, &r.Slots[i])
		last.end = d.c.Offset()
		if !d.c.OK() {
			return
		}
	}
}

// slotBytes is where in a message a slot is. The zero value is none.
type slotBytes struct {
	start, ordinal, end int
}

// again reports whether the next slot is the last one with another ordinal, which
// most are, and consumes it. Both ordinals must be of one byte.
func (d *decoder) again(last *slotBytes) bool {
	at := d.c.Offset()
	end := at + last.end - last.start
	if end == at || end > len(d.b) {
		return false
	}
	n := last.ordinal - last.start
	a, b := d.b[last.start:last.end], d.b[at:end]
	if a[n] > MaxN || b[n]-1 >= MaxN || !equalBut(a, b, n) {
		return false
	}
	*last = slotBytes{start: at, ordinal: at + n, end: end}
	d.c.Forward(end - at)
	return true
}

// equalBut reports whether two messages of one length differ at a place at most.
// It is a leaf: two calls to compare what is around the place take twice as long.
func equalBut(a, b []byte, place int) bool {
	for i, c := range a {
		if b[i] != c && i != place {
			return false
		}
	}
	return true
}

// slot reads one, and gives where its ordinal is.
func (r *Request) slot(d *decoder, s *Slot) (ordinal int) {
	outer := d.enter()
	s.Space = d.str()
	ordinal = d.c.Offset()
	s.N = d.ordinal()
	if d.nils() { // most slots name a space and an ordinal alone
		s.Environment, s.Categories, s.Themes, s.Attributes = nil, nil, nil, nil
	} else {
		s.Environment = d.str()
		s.Categories = d.strs(&r.names, MaxCategories, "slots: over the limit of 32 categories")
		s.Themes = d.strs(&r.names, MaxThemes, "slots: over the limit of 32 themes")
		s.Attributes = d.attributes(&r.values)
	}
	s.Held = Held(d.enum(uint64(HeldNo), "slots: held is not 0 to 2"))
	d.leave(outer, 3)
	return ordinal
}

// ordinal reads the n of a slot.
func (d *decoder) ordinal() int {
	n := uint64(0)
	if d.next() {
		n = d.c.Uint()
	}
	if n < 1 || n > MaxN {
		d.refuse(StatusRefused, "slots: n is not 1 to 100")
		return 0
	}
	return int(n)
}

// personKey reads nil or an array of source and key.
func (d *decoder) personKey(text string) (p PersonKey) {
	if !d.next() {
		return p
	}
	outer := d.enter()
	p.Source = d.str()
	p.Key = d.str()
	if p.Key == nil {
		d.refuse(StatusMalformed, text)
	}
	d.leave(outer, 2)
	return p
}
