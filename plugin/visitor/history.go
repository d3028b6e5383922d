package visitor

import "github.com/profferhq/proffer/catalog"

// Limits of the history of one section.
const (
	// MaxWhole is how many propositions, the newest, are kept whole.
	MaxWhole = 8
	// MaxEntries bounds a history: each takes 5 bytes of a body at least.
	MaxEntries = 100
	// maxChannels bounds the channels of one history; a section rarely has two.
	maxChannels = 16
)

// epoch is 2024-01-01T00:00:00Z in minutes since 1970-01-01T00:00:00Z. From it
// on times take three bytes, until 2055.
const (
	epoch     = 28_401_120
	maxMinute = 1<<24 - 1
	minuteMS  = 60_000
)

// Minute is a time in milliseconds since 1970-01-01T00:00:00Z as the cookie
// keeps it: in minutes since the epoch, rounded up, so that a cap never lets
// more through.
func Minute(ms int64) uint32 {
	m := ms / minuteMS
	if ms > m*minuteMS {
		m++
	}
	return uint32(min(max(m-epoch, 0), maxMinute))
}

// Millis is the inverse of Minute.
func Millis(minute uint32) int64 { return (int64(minute) + epoch) * minuteMS }

// Entry is one proposition of a history. Names are hashes, as everywhere in the
// cookie.
type Entry struct {
	ID      [8]byte // of the proposition; zero where it is folded
	Offer   uint32  // Hash32 of the code
	Channel uint16  // upper half of the channel's Hash32
	Status  catalog.Status
	// First is the minute at which it was presented (while it is not, at which
	// it was generated), Last that at which it reached its status.
	First, Last uint32
	// Pinned says that the second cookie has an event of it: while that is so it
	// stays, or the event would count again. It is not written.
	Pinned bool
	// Recorded is what a host's record has of it. It is not written.
	Recorded Recorded
}

// Recorded is what a host's record has of a proposition.
type Recorded uint8

// What a record has.
const (
	RecordedNot   Recorded = iota
	RecordedPart           // it came less far
	RecordedWhole          // all that the cookie knows
)

// Record compares an entry with what a record says of it: the status, and the
// minute since when.
func (e *Entry) Record(status catalog.Status, minute uint32) {
	other := Entry{Status: status, First: e.First, Last: minute}
	e.Recorded = RecordedWhole
	if other.Raise(e.Status, e.Last) {
		e.Recorded = RecordedPart
	}
}

// History is the propositions of one section: Whole of them with their ids,
// newest first, then those that are folded, newest first. A folded one has but
// one time, that of its status.
type History struct {
	Entries  [MaxEntries]Entry
	N, Whole int
}

// All are the entries.
func (h *History) All() []Entry { return h.Entries[:h.N] }

// Add puts a new proposition in front. What no longer has room as a whole one
// is folded, and the oldest folded one is dropped if there are too many.
func (h *History) Add(e Entry) {
	if !later(e.Status) {
		e.First = e.Last
	}
	if h.N == MaxEntries {
		h.N--
	}
	copy(h.Entries[1:h.N+1], h.Entries[:h.N])
	h.Entries[0] = e
	h.N++
	h.Whole++
	for i := 0; i+1 < h.Whole && h.Entries[i].First < h.Entries[i+1].First; i++ {
		h.Entries[i], h.Entries[i+1] = h.Entries[i+1], h.Entries[i]
	}
	if h.Whole > MaxWhole {
		h.fold()
	}
}

// fold turns the last whole proposition into a folded one, and puts it where
// its time belongs.
func (h *History) fold() {
	h.Whole--
	i := h.Whole
	e := &h.Entries[i]
	e.ID, e.First = [8]byte{}, e.Last
	for ; i+1 < h.N && h.Entries[i].Last < h.Entries[i+1].Last; i++ {
		h.Entries[i], h.Entries[i+1] = h.Entries[i+1], h.Entries[i]
	}
}

// Raise takes a status event into account and reports whether it changed the
// entry. A status replaces those before it; of accepted, scheduled and rejected
// the later event wins. Repeating an event changes nothing.
func (e *Entry) Raise(status catalog.Status, minute uint32) (changed bool) {
	was, is := e.Status, status
	switch {
	case stage(is) < stage(was), is == was:
		return false
	case stage(is) == stage(was) && minute < e.Last:
		return false
	}
	e.Status, e.Last = is, max(minute, e.First)
	if !later(is) {
		e.First = e.Last // what was presented is no longer counted as generated
	}
	return true
}

// stage is how far a status is; those that end a proposition are equally far.
func stage(s catalog.Status) catalog.Status { return min(s, catalog.Accepted) }

// Learn is Raise for what the other cookie knows: where both have an entry at
// one status that ends it, it is so since the later time. One in between may
// become known yet.
func (e *Entry) Learn(status catalog.Status, minute uint32) (changed bool) {
	if e.Raise(status, minute) {
		return true
	}
	if status == e.Status && stage(status) == catalog.Accepted {
		e.Last = max(e.Last, minute)
	}
	return false
}

// Raise is Entry.Raise for the i-th proposition, and puts it where its time
// belongs; for one that is whole it is Entry.Learn.
func (h *History) Raise(i int, status catalog.Status, minute uint32) (changed bool) {
	e := &h.Entries[i]
	if i < h.Whole {
		changed = e.Learn(status, minute)
	} else { // its place goes by the time of its status
		changed = e.Raise(status, minute)
	}
	if !changed {
		return false
	}
	least := 0
	if i >= h.Whole {
		e.First, least = e.Last, h.Whole
	}
	for ; i > least && h.Entries[i].First > h.Entries[i-1].First; i-- {
		h.Entries[i], h.Entries[i-1] = h.Entries[i-1], h.Entries[i]
	}
	return true
}

// Remove takes the i-th entry out.
func (h *History) Remove(i int) {
	copy(h.Entries[i:h.N-1], h.Entries[i+1:h.N])
	h.N--
	if i < h.Whole {
		h.Whole--
	}
}

// Horizon is for each status the minute before which nothing counts.
type Horizon [catalog.Rejected + 1]uint32

// Counts reports whether an entry may count.
func (z *Horizon) Counts(e *Entry) bool { return e.Last >= z[e.Status] }

// Prune drops what reached its status before a minute, and of what is folded
// what does not count. What is pinned stays.
func (h *History) Prune(least uint32, z *Horizon) {
	for i := h.N - 1; i >= 0; i-- {
		if e := &h.Entries[i]; !e.Pinned && (e.Last < least || i >= h.Whole && !z.Counts(e)) {
			h.Remove(i)
		}
	}
}

// Oldest is the entry that goes first when there is no room: the last folded
// one, else the last whole one.
func (h *History) Oldest() int { return h.N - 1 }

// Find is the place of the whole proposition with that id, or -1.
func (h *History) Find(id []byte) int {
	for i := range h.Entries[:h.Whole] {
		if string(h.Entries[i].ID[:]) == string(id) {
			return i
		}
	}
	return -1
}

// History reads a history of a section into h; a nil section has none. env is 0,
// or, in a folder that several environments share, the Hash32 of the name of one
// of them. It reports false, and h is empty, if the part is not well formed.
func (t *Section) History(env uint32, h *History) bool {
	h.N, h.Whole = 0, 0
	for it := t.Histories(); it.Next(); {
		if it.Environment == env {
			return it.Read(h)
		}
	}
	return true
}

// Histories walks the histories of a section.
type Histories struct {
	Environment uint32 // of the last one, see Section.History
	part, rest  []byte
}

// Histories are those of a section, none of a nil one.
func (t *Section) Histories() Histories {
	if t == nil {
		return Histories{}
	}
	return Histories{rest: t.Parts}
}

// Next goes on to the next history.
func (it *Histories) Next() bool {
	for len(it.rest) > 0 {
		tag, part, tail, ok := cut(it.rest)
		if !ok {
			it.rest = nil
			return false
		}
		it.rest = tail
		switch {
		case tag == partHistory:
			it.Environment, it.part = 0, part
			return true
		case tag == partShared && len(part) > 4:
			it.Environment, it.part = le32(part), part[4:]
			return true
		}
	}
	return false
}

// Read reads the history into h. It reports false, and h is empty, if it is not
// well formed.
func (it *Histories) Read(h *History) bool {
	h.N, h.Whole = 0, 0
	return h.Decode(it.part)
}

// statuses is how many there are: an entry's first number is
// (minutes · channels + channel) · statuses + status.
const statuses = uint32(catalog.Rejected) + 1

// later reports whether the time of a status is kept beside that of the
// presentation.
func later(s catalog.Status) bool { return s > catalog.Presented }

// Decode reads a part of a section into an empty history, which stays empty if
// the part is not well formed.
func (h *History) Decode(part []byte) bool {
	r := reader{rest: part}
	base := r.u24()
	var channels [maxChannels]uint16
	n := uint32(r.byte())
	whole := int(n >> 4)
	if whole > MaxWhole {
		return false
	}
	n = n&15 + 1
	for i := range channels[:n] {
		channels[i] = uint16(r.byte()) | uint16(r.byte())<<8
	}
	minute := base
	for i := 0; len(r.rest) > 0 && !r.bad && i < MaxEntries; i++ {
		e := &h.Entries[i]
		if i == whole {
			minute = base
		}
		head := r.uvarint()
		*e = Entry{Status: catalog.Status(head % statuses), Channel: channels[head/statuses%n], Offer: r.u32()}
		back := head / statuses / n
		r.bad = r.bad || back > minute
		minute -= back
		e.First, e.Last = minute, minute
		if i < whole {
			r.id(&e.ID)
			if later(e.Status) {
				e.Last += min(r.uvarint(), maxMinute)
				r.bad = r.bad || e.Last > maxMinute
			}
		}
		h.N++
	}
	h.Whole = whole
	if r.bad || len(r.rest) > 0 || h.N < whole {
		h.N, h.Whole = 0, 0
		return false
	}
	return true
}

// AppendHistory writes a history as a part of a section, for env as in
// Section.History; an empty one is left out. Entries of more than maxChannels
// channels are left out as well.
func (w *Writer) AppendHistory(env uint32, h *History) {
	w.endData()
	if h.N == 0 {
		return
	}
	var at int
	if env == 0 {
		w.dst, at = begin(w.dst, partHistory)
	} else {
		w.dst, at = begin(w.dst, partShared)
		w.dst = appendLE32(w.dst, env)
	}
	w.dst = h.append(w.dst)
	w.dst = finish(w.dst, at)
}

func (h *History) append(dst []byte) []byte {
	var channels [maxChannels]uint16
	n := h.channels(&channels)
	base := uint32(0)
	for i := range h.Entries[:h.N] {
		base = max(base, h.Entries[i].First)
	}
	dst = append(dst, byte(base), byte(base>>8), byte(base>>16))
	head := len(dst)
	dst = append(dst, byte(n-1))
	for _, c := range channels[:n] {
		dst = append(dst, byte(c), byte(c>>8))
	}
	minute, whole := base, 0
	for i := range h.Entries[:h.N] {
		e := &h.Entries[i]
		if i == h.Whole {
			minute = base
		}
		c := indexOf(channels[:n], e.Channel)
		if c < 0 {
			continue
		}
		dst = appendUvarint(dst, ((minute-e.First)*uint32(n)+uint32(c))*statuses+uint32(e.Status))
		dst = appendLE32(dst, e.Offer)
		minute = e.First
		if i < h.Whole {
			whole++
			dst = append(dst, e.ID[:]...)
			if later(e.Status) {
				dst = appendUvarint(dst, max(e.Last, e.First)-e.First)
			}
		}
	}
	dst[head] |= byte(whole) << 4
	return dst
}

// channels lists the channels of the entries and says how many there are.
func (h *History) channels(list *[maxChannels]uint16) (n int) {
	for i := range h.Entries[:h.N] {
		if c := h.Entries[i].Channel; n < maxChannels && indexOf(list[:n], c) < 0 {
			list[n] = c
			n++
		}
	}
	return n
}

func indexOf(list []uint16, x uint16) int {
	for i, y := range list {
		if x == y {
			return i
		}
	}
	return -1
}
