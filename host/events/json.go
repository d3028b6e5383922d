package events

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/tidwall/gjson"
)

// stamp is the form of times: UTC, to the millisecond.
const stamp = "2006-01-02T15:04:05.000Z"

// AppendJSON appends an event as a JSON object. Nothing in one that was read
// needs to be escaped: see [Event.check].
func (e *Event) AppendJSON(dst []byte) []byte {
	text := func(key, value string) {
		if value != "" {
			dst = append(append(append(append(dst, `,"`...), key...), `":"`...), value...)
			dst = append(dst, '"')
		}
	}
	dst = append(dst, `{"time":"`...)
	dst = time.UnixMilli(e.Time).UTC().AppendFormat(dst, stamp)
	dst = append(dst, '"')
	text("event", e.Kind.String())
	text("interaction", e.Interaction)
	text("proposition", e.Proposition)
	text("environment", e.Environment)
	text("space", e.Space)
	text("channel", e.Channel)
	text("offer", e.Offer)
	if e.Rank > 0 {
		dst = strconv.AppendInt(append(dst, `,"rank":`...), int64(e.Rank), 10)
	}
	text("mode", e.Mode)
	if e.Fallback {
		dst = append(dst, `,"fallback":true`...)
	}
	text("subject", e.Subject)
	return append(dst, '}')
}

// ParseJSON reads a line of a file.
func ParseJSON(line string) (e Event, err error) {
	if !gjson.Valid(line) {
		return Event{}, errors.New("not JSON")
	}
	object := gjson.Parse(line)
	if !object.IsObject() {
		return Event{}, errors.New("not a JSON object")
	}
	kind := false
	object.ForEach(func(key, value gjson.Result) bool {
		kind = kind || key.Str == "event"
		err = e.set(key.Str, value)
		return err == nil
	})
	switch {
	case err != nil:
		return Event{}, err
	case !kind:
		return Event{}, errors.New("no event")
	}
	return e, e.check()
}

// set takes a member of an object.
func (e *Event) set(key string, value gjson.Result) error {
	want := gjson.String
	switch key {
	case "time":
		t, err := time.Parse(time.RFC3339Nano, value.Str)
		if err != nil {
			return fmt.Errorf("time %.40q is not like %s", value.Str, stamp)
		}
		e.Time = t.UnixMilli()
	case "event":
		var ok bool
		if e.Kind, ok = kindOf(value.Str); !ok {
			return fmt.Errorf("event %.40q is unknown", value.Str)
		}
	case "interaction":
		e.Interaction = value.Str
	case "proposition":
		e.Proposition = value.Str
	case "environment":
		e.Environment = value.Str
	case "space":
		e.Space = value.Str
	case "channel":
		e.Channel = value.Str
	case "offer":
		e.Offer = value.Str
	case "mode":
		e.Mode = value.Str
	case "subject":
		e.Subject = value.Str
	case "rank":
		want = gjson.Number
		e.Rank = int(value.Int())
	case "fallback":
		e.Fallback = value.Bool()
		want = value.Type
	default:
		want = value.Type
	}
	if value.Type != want {
		return fmt.Errorf("%s is not a %s", key, want)
	}
	return nil
}
