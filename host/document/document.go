package document

import (
	"fmt"
	"maps"
	"math"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// Document is one request. Byte slices are its own.
type Document struct {
	HasTime    bool
	Time       int64 // milliseconds since 1970-01-01T00:00:00Z
	HasSeed    bool
	Seed       uint64
	Entropy    []byte // 32 bytes, or nil
	Host       string
	Path       string
	Query      string
	Headers    []abi.Header
	Cookies    []abi.Header // name and value
	Consent    abi.Flags    // given, refused, or neither: the site's source says
	Secure     bool
	Stranger   bool          // peer: false
	Want       abi.Want      // what the answer is to hold
	Listed     bool          // the slots are the page's, and Slots those that the body has
	Target     abi.PersonKey // of a trusted caller; without a key: none
	Attributes []abi.Attribute
	Language   []byte
	HasSlots   bool
	Slots      []abi.Slot
	Visitor    *Visitor
	People     []Person // nil: the document is no people source
	HasPeople  bool
	Store      *Store // nil: the host has none
	NoStore    bool
	Paused     []abi.Paused
	Recorded   *Recorded // nil: nobody recorded it
	Links      bool      // answer with the addresses of propositions, too
	Events     bool      // and with event lines
	Event      *Event    // nil: a page's call
}

// Visitor is what the document says of the visitor, in every folder.
type Visitor struct {
	ID         []byte // 16 bytes, or nil
	Attributes []abi.Attribute
	History    []abi.HistoryEntry
}

// Person is one that the document's people source knows.
type Person struct {
	Key        string
	Attributes []abi.Attribute
	Cookies    [][]byte // visitor ids
	History    []abi.HistoryEntry
}

// Parse reads one document.
func Parse(b []byte) (*Document, error) {
	if !gjson.ValidBytes(b) {
		return nil, fmt.Errorf("request: not valid JSON")
	}
	root := gjson.ParseBytes(b)
	if root.Get("event").Exists() {
		return parseEvent(root)
	}
	d := &Document{Path: "/", Consent: abi.FlagConsentGiven, Want: abi.WantHTML | abi.WantContent | abi.WantPropositions | abi.WantJSON | abi.WantText}
	r := reader{}
	fields := d.common(&r)
	maps.Copy(fields, map[string]func(gjson.Result){
		"path":       func(v gjson.Result) { d.Path = r.str("path", v) },
		"query":      func(v gjson.Result) { d.Query = r.str("query", v) },
		"peer":       func(v gjson.Result) { d.Stranger = !r.bool("peer", v) },
		"want":       func(v gjson.Result) { d.Want = abi.Want(r.upTo("want", v, 255)) },
		"mode":       func(v gjson.Result) { d.Listed = r.listed(v) },
		"target":     func(v gjson.Result) { d.Target = r.target(v) },
		"attributes": func(v gjson.Result) { d.callData(&r, v) },
		"slots":      func(v gjson.Result) { d.HasSlots, d.Slots = true, r.slots(v) },
		"visitor":    func(v gjson.Result) { d.Visitor = r.visitor(v) },
		"people":     func(v gjson.Result) { d.HasPeople, d.People = true, r.people(v) },
		"store":      func(v gjson.Result) { d.Store = r.store(v) },
		"no_store":   func(v gjson.Result) { d.NoStore = r.bool("no_store", v) },
		"links":      func(v gjson.Result) { d.Links = r.bool("links", v) },
		"events":     func(v gjson.Result) { d.Events = r.bool("events", v) },
		"paused":     func(v gjson.Result) { d.Paused = r.paused(v) },
		"recorded":   func(v gjson.Result) { d.Recorded = r.recorded(v) },
	})
	r.object("request", root, fields)
	if r.err == nil && len(d.Slots) == 0 && !d.Listed {
		r.fail("slots", "is missing: name at least one")
	}
	if d.Store != nil && (d.Visitor != nil || d.HasPeople) {
		r.fail("store", "does not go with visitor or people, which stand in its place")
	}
	return d, r.err
}

// common are the fields that every document may have.
func (d *Document) common(r *reader) map[string]func(gjson.Result) {
	return map[string]func(gjson.Result){
		"time":    func(v gjson.Result) { d.HasTime, d.Time = true, r.instant("time", v) },
		"seed":    func(v gjson.Result) { d.HasSeed, d.Seed = true, r.uint("seed", v) },
		"entropy": func(v gjson.Result) { d.Entropy = r.hex("entropy", v, abi.EntropySize) },
		"host":    func(v gjson.Result) { d.Host = r.str("host", v) },
		"headers": func(v gjson.Result) { d.Headers = r.strings("headers", v) },
		"cookies": func(v gjson.Result) { d.Cookies = r.strings("cookies", v) },
		"consent": func(v gjson.Result) { d.Consent = r.consent(v) },
		"secure":  func(v gjson.Result) { d.Secure = r.bool("secure", v) },
	}
}

// target is a person: a key, or a key and the people source that it is of.
func (r *reader) target(v gjson.Result) (p abi.PersonKey) {
	if v.Type == gjson.String {
		return abi.PersonKey{Key: []byte(v.Str)}
	}
	if !v.IsObject() {
		r.fail("target", "must be a string, or an object of source and key")
		return p
	}
	r.object("target", v, map[string]func(gjson.Result){
		"source": func(v gjson.Result) { p.Source = []byte(r.str("target.source", v)) },
		"key":    func(v gjson.Result) { p.Key = []byte(r.str("target.key", v)) },
	})
	if p.Key == nil {
		r.fail("target.key", "is missing")
	}
	return p
}

// callData takes declared call data and the caller's language.
func (d *Document) callData(r *reader, v gjson.Result) {
	for _, a := range r.attributes("attributes", v) {
		if string(a.Name) != "language" {
			d.Attributes = append(d.Attributes, a)
			continue
		}
		c := wire.NewCursor(a.Value)
		if d.Language = c.Str(); !c.OK() {
			r.fail("attributes.language", "must be a string")
		}
	}
}

// reader keeps the first error.
type reader struct {
	err  error
	at   int                                    // where the value that is read begins
	made func(field, what string, at int) error // makes the error; nil: a request's
}

func (r *reader) fail(field, what string) {
	switch {
	case r.err != nil:
	case r.made != nil:
		r.err = r.made(field, what, r.at)
	default:
		r.err = fmt.Errorf("request: %s %s", field, what)
	}
}

// object reads a map with known keys, each at most once.
func (r *reader) object(field string, v gjson.Result, keys map[string]func(gjson.Result)) {
	if !v.IsObject() {
		r.fail(field, "must be an object")
		return
	}
	seen := map[string]bool{}
	v.ForEach(func(k, v gjson.Result) bool {
		read, known := keys[k.Str]
		r.at = k.Index
		switch {
		case !known:
			r.fail(field, "has an unknown field "+strconv.Quote(k.Str))
		case seen[k.Str]:
			r.fail(field, fmt.Sprintf("has the field %q twice", k.Str))
		default:
			r.at = v.Index
			read(v)
		}
		seen[k.Str] = true
		return r.err == nil
	})
}

func (r *reader) array(field string, v gjson.Result, read func(field string, v gjson.Result)) {
	if !v.IsArray() {
		r.fail(field, "must be an array")
		return
	}
	i := 0
	v.ForEach(func(_, item gjson.Result) bool {
		r.at = item.Index
		read(field+"["+strconv.Itoa(i)+"]", item)
		i++
		return r.err == nil
	})
}

func (r *reader) str(field string, v gjson.Result) string {
	if v.Type != gjson.String {
		r.fail(field, "must be a string")
	}
	return v.Str
}

func (r *reader) bool(field string, v gjson.Result) bool {
	if !v.IsBool() {
		r.fail(field, "must be true or false")
	}
	return v.Bool()
}

func (r *reader) uint(field string, v gjson.Result) uint64 {
	n, err := strconv.ParseUint(v.Raw, 10, 64)
	if v.Type != gjson.Number || err != nil {
		r.fail(field, "must be a whole number from 0 to 18446744073709551615")
	}
	return n
}

func (r *reader) instant(field string, v gjson.Result) int64 {
	ms, ok := wire.ParseInstant([]byte(r.str(field, v)))
	if !ok {
		r.fail(field, `must be a time like "2026-07-10T12:00:00Z"`)
	}
	return ms
}

func (r *reader) hex(field string, v gjson.Result, size int) []byte {
	b := make([]byte, size)
	s := r.str(field, v)
	if n, ok := wire.DecodeHex(b, []byte(s)); len(s) != 2*size || !ok || n != size {
		r.fail(field, fmt.Sprintf("must be %d lower-case hex digits", 2*size))
	}
	return b
}

func (r *reader) strings(field string, v gjson.Result) []abi.Header {
	var out []abi.Header
	if !v.IsObject() {
		r.fail(field, "must be an object of strings")
		return nil
	}
	v.ForEach(func(k, v gjson.Result) bool {
		out = append(out, abi.Header{Name: []byte(k.Str), Value: []byte(r.str(field+"."+k.Str, v))})
		return r.err == nil
	})
	return out
}

func (r *reader) names(field string, v gjson.Result) [][]byte {
	out := [][]byte{}
	r.array(field, v, func(entry string, v gjson.Result) {
		out = append(out, []byte(r.str(entry, v)))
	})
	return out
}

func (r *reader) attributes(field string, v gjson.Result) []abi.Attribute {
	var out []abi.Attribute
	if !v.IsObject() {
		r.fail(field, "must be an object")
		return nil
	}
	v.ForEach(func(k, v gjson.Result) bool {
		a := abi.Attribute{Name: []byte(k.Str), Value: r.value(nil, field+"."+k.Str, v, true)}
		out = append(out, a)
		return r.err == nil
	})
	return out
}

// value is a scalar, or a list of scalars, as msgpack.
func (r *reader) value(dst []byte, field string, v gjson.Result, lists bool) []byte {
	switch {
	case v.IsBool():
		return wire.AppendBool(dst, v.Bool())
	case v.Type == gjson.String:
		return wire.AppendStr(dst, v.Str)
	case v.Type == gjson.Number:
		return r.number(dst, field, v)
	case lists && v.IsArray():
		return r.list(dst, field, v)
	}
	r.fail(field, "must be a string, a number, true, false, or a list of one of these")
	return dst
}

// list is a list of scalars of one type: where one number has a fraction, all
// are doubles.
func (r *reader) list(dst []byte, field string, v gjson.Result) []byte {
	n, doubles := 0, false
	v.ForEach(func(_, item gjson.Result) bool {
		n++
		doubles = doubles || item.Type == gjson.Number && !isInt(item)
		return true
	})
	dst = wire.AppendArray(dst, n)
	v.ForEach(func(_, item gjson.Result) bool {
		if doubles && item.Type == gjson.Number {
			dst = r.double(dst, field, item)
		} else {
			dst = r.value(dst, field, item, false)
		}
		return r.err == nil
	})
	return dst
}

func isInt(v gjson.Result) bool {
	_, err := strconv.ParseInt(v.Raw, 10, 64)
	return err == nil
}

func (r *reader) number(dst []byte, field string, v gjson.Result) []byte {
	if n, err := strconv.ParseInt(v.Raw, 10, 64); err == nil {
		return wire.AppendInt(dst, n)
	}
	return r.double(dst, field, v)
}

func (r *reader) double(dst []byte, field string, v gjson.Result) []byte {
	f, err := strconv.ParseFloat(v.Raw, 64)
	if err != nil || math.IsInf(f, 0) {
		r.fail(field, "is out of range")
	}
	return wire.AppendFloat(dst, f)
}

func (r *reader) slots(v gjson.Result) []abi.Slot {
	var out []abi.Slot
	r.array("slots", v, func(field string, v gjson.Result) {
		s := abi.Slot{N: 1, Held: abi.HeldYes}
		r.object(field, v, map[string]func(gjson.Result){
			"space":       func(v gjson.Result) { s.Space = []byte(r.str(field+".space", v)) },
			"n":           func(v gjson.Result) { s.N = r.ordinal(field+".n", v) },
			"environment": func(v gjson.Result) { s.Environment = []byte(r.str(field+".environment", v)) },
			"categories":  func(v gjson.Result) { s.Categories = r.names(field+".categories", v) },
			"themes":      func(v gjson.Result) { s.Themes = r.names(field+".themes", v) },
			"attributes":  func(v gjson.Result) { s.Attributes = r.attributes(field+".attributes", v) },
			"held":        func(v gjson.Result) { s.Held = r.held(field+".held", v) },
		})
		if len(s.Space) == 0 {
			r.fail(field, "has no space")
		}
		out = append(out, s)
	})
	if len(out) > abi.MaxSlots {
		r.fail("slots", fmt.Sprintf("has %d entries, more than %d", len(out), abi.MaxSlots))
	}
	return out
}

func (r *reader) ordinal(field string, v gjson.Result) int {
	n := r.uint(field, v)
	if n < 1 || n > abi.MaxN {
		r.fail(field, fmt.Sprintf("must be from 1 to %d", abi.MaxN))
		return 1
	}
	return int(n)
}

func (r *reader) visitor(v gjson.Result) *Visitor {
	out := &Visitor{}
	r.object("visitor", v, map[string]func(gjson.Result){
		"id":         func(v gjson.Result) { out.ID = r.hex("visitor.id", v, abi.VisitorSize) },
		"attributes": func(v gjson.Result) { out.Attributes = r.attributes("visitor.attributes", v) },
		"history":    func(v gjson.Result) { out.History = r.history("visitor.history", v) },
	})
	return out
}

func (r *reader) people(v gjson.Result) []Person {
	var out []Person
	if !v.IsObject() {
		r.fail("people", "must be an object of persons by key")
		return nil
	}
	v.ForEach(func(k, v gjson.Result) bool {
		field := "people." + k.Str
		p := Person{Key: k.Str}
		r.object(field, v, map[string]func(gjson.Result){
			"attributes": func(v gjson.Result) { p.Attributes = r.attributes(field+".attributes", v) },
			"history":    func(v gjson.Result) { p.History = r.history(field+".history", v) },
			"cookies": func(v gjson.Result) {
				r.array(field+".cookies", v, func(field string, v gjson.Result) {
					p.Cookies = append(p.Cookies, r.hex(field, v, abi.VisitorSize))
				})
			},
		})
		out = append(out, p)
		return r.err == nil
	})
	return out
}

// IsJSON reports whether b is one JSON value.
func IsJSON(b []byte) bool { return gjson.ValidBytes(b) }
