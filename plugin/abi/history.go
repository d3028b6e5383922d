package abi

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
)

// History is the encoding of a whole array of entries, newest first; nil is an
// empty one.
type History []byte

// HistoryEntry is one proposition of the past.
type HistoryEntry struct {
	ID      []byte // PropositionSize bytes, or nil
	Offer   []byte // code
	Space   []byte
	Channel []byte
	Status  catalog.Status
	Time    int64 // when it reached the status; milliseconds since 1970-01-01T00:00:00Z

	Environment []byte // nil: whichever asks
	First       int64  // when it was shown; 0: Time
}

// Len gives the number of entries, 0 for bytes that are no array.
func (h History) Len() int {
	c := wire.NewCursor(h)
	return c.Array()
}

// Iterate gives an iterator that stands before the first entry.
func (h History) Iterate() HistoryIterator {
	d := newDecoder(h)
	n := d.c.Array()
	return HistoryIterator{decoder: d, left: n}
}

// HistoryIterator walks a History. It is a value: a copy walks on its own.
type HistoryIterator struct {
	decoder decoder
	left    int
}

// Next writes the next entry, which aliases the history, to e and reports
// whether there was one. It ends early where bytes that were not decoded first
// are malformed.
func (i *HistoryIterator) Next(e *HistoryEntry) bool {
	if i.left == 0 {
		return false
	}
	i.left--
	i.decoder.historyEntry(e)
	return i.decoder.c.OK()
}

// AppendHistory appends the encoding of a history.
func AppendHistory(dst []byte, list []HistoryEntry) []byte {
	dst = wire.AppendArray(dst, len(list))
	for i := range list {
		dst = AppendHistoryEntry(dst, &list[i])
	}
	return dst
}

// AppendHistoryEntry appends the encoding of one entry.
func AppendHistoryEntry(dst []byte, e *HistoryEntry) []byte {
	elements := 6
	if e.Environment != nil || e.First != 0 {
		elements = 8
	}
	dst = wire.AppendArray(dst, elements)
	dst = appendBinOrNil(dst, e.ID)
	dst = wire.AppendStrBytes(dst, e.Offer)
	dst = wire.AppendStrBytes(dst, e.Space)
	dst = wire.AppendStrBytes(dst, e.Channel)
	dst = wire.AppendUint(dst, uint64(e.Status))
	dst = wire.AppendInt(dst, e.Time)
	if elements == 8 {
		dst = appendStrOrNil(dst, e.Environment)
		dst = wire.AppendInt(dst, e.First)
	}
	return dst
}

// history checks a history and gives its bytes; nil for an empty one.
func (d *decoder) history() History {
	if !d.next() {
		return nil
	}
	start := d.c.Offset()
	n := d.c.Array()
	empty := n == 0
	var e HistoryEntry
	for ; n > 0 && d.c.OK(); n-- {
		d.historyEntry(&e)
	}
	if empty || !d.c.OK() {
		return nil
	}
	end := d.c.Offset()
	return d.b[start:end:end]
}

func (d *decoder) historyEntry(e *HistoryEntry) {
	outer := d.enter()
	e.ID = d.sized(PropositionSize, "history: id is not 8 bytes")
	e.Offer = d.str()
	e.Space = d.str()
	e.Channel = d.str()
	e.Status = catalog.Status(d.enum(uint64(Withdrawn), "history: unknown status"))
	e.Time = d.int()
	e.Environment = d.str()
	e.First = d.int()
	d.leave(outer, 6)
}
