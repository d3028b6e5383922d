package abi

import (
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
)

// maxStrings bounds each list of strings in a response, so that decoding takes
// memory in proportion to the message; the module's own lists are bounded by a
// call's 64 slots, the cookies by two.
const maxStrings = 256

// Fault says why bytes are not a response.
type Fault string

// Error gives the reason as text.
func (f Fault) Error() string { return "response: " + string(f) }

var answerFaults = [...]string{
	"status: malformed",
	"snapshot: malformed",
	"interaction: malformed",
	"listed: malformed",
	"slots: malformed",
	"visitor: malformed",
	"propositions: malformed",
	"cookies: malformed",
	"cache: malformed",
	"events: malformed",
	"holdout: malformed",
	"trace: malformed",
	"evicted: malformed",
	"keep: malformed",
	"changes: malformed",
	"malformed",
}

var needFaults = [...]string{
	"status: malformed",
	"visitor: malformed",
	"sources: malformed",
	"key: malformed",
	"link: malformed",
	"folders: malformed",
	"malformed",
}

var errorFaults = [...]string{"status: malformed", "text: malformed", "malformed"}

// DecodeResponse reads a response, which aliases b. An error is a Fault.
func DecodeResponse(b []byte) (*Response, error) {
	r := new(Response)
	if err := r.Decode(b); err != nil {
		return nil, err
	}
	return r, nil
}

// Decode reads a response from b, which r aliases from then on; r's lists are
// reused. Any status passes, also one that this version does not know. After an
// error, a Fault, r holds nothing of use.
//
// Bytes that passed are well-formed to the last, also in content and links: any
// MessagePack decoder may read them.
func (r *Response) Decode(b []byte) error {
	*r = Response{
		Answer: Answer{Slots: r.Answer.Slots[:0], Propositions: r.Answer.Propositions[:0], Changes: r.Answer.Changes.empty()},
		names:  r.names[:0],
	}
	if err := wire.Check(b, MaxDepth); err != nil {
		return Fault(err.Error())
	}
	d := newDecoder(b)
	d.enter()
	if d.left == 0 && d.c.OK() {
		return Fault("no status")
	}
	r.Status = Status(d.enum(255, "status: over 255"))
	texts := errorFaults[:]
	switch r.Status {
	case StatusOK:
		texts = answerFaults[:]
		r.answer(&d, &r.Answer)
	case StatusNeed:
		texts = needFaults[:]
		r.need(&d, &r.Need)
	default:
		r.Text = d.str()
	}
	d.leave(0, 1)
	if s, text := d.finish(texts); s != StatusOK {
		return Fault(text)
	}
	return nil
}

// strs reads a list of strings.
func (r *Response) strs(d *decoder, text string) [][]byte {
	if r.names == nil {
		r.names = make([][]byte, 0, 32) // two cookies, and paths for ten propositions
	}
	return d.strs(&r.names, maxStrings, text)
}

func (r *Response) need(d *decoder, n *Need) {
	n.Visitor = d.sized(VisitorSize, "visitor: not 16 bytes")
	n.Sources = r.strs(d, "sources: over the limit of 256")
	n.Key = d.personKey("key: missing")
	n.Link = d.link()
	n.Folders = r.strs(d, "folders: over the limit of 256")
}

func (d *decoder) link() (l Link) {
	if !d.next() {
		return l
	}
	outer := d.enter()
	l.Source = d.str()
	l.KeyID = d.enum(255, "link: key id over 255")
	l.Hash = d.sized(LinkSize, "link: hash is not 16 bytes")
	if l.Hash == nil {
		d.refuse(StatusMalformed, "link: no hash")
	}
	d.leave(outer, 2)
	return l
}

func (r *Response) answer(d *decoder, a *Answer) {
	a.Snapshot = d.sized(HashSize, "snapshot: not 32 bytes")
	a.Interaction = d.sized(InteractionSize, "interaction: not 16 bytes")
	a.Listed = d.bool()
	n := d.count(MaxSlots, "slots: over the limit of 64")
	a.Slots = slices.Grow(a.Slots, n)[:n]
	for i := range a.Slots {
		d.slotAnswer(&a.Slots[i])
	}
	r.visitor(d, a)
	a.Propositions = r.propositions(d, a.Propositions)
	a.Cookies = r.strs(d, "cookies: over the limit of 256")
	a.Cache = Cache(d.enum(uint64(CachePrivate), "cache: unknown"))
	a.Events = r.strs(d, "events: over the limit of 256")
	a.Holdout = d.bool()
	a.Trace = d.bin()
	a.Evicted = d.integer(maxRank, "evicted: too large")
	a.Keep = d.bool()
	a.HasChanges = d.changes(&a.Changes)
}

func (d *decoder) slotAnswer(s *SlotAnswer) {
	outer := d.enter()
	s.Space = d.str()
	s.N = d.integer(MaxN, "slots: n over 100")
	s.Environment = d.str()
	s.Mode = d.identification("slots: unknown mode")
	s.Offer = d.str()
	s.Rank = d.integer(maxRank, "slots: rank too large")
	s.Weight = d.float()
	s.Fallback = d.bool()
	s.HTML = d.str()
	s.Content = d.encodedMap()
	s.Links = d.encodedMap()
	s.JSON = d.str()
	s.Text = d.str()
	d.leave(outer, 3)
}

func (r *Response) visitor(d *decoder, a *Answer) {
	if !d.next() {
		return
	}
	a.HasVisitor = true
	outer := d.enter()
	a.Visitor.ID = d.sized(VisitorSize, "visitor: id is not 16 bytes")
	a.Visitor.New = d.bool()
	a.Visitor.Folder = d.str()
	a.Visitor.Attributes = d.attributeMap()
	d.leave(outer, 2)
}

func (r *Response) propositions(d *decoder, list []Proposition) []Proposition {
	n := d.count(MaxSlots, "propositions: over the limit of 64")
	list = slices.Grow(list, n)[:n]
	for i := range list {
		r.proposition(d, &list[i])
	}
	return list
}

func (r *Response) proposition(d *decoder, p *Proposition) {
	outer := d.enter()
	p.ID = d.sized(PropositionSize, "propositions: id is not 8 bytes")
	p.Offer = d.str()
	p.Space = d.str()
	p.Environment = d.str()
	p.Channel = d.str()
	p.Categories = r.strs(d, "propositions: over the limit of 256 categories")
	p.Storage = Storage(d.enum(uint64(StorageRecipient), "propositions: unknown storage"))
	p.Target = d.str()
	p.Rank = d.integer(maxRank, "propositions: rank too large")
	p.Weight = d.float()
	p.Status = catalog.Status(d.enum(uint64(catalog.Rejected), "propositions: unknown status"))
	p.Time = d.int()
	p.Mode = d.identification("propositions: unknown mode")
	p.Fallback = d.bool()
	p.Shown = catalog.Status(d.enum(uint64(catalog.Rejected), "propositions: unknown status"))
	d.leave(outer, 3)
}

// maxRank bounds a rank to what an int holds everywhere; a snapshot of 64 MiB
// has far fewer offers.
const maxRank = 1<<31 - 1

// integer reads an integer from 0 to limit.
func (d *decoder) integer(limit uint64, text string) int {
	v := d.uint()
	if v > limit {
		d.refuse(StatusMalformed, text)
		return 0
	}
	return int(v)
}

func (d *decoder) identification(text string) Identification {
	return Identification(d.enum(uint64(Anonymous), text))
}

// encodedMap gives the bytes of a map, or nil.
func (d *decoder) encodedMap() []byte {
	if !d.next() {
		return nil
	}
	if d.c.Kind() != wire.Map {
		d.c.Fail()
	}
	return d.c.Raw()
}
