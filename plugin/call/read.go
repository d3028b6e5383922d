package call

import (
	"bytes"
	"unicode/utf8"

	"github.com/profferhq/proffer/plugin/abi"
)

// Reader reads calls, one after another, and keeps its memory from each to the
// next. The zero value is ready.
type Reader struct {
	scanner

	// Trusted is the first field of the last call that only a trusted caller may
	// say, such as "target"; empty: there was none.
	Trusted string

	request *abi.Request
	slot    *abi.Slot // that is read
	place   Writer    // of the value that is read, such as slots[0].n
	failed  bool      // the rest is read for its grammar alone
	fail    Fault
	said    Writer
	field   Writer

	names  [][]byte        // of categories and themes
	values []abi.Attribute // of the call and of its slots
	data   []byte          // what the values are, as msgpack
}

// Read makes a request that of a call: it sets path, query, language, attributes,
// slots, target and visitor, and flags of what the caller says of consent and
// storing. The request aliases the body and the reader until the next call. Time
// and memory are bounded by the body's length. A request of which a fault is told
// is of no use.
func (r *Reader) Read(q *abi.Request, body []byte) *Fault {
	r.begin(q, body)
	if !utf8.Valid(body) {
		r.breakOff(notText)
	}
	r.object(callMembers)
	if r.peek() != 0 || r.at < len(body) {
		r.breakOff(notJSON)
	}
	if r.broken != "" {
		return r.fault(badRequest, "the body "+r.broken)
	}
	if !r.failed && len(q.Slots) == 0 {
		r.enterMember([]byte("slots"))
		r.refuse("is missing: name at least one")
	}
	if r.failed {
		return &r.fail
	}
	return nil
}

func (r *Reader) begin(q *abi.Request, body []byte) {
	r.body, r.at, r.depth, r.broken, r.text.Bytes = body, 0, 0, "", r.text.Bytes[:0]
	r.Trusted, r.request, r.failed = "", q, false
	r.place.Bytes, r.names, r.values, r.data = r.place.Bytes[:0], r.names[:0], r.values[:0], r.data[:0]
	r.text.byte('/')
	q.Path, q.Query, q.Language, q.Attributes = r.text.from(0), nil, nil, nil
	q.Mode, q.HasSlots, q.Slots = abi.SlotsAsked, true, q.Slots[:0]
	q.Target, q.Visitor = abi.PersonKey{}, nil
}

// refuse says what is wrong with the value that is read, unless something was
// before.
//
//go:noinline
func (r *Reader) refuse(what string) { r.refuseName(what, nil, "") }

// refuseName is refuse where a member of that name is at fault itself: the text
// has it between before and after.
func (r *Reader) refuseName(before string, name []byte, after string) {
	if r.failed {
		return
	}
	r.failed = true
	field, said := &r.field, &r.said
	field.Bytes, said.Bytes = field.Bytes[:0], said.Bytes[:0]
	whole := len(r.place.Bytes) == 0
	field.raw(r.place.Bytes)
	said.raw(r.place.Bytes)
	if whole {
		said.text("the body")
	}
	said.byte(' ')
	said.text(before)
	if name != nil {
		if !whole {
			field.byte('.')
		}
		field.raw(name)
		said.byte('"')
		said.raw(name)
		said.byte('"')
		said.text(after)
		if whole && commandOnly(name) {
			said.text(`; that is for the command "proffer decide"`)
		}
	}
	r.fail = Fault{Status: badRequest, Field: field.cut(), Text: said.cut()}
}

// commandOnly reports whether a member exists in documents of the command alone.
func commandOnly(name []byte) bool {
	switch string(name) {
	case "time", "seed", "people", "history":
		return true
	}
	return false
}

// enterMember makes a member the place; leave goes back to what it gives.
//
//go:noinline
func (r *Reader) enterMember(name []byte) (outer int) {
	outer = len(r.place.Bytes)
	if outer > 0 {
		r.place.byte('.')
	}
	r.place.raw(name)
	return outer
}

// enterEntry makes an entry of a list the place.
//
//go:noinline
func (r *Reader) enterEntry(i int) (outer int) {
	outer = len(r.place.Bytes)
	r.place.int("[", int64(i))
	r.place.byte(']')
	return outer
}

func (r *Reader) leave(outer int) { r.place.Bytes = r.place.Bytes[:outer] }

// member is what an object may have. Its value is read by what it is, and not by a
// function, each of which takes 500 bytes of the module.
type member struct {
	name string
	what what
}

type what uint8

const (
	aPath what = iota
	aQuery
	aLanguage
	callData
	theSlots
	aTarget // from here on what only a trusted caller may say,
	aVisitor
	theConsent
	noStore // up to here
	aSource // of the target
	aKey
	anID // of the visitor
	aSpace
	anOrdinal
	anEnvironment
	theCategories
	theThemes
	slotData
)

var (
	callMembers = []member{
		{"path", aPath}, {"query", aQuery}, {"language", aLanguage}, {"attributes", callData}, {"slots", theSlots},
		{"target", aTarget}, {"visitor", aVisitor}, {"consent", theConsent}, {"no_store", noStore},
	}
	targetMembers  = []member{{"source", aSource}, {"key", aKey}}
	visitorMembers = []member{{"id", anID}}
	slotMembers    = []member{
		{"space", aSpace}, {"n", anOrdinal}, {"environment", anEnvironment}, {"categories", theCategories}, {"themes", theThemes},
		{"attributes", slotData},
	}
)

// object reads an object, which has each of some members at most once and no
// others.
func (r *Reader) object(members []member) {
	if !r.opens('{', "must be an object") {
		return
	}
	seen := 0
	for r.more('}') {
		name := r.key()
		i := 0
		for i < len(members) && members[i].name != string(name) {
			i++
		}
		switch {
		case r.failed:
		case i == len(members):
			r.refuseName("has an unknown field ", name, "")
		case seen>>i&1 != 0:
			r.refuseName("has the field ", name, " twice")
		}
		if r.failed || r.broken != "" {
			r.skip()
			continue
		}
		seen |= 1 << i
		outer := r.enterMember(name)
		r.read(&members[i])
		r.leave(outer)
	}
}

// opens opens an object or an array; where there is another value that is refused.
func (r *Reader) opens(kind byte, what string) bool {
	if r.enter(kind) {
		return true
	}
	r.refuse(what)
	r.skip()
	return false
}

// read reads the value of a member.
func (r *Reader) read(m *member) {
	q := r.request
	if m.what >= aTarget && m.what <= noStore && r.Trusted == "" {
		r.Trusted = m.name
	}
	switch m.what {
	case callData, slotData:
		r.attributes(m.what == callData)
	case theSlots:
		r.slots()
	case aTarget:
		r.target()
	case aVisitor:
		r.object(visitorMembers)
		if q.Visitor == nil {
			r.lacks("id")
		}
	case theConsent:
		q.Flags &^= abi.FlagConsentGiven | abi.FlagConsentRefused
		q.Flags |= r.truth(abi.FlagConsentGiven, abi.FlagConsentRefused)
	case noStore:
		q.Flags |= r.truth(abi.FlagNoStore, 0)
	case anID:
		q.Visitor = r.id()
	case anOrdinal:
		r.slot.N = r.ordinal()
	case theCategories, theThemes:
		r.list(m.what)
	default:
		r.textOf(m.what)
	}
}

// textOf reads the value of a member that is a string.
func (r *Reader) textOf(what what) {
	q := r.request
	var into *[]byte
	switch what {
	case aPath:
		into = &q.Path
	case aQuery:
		into = &q.Query
	case aLanguage:
		into = &q.Language
	case aSource:
		into = &q.Target.Source
	case aKey:
		into = &q.Target.Key
	case aSpace:
		into = &r.slot.Space
	default:
		into = &r.slot.Environment
	}
	s := r.string()
	*into = s
	switch {
	case what == aPath && (len(s) == 0 || s[0] != '/' || has(s, '?') || has(s, '#')):
		r.refuse(`must be the path of an address, such as "/travel/canada"`)
	case what == aQuery && len(s) > 0 && s[0] == '?':
		r.refuse(`must not begin with "?"`)
	case what == aLanguage && len(s) == 0:
		r.refuse("is empty")
	}
}

//go:noinline
func has(text []byte, c byte) bool { return bytes.IndexByte(text, c) >= 0 }

// string reads a string.
//
//go:noinline
func (r *Reader) string() []byte {
	if r.peek() == '"' {
		return r.str()
	}
	r.refuse("must be a string")
	r.skip()
	return nil
}

// truth reads true or false, and gives what it stands for.
func (r *Reader) truth(yes, no abi.Flags) abi.Flags {
	if r.word("true") {
		return yes
	}
	if !r.word("false") {
		r.refuse("must be true or false")
		r.skip()
	}
	return no
}

// lacks refuses an object without a member.
func (r *Reader) lacks(name string) {
	r.enterMember([]byte(name))
	r.refuse("is missing")
}
