package events

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Query says what a report is about.
type Query struct {
	Period Period
	Zone   *time.Location // of the days
	By     []Dimension
}

// Counts are propositions, each counted once whatever came how often.
type Counts struct {
	Shown    int // told so, or something came of it
	Seen     int
	Clicked  int
	Accepted int // and not rejected later
	Rejected int // and not accepted later

	// Subjects are whose events these are, each once, where the events tell.
	ShownSubjects    int
	AcceptedSubjects int // that accepted at least one, and did not reject it later
}

// Row is one line of a report.
type Row struct {
	Keys []string // as the query's By
	Counts
}

// Table is a report.
type Table struct {
	By    []Dimension
	Rows  []Row // in the order of their keys
	Total Counts
}

// Count counts the propositions of a directory's events in a period: those that
// were shown, and what came of them within it. A proposition counts on the day of
// its first event, so that what came of it later stands beside it. One that was
// decided and of which nothing else is known was not shown. Subjects that were
// erased count on: nobody can tell any more who they were.
//
// Memory is for each proposition of the period, some 200 bytes.
func Count(dir string, q Query) (*Table, Skipped, error) {
	c := newCounter()
	skipped, err := Read(dir, q.Period, c.add)
	if err != nil {
		return nil, skipped, err
	}
	return c.table(q), skipped, nil
}

// place is where an offer was shown.
type place struct{ environment, space, channel, offer string }

// record is what is known of a proposition.
type record struct {
	first   int64 // time of its first event
	decided int64 // of the last acceptance or rejection
	place   uint32
	kinds   [numKinds]bool // of acceptance and rejection the last alone
	told    bool           // the subject is known
	subject uint64
}

// counter takes events in any order.
type counter struct {
	index   map[[8]byte]uint32 // proposition to record
	records []record
	numbers map[place]uint32
	places  []place
}

func newCounter() *counter {
	return &counter{index: map[[8]byte]uint32{}, numbers: map[place]uint32{}}
}

func (c *counter) add(e *Event) error {
	if e.Kind == Erased {
		return nil
	}
	var id [8]byte
	if _, err := hex.Decode(id[:], []byte(e.Proposition)); err != nil {
		return err
	}
	at := place{e.Environment, e.Space, e.Channel, e.Offer}
	n, ok := c.index[id]
	if !ok {
		n = uint32(len(c.records))
		c.index[id] = n
		c.records = append(c.records, record{first: e.Time, place: c.number(at)})
	}
	r := &c.records[n]
	r.first = min(r.first, e.Time)
	if known := c.places[r.place]; known != at {
		r.place = c.number(known.merge(at))
	}
	r.take(e)
	return r.tell(e.Subject)
}

// tell notes whose proposition it is. Two aliases are nobody's doing; the order
// of events must not matter then.
func (r *record) tell(subject string) error {
	if subject == "" {
		return nil
	}
	n, err := strconv.ParseUint(subject, 16, 64)
	if err != nil {
		return err
	}
	if !r.told || n < r.subject {
		r.told, r.subject = true, n
	}
	return nil
}

// take notes what happened. Of acceptance and rejection the later counts, and of
// two at one time the acceptance.
func (r *record) take(e *Event) {
	if !e.Kind.verdict() {
		r.kinds[e.Kind] = true
		return
	}
	if e.Time < r.decided || e.Time == r.decided && e.Kind == Rejected && r.kinds[Accepted] {
		return
	}
	r.decided = e.Time
	r.kinds[Accepted], r.kinds[Rejected] = e.Kind == Accepted, e.Kind == Rejected
}

// number is that of a place.
func (c *counter) number(p place) uint32 {
	n, ok := c.numbers[p]
	if !ok {
		// A parsed name is a part of its line; the line need not live as long.
		p = place{strings.Clone(p.environment), strings.Clone(p.space), strings.Clone(p.channel), strings.Clone(p.offer)}
		n = uint32(len(c.places))
		c.numbers[p] = n
		c.places = append(c.places, p)
	}
	return n
}

// merge is where a proposition was shown of which two events tell in different
// words: one has the hash of a name that the snapshot lacked. Names that differ
// without that are nobody's doing; the order of events must not matter then.
func (p place) merge(other place) place {
	return place{
		better(p.environment, other.environment), better(p.space, other.space),
		better(p.channel, other.channel), better(p.offer, other.offer),
	}
}

func better(a, b string) string {
	if hashed(a) != hashed(b) {
		if hashed(a) {
			return b
		}
		return a
	}
	return min(a, b)
}

// cell names a row.
type cell struct {
	place
	day string
}

func (c *cell) key(d Dimension) string {
	switch d {
	case ByOffer:
		return c.offer
	case BySpace:
		return c.space
	case ByEnvironment:
		return c.environment
	case ByChannel:
		return c.channel
	}
	return c.day
}

// table makes the report.
func (c *counter) table(q Query) *Table {
	t := &Table{By: q.By, Rows: []Row{}}
	rows := map[cell]*Counts{}
	subjects := audience{}
	for i := range c.records {
		r := &c.records[i]
		counts := r.counts()
		if counts.Shown == 0 {
			continue
		}
		at := c.cell(r, &q)
		row := rows[at]
		if row == nil {
			row = new(Counts)
			rows[at] = row
		}
		row.add(counts)
		t.Total.add(counts)
		if r.told {
			subjects.add(row, r.subject, counts)
			subjects.add(&t.Total, r.subject, counts)
		}
	}
	subjects.count()
	for at, counts := range rows {
		row := Row{Counts: *counts}
		for _, d := range q.By {
			row.Keys = append(row.Keys, at.key(d))
		}
		t.Rows = append(t.Rows, row)
	}
	slices.SortFunc(t.Rows, func(a, b Row) int { return slices.CompareFunc(a.Keys, b.Keys, cmp.Compare[string]) })
	return t
}

// cell is the row of a proposition: what the report is not split by is empty.
func (c *counter) cell(r *record, q *Query) (out cell) {
	p := &c.places[r.place]
	for _, d := range q.By {
		switch d {
		case ByOffer:
			out.offer = p.offer
		case BySpace:
			out.space = p.space
		case ByEnvironment:
			out.environment = p.environment
		case ByChannel:
			out.channel = p.channel
		case ByDay:
			out.day = time.UnixMilli(r.first).In(q.Zone).Format(dayForm)
		}
	}
	return out
}

func (r *record) counts() Counts {
	one := func(kinds ...Kind) int {
		for _, k := range kinds {
			if r.kinds[k] {
				return 1
			}
		}
		return 0
	}
	return Counts{
		Shown: one(Shown, Seen, Clicked, Accepted, Rejected), Seen: one(Seen), Clicked: one(Clicked),
		Accepted: one(Accepted), Rejected: one(Rejected),
	}
}

func (c *Counts) add(o Counts) {
	c.Shown += o.Shown
	c.Seen += o.Seen
	c.Clicked += o.Clicked
	c.Accepted += o.Accepted
	c.Rejected += o.Rejected
}
