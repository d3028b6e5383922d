package events

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Prefix begins an event line.
const Prefix = "proffer-event/1 "

// ParseLine reads an event line. Keys that it does not know are passed over: a
// later version of the module may have more.
func ParseLine(line string) (Event, error) {
	rest, ok := strings.CutPrefix(line, Prefix)
	if !ok {
		return Event{}, fmt.Errorf("%.40q is no event line of version 1", line)
	}
	return parseForm(rest)
}

// parseForm reads what stands behind the prefix.
func parseForm(form string) (e Event, err error) {
	const kind, at = 'e', 't'
	var seen [256]bool
	for pair := range strings.SplitSeq(form, "&") {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return Event{}, fmt.Errorf("%.40q has no value", pair)
		}
		if len(key) != 1 {
			continue
		}
		if seen[key[0]] {
			return Event{}, fmt.Errorf("%s comes twice", key)
		}
		seen[key[0]] = true
		if strings.ContainsAny(value, "%+") {
			if value, err = url.QueryUnescape(value); err != nil {
				return Event{}, fmt.Errorf("%s: %w", key, err)
			}
		}
		if err := e.take(key[0], value); err != nil {
			return Event{}, err
		}
	}
	if !seen[kind] || !seen[at] {
		return Event{}, errors.New("no event or no time")
	}
	return e, e.check()
}

// take sets the field of a key.
func (e *Event) take(key byte, value string) (err error) {
	switch key {
	case 'e':
		var ok bool
		if e.Kind, ok = kindOf(value); !ok {
			return fmt.Errorf("event %.40q is unknown", value)
		}
	case 't':
		e.Time, err = strconv.ParseInt(value, 10, 64)
	case 'i':
		e.Interaction = value
	case 'p':
		e.Proposition = value
	case 'v':
		e.Environment = value
	case 's':
		e.Space = value
	case 'c':
		e.Channel = value
	case 'o':
		e.Offer = value
	case 'r':
		e.Rank, err = strconv.Atoi(value)
	case 'm':
		e.Mode = value
	case 'f':
		e.Fallback = value == "1"
	case 'a':
		e.Subject = value
	}
	return err
}

// Durable reports whether a line's event must be on disk before its cause is
// told that it happened.
func Durable(line []byte) bool {
	e, err := ParseLine(string(line))
	return err == nil && e.Kind.Durable()
}
