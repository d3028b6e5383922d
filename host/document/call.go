package document

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/profferhq/proffer/plugin/abi"
)

// Call is what a caller of the decide API asks. Who asks is not in it, unless a
// trusted caller says so. Byte slices are its own.
type Call struct {
	Path, Query string
	Language    []byte // nil: that of the headers
	Attributes  []abi.Attribute
	Slots       []abi.Slot // 1 to abi.MaxSlots

	Trusted string // the first field that only a trusted caller may send; empty: none of these is set
	Target  abi.PersonKey
	Visitor []byte // abi.VisitorSize bytes, or nil
	Consent abi.Flags
	NoStore bool
}

// CallError says which field of a call is refused.
type CallError struct {
	Field string // such as "slots[0].n"; empty: the body as a whole
	Text  string // a sentence without its end
}

func (e *CallError) Error() string { return e.Text }

// maxCallDepth is the most that a call's objects and arrays may be nested; the
// deepest that means something is 5, a list in the attributes of a slot.
const maxCallDepth = 8

// maxErrorText bounds what an error repeats of a call, in bytes.
const maxErrorText = 200

// ParseCall reads the body of a call, which a stranger has written: it needs
// memory for at most some copies of it. The error is a [CallError].
func ParseCall(b []byte) (*Call, error) {
	if err := sound(b); err != nil {
		return nil, &CallError{Text: "the body " + err.Error()}
	}
	c := &Call{Path: "/"}
	r := &reader{strict: true}
	r.made = r.callError
	r.object(wholeCall, gjson.ParseBytes(b), c.fields(r))
	if r.err == nil && len(c.Slots) == 0 {
		r.fail("slots", "is missing: name at least one")
	}
	if r.err != nil {
		return nil, r.err
	}
	return c, nil
}

func (c *Call) fields(r *reader) map[string]func(gjson.Result) {
	trusted := func(name string, read func(gjson.Result)) func(gjson.Result) {
		return func(v gjson.Result) {
			if c.Trusted == "" {
				c.Trusted = name
			}
			read(v)
		}
	}
	return map[string]func(gjson.Result){
		"path":       func(v gjson.Result) { c.Path = r.path(v) },
		"query":      func(v gjson.Result) { c.Query = r.query(v) },
		"language":   func(v gjson.Result) { c.Language = r.filled("language", v) },
		"attributes": func(v gjson.Result) { c.Attributes = r.callAttributes(v) },
		"slots":      func(v gjson.Result) { c.Slots = r.slots(v) },
		"target":     trusted("target", func(v gjson.Result) { c.Target = r.callTarget(v) }),
		"visitor":    trusted("visitor", func(v gjson.Result) { c.Visitor = r.visitorID(v) }),
		"consent": trusted("consent", func(v gjson.Result) {
			if c.Consent = abi.FlagConsentRefused; r.bool("consent", v) {
				c.Consent = abi.FlagConsentGiven
			}
		}),
		"no_store": trusted("no_store", func(v gjson.Result) { c.NoStore = r.bool("no_store", v) }),
	}
}

// wholeCall names the outermost object to people.
const wholeCall = "the body"

// callError makes the error of a call.
func (r *reader) callError(field, what string, _ int) error {
	text := field + " " + what
	switch {
	case r.name == nil && field == wholeCall:
		field = ""
	case r.name != nil && field == wholeCall:
		if field = *r.name; commandOnly(field) {
			text += `; that is for the command "proffer decide"`
		}
	case r.name != nil:
		field += "." + *r.name
	}
	return &CallError{Field: short(field), Text: short(text)}
}

// commandOnly reports whether a field exists in a request document alone.
func commandOnly(field string) bool {
	switch field {
	case "time", "seed", "people", "history":
		return true
	}
	return false
}

// short is a text without what is too much of it.
func short(text string) string {
	if len(text) <= maxErrorText {
		return text
	}
	return strings.ToValidUTF8(text[:maxErrorText], "") + "…"
}

// atMost bounds a list of a call.
func (r *reader) atMost(field string, n, limit int) {
	if r.strict && n > limit {
		r.fail(field, fmt.Sprintf("has more than %d entries", limit))
	}
}

// admit holds a call's attribute to the limits that the module has, and to being
// the only one of its name.
func (r *reader) admit(field string, list []abi.Attribute, a *abi.Attribute) {
	if !r.strict {
		return
	}
	for i := range list {
		if bytes.Equal(list[i].Name, a.Name) {
			r.failKey(field, string(a.Name), "has the field %s twice")
		}
	}
	if len(a.Name) == 0 {
		r.fail(field, "has one without a name")
	}
	r.atMost(field, len(list)+1, abi.MaxAttributes)
	r.bounded(field+"."+string(a.Name), a, len(list)+1)
}

// callAttributes are declared call data. The language has a field of its own.
func (r *reader) callAttributes(v gjson.Result) []abi.Attribute {
	list := r.attributes("attributes", v)
	for i := range list {
		if string(list[i].Name) == "language" {
			r.fail("attributes.language", `is said beside "attributes"`)
		}
	}
	return list
}

func (r *reader) path(v gjson.Result) string {
	path := r.str("path", v)
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#") {
		r.fail("path", `must be the path of an address, such as "/travel/canada"`)
	}
	return path
}

func (r *reader) query(v gjson.Result) string {
	query := r.str("query", v)
	if strings.HasPrefix(query, "?") {
		r.fail("query", `must not begin with "?"`)
	}
	return query
}

// filled is a string that is not empty.
func (r *reader) filled(field string, v gjson.Result) []byte {
	s := r.str(field, v)
	if s == "" {
		r.fail(field, "is empty")
	}
	return []byte(s)
}

// callTarget is whom a trusted caller names.
func (r *reader) callTarget(v gjson.Result) abi.PersonKey {
	p := r.target(v)
	if len(p.Key) == 0 {
		r.fail("target", "is empty")
	}
	return p
}

func (r *reader) visitorID(v gjson.Result) (id []byte) {
	r.object("visitor", v, map[string]func(gjson.Result){
		"id": func(v gjson.Result) { id = r.hex("visitor.id", v, abi.VisitorSize) },
	})
	if id == nil {
		r.fail("visitor.id", "is missing")
	}
	return id
}

// What is wrong with a body before anybody looks at its fields.
var (
	errNotText = errors.New("is not UTF-8 text")
	errDeep    = fmt.Errorf("has more than %d objects and arrays in each other", maxCallDepth)
	errNotJSON = errors.New("is not one JSON value")
	errHalf    = errors.New("has an escape that is half of a character, of \\ud800 to \\udfff")
)

// sound reports what makes bytes no JSON value that every reader takes for the
// same. Depth comes first: what checks the rest calls itself.
func sound(b []byte) error {
	switch {
	case !utf8.Valid(b):
		return errNotText
	case deep(b):
		return errDeep
	case !gjson.ValidBytes(b):
		return errNotJSON
	case loneSurrogate(b) >= 0:
		return errHalf
	}
	return nil
}

// deep reports whether bytes, be they JSON or not, have more than maxCallDepth
// objects and arrays in each other.
func deep(b []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{', c == '[':
			if depth++; depth > maxCallDepth {
				return true
			}
		case c == '}', c == ']':
			depth--
		}
	}
	return false
}
