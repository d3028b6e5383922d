package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/profferhq/proffer/host/events"
	"github.com/profferhq/proffer/host/store"
)

// entry is an event on its way.
type entry struct {
	id     string // by which a receiver knows it again
	seq    uint64
	time   int64
	line   []byte
	json   []byte // nil: the line is no event
	status int    // for which it is set aside
	why    string // then
}

// newEntry makes an event of the outbox ready. The id has more than the number,
// for a store that was put back to an older state gives numbers again.
func newEntry(e store.Event) entry {
	sum := sha256.Sum256(e.Line)
	out := entry{seq: e.Seq, line: e.Line, id: strconv.FormatUint(e.Seq, 10) + "-" + hex.EncodeToString(sum[:8])}
	event, err := events.ParseLine(string(e.Line))
	if err != nil {
		out.why = err.Error()
		return out
	}
	out.time = event.Time
	text := append(make([]byte, 0, 2*len(e.Line)+64), `{"id":"`+out.id+`"`...)
	at := len(text)
	text = event.AppendJSON(text)
	text[at] = ',' // the event's members follow the id
	out.json = text
	return out
}

const opening, closing = `{"events":[`, `]}`

// body is the request for events.
func body(list []entry) []byte {
	size := len(opening) + len(closing)
	for i := range list {
		size += len(list[i].json) + 1
	}
	out := append(make([]byte, 0, size), opening...)
	for i := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, list[i].json...)
	}
	return append(out, closing...)
}

// fitting are the first events that one request has room for, at least one, up to
// a line that is none.
func fitting(list []entry, room int) []entry {
	size := len(opening) + len(closing)
	for i := range list {
		if size += len(list[i].json) + 1; i > 0 && (size > room || list[i].json == nil) {
			return list[:i]
		}
	}
	return list
}
