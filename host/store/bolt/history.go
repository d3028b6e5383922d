package bolt

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/profferhq/proffer/plugin/abi"
)

// entries lists a history.
func entries(h abi.History) []abi.HistoryEntry {
	if len(h) == 0 {
		return nil
	}
	list := make([]abi.HistoryEntry, 0, h.Len())
	var e abi.HistoryEntry
	for it := h.Iterate(); it.Next(&e); {
		list = append(list, e)
	}
	return list
}

// merge takes what is new into a history. Times after now are now. It reports
// whether that changed anything.
func merge(held, news abi.History, now int64) (out []abi.HistoryEntry, changed bool) {
	out = entries(held)
	var e abi.HistoryEntry
	for it := news.Iterate(); it.Next(&e); {
		e.Time = min(e.Time, now)
		if e.First == 0 || e.First > e.Time {
			e.First = e.Time
		}
		at := find(out, &e)
		if at < 0 {
			out, changed = append(out, e), true
		} else if join(&out[at], &e) {
			changed = true
		}
	}
	if !changed {
		return out, false
	}
	slices.SortFunc(out, order)
	return bound(out), true
}

// find is the place of an entry's proposition, or -1. One without an id is what it
// says.
func find(list []abi.HistoryEntry, e *abi.HistoryEntry) int {
	for i := range list {
		have := &list[i]
		switch {
		case !bytes.Equal(have.ID, e.ID):
		case e.ID != nil:
			return i
		case have.Status == e.Status && have.Time == e.Time && bytes.Equal(have.Offer, e.Offer) &&
			bytes.Equal(have.Channel, e.Channel) && bytes.Equal(have.Environment, e.Environment):
			return i
		}
	}
	return -1
}

// order is newest first, by when they were shown.
func order(a, b abi.HistoryEntry) int {
	return cmp.Or(cmp.Compare(b.First, a.First), cmp.Compare(b.Time, a.Time), bytes.Compare(a.ID, b.ID), bytes.Compare(a.Offer, b.Offer))
}

// bound drops what a row has no room for: of what was withdrawn the oldest, then
// the oldest.
func bound(list []abi.HistoryEntry) []abi.HistoryEntry {
	for i := len(list) - 1; i >= 0 && len(list) > maxHistory; i-- {
		if list[i].Status == abi.Withdrawn {
			list = slices.Delete(list, i, i+1)
		}
	}
	return list[:min(len(list), maxHistory)]
}

// setHistory replaces the row's history by a sorted one.
func (r *row) setHistory(list []abi.HistoryEntry) {
	r.history, r.listed = nil, 0
	if len(list) > 0 {
		r.history = abi.AppendHistory(nil, list)
		r.listed = list[len(list)-1].First
	}
}
