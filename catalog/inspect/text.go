package inspect

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Instant is a moment in milliseconds since 1970-01-01T00:00:00Z. In JSON it is
// RFC 3339 in UTC.
type Instant int64

// MarshalJSON writes the moment in UTC.
func (t Instant) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.UnixMilli(int64(t)).UTC().Format("2006-01-02T15:04:05.999Z07:00"))
}

// text is what the clocks of a zone show, and the moment in UTC.
func (t Instant) text(zone *time.Location) string {
	at := time.UnixMilli(int64(t))
	utc := clock(at.UTC()) + "Z"
	if zone == time.UTC {
		return utc
	}
	return clock(at.In(zone)) + " (" + utc + ")"
}

// clock leaves out seconds that are 0.
func clock(t time.Time) string {
	return strings.TrimSuffix(t.Format("2006-01-02T15:04:05.999"), ":00")
}

func period(from, to *Instant, zone *time.Location) string {
	out := ""
	if from != nil {
		out += " from " + from.text(zone)
	}
	if to != nil {
		out += " to " + to.text(zone)
	}
	return out
}

func (c Consent) text(*time.Location) string {
	out := c.Source
	if c.Name != "" {
		out += " " + c.Name
	}
	if c.Value != "" {
		out += " = " + c.Value
	}
	if len(c.Purposes) > 0 {
		out += " purposes " + plain(c.Purposes)
	}
	if c.GPC != "" {
		out += ", gpc " + c.GPC
	}
	return out
}

func (s JSONSlot) text(*time.Location) string { return s.Page + " " + s.Path + ": " + s.Slot }

func (f Filter) text(*time.Location) string {
	return strings.Join(f, "; ")
}

func (m Multiplier) text(zone *time.Location) string {
	return number(m.Value) + period(m.From, m.To, zone)
}

func (w Weight) text(zone *time.Location) string {
	out := plain(w.Value) + period(w.From, w.To, zone)
	if w.Space != "" {
		out += " on " + w.Space
	}
	if len(w.Filter) > 0 {
		out += " if " + w.Filter.text(zone)
	}
	return out
}

func (f Field) text(*time.Location) string {
	if f.Required {
		return f.Name + " " + f.Type + " (required)"
	}
	return f.Name + " " + f.Type
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// plain writes a constant: texts as they are, else as JSON.
func plain(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return number(v)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error() // a number without a JSON form is none of a catalog
	}
	return string(b)
}
