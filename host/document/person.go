package document

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// MaxKey bounds a person's key in bytes: keys are numbers, addresses and hashes
// in hex, of which the longest in use, SHA-512, has 128 digits.
const MaxKey = 256

// PersonError says what is wrong with the text of a person, and where.
type PersonError struct {
	Offset int // of the place in the text, in bytes
	Text   string
}

func (e *PersonError) Error() string { return e.Text }

// ParsePerson reads a person as a document has it, without a history and with
// its key: {"key":"1002","attributes":{"country":"FR"},"cookies":["32 hex digits"]}.
// check, if it is not nil, says what is wrong with an attribute whose value is
// well-formed, or "". Errors are of type [*PersonError].
func ParsePerson(text []byte, check func(name, value []byte) string) (Person, error) {
	if err := wellFormed(text); err != nil {
		return Person{}, err
	}
	var p Person
	r := reader{made: func(field, what string, at int) error { return &PersonError{at, field + " " + what} }}
	r.object("the person", gjson.Parse(string(text)), map[string]func(gjson.Result){
		"key":        func(v gjson.Result) { p.Key = r.key(v) },
		"attributes": func(v gjson.Result) { p.Attributes = r.person(v, check) },
		"cookies": func(v gjson.Result) {
			r.array("cookies", v, func(field string, v gjson.Result) {
				p.Cookies = append(p.Cookies, r.hex(field, v, abi.VisitorSize))
			})
		},
	})
	if r.err == nil && p.Key == "" {
		r.at = 0
		r.fail("key", "is missing")
	}
	return p, r.err
}

// wellFormed refuses what is not JSON in UTF-8 before anything is taken from it.
func wellFormed(text []byte) error {
	if !utf8.Valid(text) {
		return &PersonError{badUTF8(text), "is not UTF-8; write the file in UTF-8"}
	}
	if !gjson.ValidBytes(text) {
		e := &PersonError{Text: "is not valid JSON"}
		var syntax *json.SyntaxError
		if errors.As(json.Unmarshal(text, new(json.RawMessage)), &syntax) {
			e.Offset, e.Text = max(int(syntax.Offset)-1, 0), "is not valid JSON: "+syntax.Error()
		}
		return e
	}
	if at := loneSurrogate(text); at >= 0 {
		return &PersonError{at, "has half of a surrogate pair (" + string(text[at:at+6]) + "), which stands for no character"}
	}
	return nil
}

func badUTF8(text []byte) int {
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && n == 1 {
			return at
		}
		at += n
	}
	return len(text)
}

// loneSurrogate finds an escape in valid JSON that is half of a pair, which a
// parser would silently replace, so that two keys could become one; else -1.
func loneSurrogate(text []byte) int {
	for at := bytes.IndexByte(text, '\\'); at >= 0 && at < len(text); {
		unit := surrogate(text, at)
		switch {
		case unit == 0:
			at += 2
		case unit == 'h' && surrogate(text, at+6) == 'l':
			at += 12
		default:
			return at
		}
		next := bytes.IndexByte(text[at:], '\\')
		if next < 0 {
			return -1
		}
		at += next
	}
	return -1
}

// surrogate says whether the escape at a place is a high ('h') or a low ('l') one.
func surrogate(text []byte, at int) byte {
	if at+6 > len(text) || text[at] != '\\' || text[at+1] != 'u' || text[at+2]|0x20 != 'd' {
		return 0
	}
	switch text[at+3] | 0x20 {
	case '8', '9', 'a', 'b':
		return 'h'
	case 'c', 'd', 'e', 'f':
		return 'l'
	}
	return 0
}

func (r *reader) key(v gjson.Result) string {
	key := r.str("key", v)
	switch {
	case r.err != nil:
	case key == "":
		r.fail("key", "is empty")
	case len(key) > MaxKey:
		r.fail("key", fmt.Sprintf("has %d bytes, more than %d", len(key), MaxKey))
	}
	return key
}

// person reads a person's attributes, within the limits of call data.
func (r *reader) person(v gjson.Result, check func(name, value []byte) string) []abi.Attribute {
	if !v.IsObject() {
		r.fail("attributes", "must be an object")
		return nil
	}
	var out []abi.Attribute
	v.ForEach(func(k, v gjson.Result) bool {
		field := "attributes." + k.Str
		r.at = k.Index
		for i := range out {
			if string(out[i].Name) == k.Str {
				r.fail(field, "is there twice")
			}
		}
		r.at = v.Index
		a := abi.Attribute{Name: []byte(k.Str), Value: r.value(nil, field, v, true)}
		r.bounded(field, &a, len(out)+1)
		if r.err == nil && check != nil {
			if problem := check(a.Name, a.Value); problem != "" {
				r.fail(field, problem)
			}
		}
		out = append(out, a)
		return r.err == nil
	})
	return out
}

func (r *reader) bounded(field string, a *abi.Attribute, number int) {
	switch {
	case len(a.Name) == 0:
		r.fail("attributes", "have one without a name")
	case number > abi.MaxAttributes:
		r.fail("attributes", "are more than "+strconv.Itoa(abi.MaxAttributes))
	case len(a.Name)+len(a.Value) > abi.MaxAttribute:
		r.fail(field, fmt.Sprintf("has %d bytes with its name, more than %d", len(a.Name)+len(a.Value), abi.MaxAttribute))
	case !sameKinds(a.Value):
		r.fail(field, "has values of more than one type; write a list of one")
	}
}

// sameKinds reports whether a value is no list or one of a single type.
func sameKinds(value []byte) bool {
	c := wire.NewCursor(value)
	if c.Kind() != wire.Array {
		return true
	}
	n := c.Array()
	for first := c.Kind(); n > 0 && c.OK(); n-- {
		if c.Kind() != first {
			return false
		}
		c.Skip()
	}
	return true
}

// AppendPerson appends a person as ParsePerson reads it, without a line end.
func AppendPerson(dst []byte, p *Person) []byte {
	w := writer{b: append(dst, '{')}
	w.key("key")
	w.str([]byte(p.Key))
	w.attributes(p.Attributes, nil)
	if len(p.Cookies) > 0 {
		w.list("cookies", len(p.Cookies), func(i int) { w.str(hex.AppendEncode(nil, p.Cookies[i])) })
	}
	return append(w.b, '}')
}
