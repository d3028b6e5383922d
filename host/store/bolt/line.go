package bolt

import (
	"bytes"
	"encoding/hex"

	"github.com/profferhq/proffer/plugin/abi"
)

// nameEvents gives the change's lines the aliases of their subjects.
func (d *draft) nameEvents() error {
	if len(d.change.Events) == 0 {
		return nil
	}
	visitor, err := d.current(d.plan.visitor)
	if err != nil {
		return err
	}
	for _, line := range d.change.Events {
		subject, err := d.subject(line)
		if err != nil {
			return err
		}
		if subject == nil {
			subject = visitor
		}
		if subject != nil {
			line = withAlias(line, subject.alias)
		}
		d.line(line)
	}
	return nil
}

// subject is the row of the person whom the change names as that of a line's
// proposition, or nil.
func (d *draft) subject(line []byte) (*row, error) {
	id := lineID(line)
	for i := range d.plan.news {
		if n := &d.plan.news[i]; find(entries(n.history), &abi.HistoryEntry{ID: id}) >= 0 && id != nil {
			return d.current(n.key)
		}
	}
	return nil, nil
}

// lineID is the id of a line's proposition; nil if it names none.
func lineID(line []byte) []byte {
	id, err := hex.AppendDecode(nil, lineValue(line, propositionMark))
	if err != nil || len(id) != abi.PropositionSize {
		return nil
	}
	return id
}

// leave keeps the lines as they are: their subject is nobody any more.
func (d *draft) leave() {
	for _, line := range d.change.Events {
		d.line(line)
	}
}

func (d *draft) line(line []byte) {
	d.lines = append(d.lines, line)
	if d.store.config.OutboxBytes > 0 {
		d.events = append(d.events, event{class: classOf(line), line: bytes.Clone(line)})
	}
}

var (
	kindMark        = []byte("e=")
	propositionMark = []byte("p=")
)

// lineValue is the value of a key of an event line, as it stands there.
func lineValue(line, key []byte) []byte {
	_, form, _ := bytes.Cut(line, []byte(" "))
	for len(form) > 0 {
		var pair []byte
		pair, form, _ = bytes.Cut(form, []byte("&"))
		if value, ok := bytes.CutPrefix(pair, key); ok {
			return value
		}
	}
	return nil
}

func classOf(line []byte) class {
	switch string(lineValue(line, kindMark)) {
	case "decided", "shown":
		return ofPage
	case "seen":
		return ofSeen
	case "clicked":
		return ofClicked
	}
	return ofKept
}

func withAlias(line []byte, alias [aliasSize]byte) []byte {
	out := make([]byte, 0, len(line)+len("&a=")+2*aliasSize)
	out = append(append(out, line...), "&a="...)
	return hex.AppendEncode(out, alias[:])
}
