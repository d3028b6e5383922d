package abi

import (
	"slices"

	"github.com/profferhq/proffer/catalog/wire"
)

// Told is what a peer tells a store: what one call of its module changes, and what
// it has to say of it. Its byte slices alias the message that it was decoded from.
type Told struct {
	HasChanges   bool
	Changes      Changes
	Propositions []Proposition // more of those that the changes name
	Events       [][]byte      // event lines
	Interaction  []byte        // InteractionSize bytes, or nil
	Snapshot     []byte        // HashSize bytes, or nil
	Time         int64         // of the call
	HasSince     bool          // false: whatever was changed meanwhile
	Since        uint64        // the place in the order of changes at which the record was read
	Newcomer     []byte        // the network that the visitor comes from; nil: not known
}

var toldFaults = [...]string{
	"changes: malformed",
	"propositions: malformed",
	"events: malformed",
	"interaction: malformed",
	"snapshot: malformed",
	"time: malformed",
	"since: malformed",
	"newcomer: malformed",
	"malformed",
}

// AppendTold appends the message of what a peer tells.
func AppendTold(dst []byte, t *Told) []byte {
	dst = wire.AppendArray(dst, 8)
	dst = appendChanges(dst, t.HasChanges, &t.Changes)
	dst = wire.AppendArray(dst, len(t.Propositions))
	for i := range t.Propositions {
		dst = appendProposition(dst, &t.Propositions[i])
	}
	dst = appendStrs(dst, t.Events)
	dst = appendBinOrNil(dst, t.Interaction)
	dst = appendBinOrNil(dst, t.Snapshot)
	dst = wire.AppendInt(dst, t.Time)
	if t.HasSince {
		dst = wire.AppendUint(dst, t.Since)
	} else {
		dst = wire.AppendNil(dst)
	}
	return appendStrOrNil(dst, t.Newcomer)
}

// DecodeTold reads what a peer tells, which aliases b. An error is a Fault.
func DecodeTold(b []byte) (*Told, error) {
	if err := wire.Check(b, MaxDepth); err != nil {
		return nil, Fault(err.Error())
	}
	var lists Response // for its arena
	t := new(Told)
	d := newDecoder(b)
	d.enter()
	t.HasChanges = d.changes(&t.Changes)
	n := d.count(MaxSlots, "propositions: over the limit of 64")
	t.Propositions = slices.Grow(t.Propositions, n)[:n]
	for i := range t.Propositions {
		lists.proposition(&d, &t.Propositions[i])
	}
	t.Events = lists.strs(&d, "events: over the limit of 256")
	t.Interaction = d.sized(InteractionSize, "interaction: not 16 bytes")
	t.Snapshot = d.sized(HashSize, "snapshot: not 32 bytes")
	t.Time = d.int()
	if t.HasSince = d.next(); t.HasSince {
		t.Since = d.c.Uint()
	}
	t.Newcomer = d.str()
	d.leave(0, 1)
	if s, text := d.finish(toldFaults[:]); s != StatusOK {
		return nil, Fault(text)
	}
	return t, nil
}

// AppendRecord appends the message of a record, as it stands in a request.
func AppendRecord(dst []byte, r *Record) []byte { return appendRecord(dst, r) }

// DecodeRecord reads a record, which aliases b. An error is a Fault.
func DecodeRecord(b []byte) (*Record, error) {
	if err := wire.Check(b, MaxDepth); err != nil {
		return nil, Fault(err.Error())
	}
	var r Request // whose element a record is
	d := newDecoder(b)
	d.left = 1
	if r.record(&d); !r.HasRecord && d.c.OK() {
		return nil, Fault("no record")
	}
	if s, text := d.finish([]string{"record: malformed"}); s != StatusOK {
		return nil, Fault(text)
	}
	return &r.Record, nil
}
