package call_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// member is a field of an object, which is a slice of these; an array is a []any.
type member struct {
	name  string
	value any
}

var errBad = errors.New("bad")

// half finds what encoding/json replaces without saying so.
var half = regexp.MustCompile(`\\u[dD][89abAB][0-9a-fA-F]{2}|\\u[dD][c-fC-F][0-9a-fA-F]{2}`)

// reference reads a call by encoding/json's tokens.
func reference(body []byte) string {
	if !utf8.Valid(body) || !json.Valid(body) || halves(string(body)) {
		return "refused"
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	v, err := tree(d, 0)
	if err != nil {
		return "refused"
	}
	c := parsed{Path: "/"}
	if err := readCall(&c, v); err != nil {
		return "refused"
	}
	return told(&c)
}

// halves reports an escape of a surrogate without its other half.
func halves(body string) bool {
	body = strings.ReplaceAll(body, `\\`, "  ")
	for at := half.FindStringIndex(body); at != nil; at = half.FindStringIndex(body) {
		first, rest := body[at[0]:at[1]], body[at[1]:]
		next := half.FindString(rest)
		low := func(s string) bool { return strings.ContainsRune("cdefCDEF", rune(s[3])) }
		if low(first) || next == "" || !strings.HasPrefix(rest, next) || !low(next) {
			return true
		}
		body = rest[len(next):]
	}
	return false
}

func tree(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth++; t == json.Delim('[') || t == json.Delim('{') {
		if depth > 8 {
			return nil, errBad
		}
	}
	switch t {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := tree(d, depth)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	case json.Delim('{'):
		fields := []member{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := tree(d, depth)
			if err != nil {
				return nil, err
			}
			for _, m := range fields {
				if m.name == name {
					return nil, errBad
				}
			}
			fields = append(fields, member{name.(string), v})
		}
		_, err := d.Token()
		return fields, err
	}
	return t, nil
}

// fieldsOf reads an object's fields, each by what is for it.
func fieldsOf(v any, read map[string]func(any) error) error {
	fields, ok := v.([]member)
	if !ok {
		return errBad
	}
	for _, m := range fields {
		if read[m.name] == nil {
			return errBad
		}
		if err := read[m.name](m.value); err != nil {
			return err
		}
	}
	return nil
}

// text takes a string that is as it has to be.
func text[T string | []byte](into *T, good func(string) bool) func(any) error {
	return func(v any) error {
		s, ok := v.(string)
		if !ok || !good(s) {
			return errBad
		}
		*into = T(s)
		return nil
	}
}

func whatever(string) bool    { return true }
func filled(s string) bool    { return s != "" }
func aPath(s string) bool     { return strings.HasPrefix(s, "/") && !strings.ContainsAny(s, "?#") }
func aQuery(s string) bool    { return !strings.HasPrefix(s, "?") }
func hexDigits(s string) bool { return regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(s) }

func truth(into *bool) func(any) error {
	return func(v any) (err error) {
		var ok bool
		if *into, ok = v.(bool); !ok {
			err = errBad
		}
		return err
	}
}

func readCall(c *parsed, v any) error {
	var consent, consents bool
	var id string
	err := fieldsOf(v, map[string]func(any) error{
		"path": text(&c.Path, aPath), "query": text(&c.Query, aQuery), "language": text(&c.Language, filled),
		"no_store": truth(&c.NoStore), "consent": func(v any) error { consents = true; return truth(&consent)(v) },
		"attributes": func(v any) (err error) {
			c.Attributes, err = attributes(v)
			for _, a := range c.Attributes {
				if string(a.Name) == "language" {
					return errBad
				}
			}
			return err
		},
		"slots": func(v any) (err error) { c.Slots, err = slots(v); return err },
		"visitor": func(v any) error {
			err := fieldsOf(v, map[string]func(any) error{"id": text(&id, hexDigits)})
			if err == nil && id == "" {
				err = errBad
			}
			return err
		},
		"target": func(v any) error {
			if s, ok := v.(string); ok {
				c.Target.Key = []byte(s)
			} else if err := fieldsOf(v, map[string]func(any) error{"key": text(&c.Target.Key, whatever), "source": text(&c.Target.Source, whatever)}); err != nil {
				return err
			}
			if len(c.Target.Key) == 0 {
				return errBad
			}
			return nil
		},
	})
	if id != "" {
		c.Visitor = make([]byte, 16)
		_, _ = fmt.Sscanf(id, "%x", &c.Visitor)
	}
	if c.Consent = 0; consents && consent {
		c.Consent = abi.FlagConsentGiven
	} else if consents {
		c.Consent = abi.FlagConsentRefused
	}
	if err == nil && len(c.Slots) == 0 {
		err = errBad
	}
	return err
}

func slots(v any) (out []abi.Slot, err error) {
	list, ok := v.([]any)
	if !ok || len(list) > 64 {
		return nil, errBad
	}
	for _, one := range list {
		s := abi.Slot{N: 1}
		names := func(into *[][]byte) func(any) error {
			return func(v any) error {
				list, ok := v.([]any)
				if !ok || len(list) > 32 {
					return errBad
				}
				*into = [][]byte{}
				for _, one := range list {
					var name []byte
					if err := text(&name, whatever)(one); err != nil {
						return err
					}
					*into = append(*into, name)
				}
				return nil
			}
		}
		err := fieldsOf(one, map[string]func(any) error{
			"space": text(&s.Space, filled), "environment": text(&s.Environment, whatever),
			"categories": names(&s.Categories), "themes": names(&s.Themes),
			"attributes": func(v any) (err error) { s.Attributes, err = attributes(v); return err },
			"n": func(v any) error {
				n, ok := v.(json.Number)
				i, err := strconv.Atoi(string(n))
				if !ok || err != nil || i < 1 || i > 100 || strings.HasPrefix(string(n), "-") {
					return errBad
				}
				s.N = i
				return nil
			},
		})
		if err != nil || len(s.Space) == 0 {
			return nil, errBad
		}
		out = append(out, s)
	}
	return out, nil
}

// attributes reads declared call data.
func attributes(v any) (out []abi.Attribute, err error) {
	fields, ok := v.([]member)
	if !ok || len(fields) > 64 {
		return nil, errBad
	}
	for _, m := range fields {
		list, isList := m.value.([]any)
		if !isList {
			list = []any{m.value}
		}
		kinds, whole := map[string]bool{}, true
		for _, v := range list {
			kinds[fmt.Sprintf("%T", v)] = true
			if n, ok := v.(json.Number); ok {
				_, err := strconv.ParseInt(string(n), 10, 64)
				whole = whole && err == nil
			}
		}
		var b []byte
		if isList {
			b = wire.AppendArray(b, len(list))
		}
		for _, v := range list {
			if b, err = appendScalar(b, v, whole); err != nil {
				return nil, err
			}
		}
		if m.name == "" || len(kinds) > 1 || len(list) > 1024 || len(m.name)+len(b) > 1024 {
			return nil, errBad
		}
		out = append(out, abi.Attribute{Name: []byte(m.name), Value: b})
	}
	return out, nil
}

func finite(s string) (float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) {
		return 0, errBad
	}
	return f, nil
}

func appendScalar(dst []byte, v any, whole bool) ([]byte, error) {
	switch v := v.(type) {
	case bool:
		return wire.AppendBool(dst, v), nil
	case string:
		return wire.AppendStr(dst, v), nil
	case json.Number:
		if whole {
			n, err := strconv.ParseInt(string(v), 10, 64)
			return wire.AppendInt(dst, n), err
		}
		f, err := finite(string(v))
		return wire.AppendFloat(dst, f), err
	}
	return nil, errBad
}
