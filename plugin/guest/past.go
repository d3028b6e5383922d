package guest

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/visitor"
)

// record is the history that the host has of an environment's target, nil if it
// has none.
//
//go:noinline
func (g *Guest) record(env *snapshot.Environment) abi.History {
	if env.Kind() == snapshot.KindIdentified {
		if p := g.pastPerson(env); p != nil {
			return p.History
		}
		return nil
	}
	if v := g.visitorRecord(env); v != nil && !g.page.replaced {
		return v.History
	}
	return nil
}

// raise takes into a history what a record says of propositions in both, and notes
// which it has. One that the page had no place for is nothing to count, unless
// the visitor has answered it.
func raise(h *visitor.History, list abi.History) (changed bool) {
	var e abi.HistoryEntry
	left := h.Whole // which are the newest, as they are in the record
	for n, it := 0, list.Iterate(); n < maxPast && left > 0 && it.Next(&e); n++ {
		i := place(h, &e)
		if i < 0 {
			continue
		}
		left--
		switch {
		case e.Status == abi.Withdrawn:
			if !h.Entries[i].Pinned {
				h.Remove(i)
				changed = true
			}
		default:
			minute := visitor.Minute(e.Time)
			h.Entries[i].Record(e.Status, minute)
			changed = h.Raise(i, e.Status, minute) || changed
		}
	}
	return changed
}

// place is that of a record's proposition in the cookie's history, or -1.
//
//go:noinline
func place(h *visitor.History, e *abi.HistoryEntry) int {
	if h == nil || len(e.ID) != abi.PropositionSize {
		return -1
	}
	return h.Find(e.ID)
}

// addRecord tells what a record has and the cookie lacks: of the environment's own
// target, whose history in the cookie is own, or, where histories are merged, of
// others. folder is the place of a visitor's record, else -1.
func (g *Guest) addRecord(index uint32, list abi.History, own *chronicle, folder int) {
	var e abi.HistoryEntry
	for n, it := 0, list.Iterate(); n < maxPast && it.Next(&e); n++ {
		stored, at := false, -1
		if own != nil {
			stored, at = own.settled || own.hands, place(&own.history, &e)
		}
		if e.Status == abi.Withdrawn || g.isSibling(&e) || own != nil && (at >= 0 && !stored || !g.concerns(index, &e)) ||
			own == nil && (g.inCookie(&e) || folder >= 0 && !g.belongs(folder, &e)) {
			continue
		}
		past := decide.Past{
			Offer: hashOf(e.Offer), Channel: uint16(hashOf(e.Channel) >> 16), // see decide.ChannelHash
			Status: e.Status, First: e.First, Last: e.Time,
		}
		if e.First == 0 {
			past.First = e.Time
		}
		if len(e.Space) > 0 {
			past.Space = e.Space
		}
		switch {
		case at >= 0:
			both := &own.history.Entries[at]
			past.Status, past.First, past.Last = both.Status, visitor.Millis(both.First), visitor.Millis(both.Last)
		case stored:
			g.raisePast(own, &past, e.ID)
		}
		g.engine.AddPast(index, &past)
	}
}

// raisePast takes into a proposition of the store, which the cookie has no more,
// what the second cookie says of it.
func (g *Guest) raisePast(own *chronicle, past *decide.Past, id []byte) {
	v := &g.page.events
	for i := range v.All() {
		event, entry := &v.List[i], visitor.Entry{Status: past.Status, First: visitor.Minute(past.First), Last: visitor.Minute(past.Last)}
		if string(event.ID[:]) == string(id) && entry.Raise(event.Status, event.Last) {
			past.Status, past.Last = entry.Status, visitor.Millis(entry.Last)
			own.raised |= 1 << i
		}
	}
}

// concerns reports whether a record's proposition is one of an environment.
//
//go:noinline
func (g *Guest) concerns(index uint32, e *abi.HistoryEntry) bool {
	return e.Environment == nil || hashOf(e.Environment) == g.hash(g.view.Environment(index).Name())
}

// inCookie reports whether a visitor's history in the cookie has a proposition.
//
//go:noinline
func (g *Guest) inCookie(e *abi.HistoryEntry) bool {
	for i := range g.page.chronicles {
		if c := &g.page.chronicles[i]; !c.person && place(&c.history, e) >= 0 {
			return true
		}
	}
	return false
}

// belongs reports whether it is for the i-th record of the visitor to tell of a
// proposition: a store may hand over all that it has in each.
func (g *Guest) belongs(i int, e *abi.HistoryEntry) bool {
	list := g.page.request.Record.Visitors
	if e.Environment == nil || len(list) == 1 {
		return true
	}
	hash := hashOf(e.Environment)
	for j := range g.view.Count(snapshot.SecEnvironments) {
		if env := g.view.Environment(j); env.Folder() != snapshot.None && g.hash(env.Name()) == hash {
			return g.folderRecord(env) == &list[i]
		}
	}
	return i == 0
}

// hashOf is the Hash32 of a name, or what stands for one: "#" and the first digits
// of its hash.
//
//go:noinline
func hashOf(name []byte) (hash uint32) {
	if len(name) == 0 || name[0] != '#' {
		return snapshot.Hash32(name)
	}
	for i, c := range name[1:min(len(name), 9)] {
		digit := c - '0'
		if c >= 'a' {
			digit = c - 'a' + 10
		}
		hash |= uint32(digit&15) << (28 - 4*i)
	}
	return hash
}

// learnOther takes into a visitor's history of an environment that did not answer
// what the second cookie and the host's store say of it.
func (g *Guest) learnOther(c *chronicle) (changed bool) {
	p := &g.page
	changed = g.applyEvents(c) != 0
	if p.request.Flags.Has(abi.FlagStore) {
		for i := range p.request.Record.Visitors {
			changed = g.merges(i) && raise(&c.history, p.request.Record.Visitors[i].History) || changed
		}
	}
	return changed
}

// merges reports whether the i-th record of the visitor counts where histories
// are merged.
//
//go:noinline
func (g *Guest) merges(i int) bool {
	flags := g.page.request.Flags
	if g.page.replaced {
		return false // it is of the visitor who was here before
	}
	return !flags.Has(abi.FlagStore) || flags.Has(abi.FlagVisitors) || g.page.request.Record.Visitors[i].Known
}

// lacks reports whether the cookie has a whole proposition that is not in the
// host's record: then the folded ones are not either.
//
//go:noinline
func lacks(h *visitor.History) bool {
	if h.Whole == 0 {
		return h.N > 0
	}
	for i := range h.Entries[:h.Whole] {
		if e := &h.Entries[i]; e.Recorded == visitor.RecordedNot && !e.Pinned {
			return true
		}
	}
	return false
}
