package document

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// answer is the JSON form of a decision.
type answer struct {
	Snapshot     string         `json:"snapshot"`
	Interaction  *string        `json:"interaction"`
	Slots        []slotAnswer   `json:"slots"`
	Holdout      bool           `json:"holdout"`
	Visitor      *visitorAnswer `json:"visitor"`
	Propositions []proposition  `json:"propositions"`
	SetCookies   []string       `json:"set_cookies"`
	Events       []string       `json:"events,omitempty"`
	Trace        any            `json:"trace,omitempty"`
}

type slotAnswer struct {
	Space       string          `json:"space"`
	N           int             `json:"n"`
	Environment *string         `json:"environment"`
	Mode        *string         `json:"mode"`
	Offer       *string         `json:"offer"`
	Rank        int             `json:"rank,omitempty"`
	Weight      *float64        `json:"weight,omitempty"`
	Content     json.RawMessage `json:"content,omitempty"`
	HTML        *string         `json:"html,omitempty"`
	JSON        json.RawMessage `json:"json,omitempty"`
	Text        *string         `json:"text,omitempty"`
	Links       json.RawMessage `json:"links,omitempty"`
	Fallback    bool            `json:"fallback"`
}

type visitorAnswer struct {
	ID         *string         `json:"id"`
	New        bool            `json:"new"`
	Folder     *string         `json:"folder"`
	Attributes json.RawMessage `json:"attributes"`
}

type proposition struct {
	ID          string   `json:"id"`
	Offer       string   `json:"offer"`
	Space       string   `json:"space"`
	Environment string   `json:"environment"`
	Channel     string   `json:"channel"`
	Categories  []string `json:"categories"`
	Storage     string   `json:"storage"`
	Target      string   `json:"target"`
	Rank        int      `json:"rank"`
	Weight      float64  `json:"weight"`
	Status      string   `json:"status"`
	Time        string   `json:"time"`
	Mode        string   `json:"mode"`
	Fallback    bool     `json:"fallback"`
}

// JSON is a decision on one line, without its end.
func JSON(a *abi.Answer) ([]byte, error) { return JSONWithTrace(a, nil) }

// JSONWithTrace is JSON with the reasons, a value that has a JSON form; nil for
// none.
func JSONWithTrace(a *abi.Answer, trace any) ([]byte, error) {
	out := answer{
		Trace: trace, Interaction: interaction(a),
		Snapshot: hex.EncodeToString(a.Snapshot), Holdout: a.Holdout,
		Slots: []slotAnswer{}, Propositions: []proposition{}, SetCookies: []string{},
	}
	for i := range a.Slots {
		out.Slots = append(out.Slots, newSlotAnswer(&a.Slots[i]))
	}
	if a.HasVisitor {
		out.Visitor = newVisitorAnswer(&a.Visitor)
	}
	for i := range a.Propositions {
		out.Propositions = append(out.Propositions, newProposition(&a.Propositions[i]))
	}
	for _, c := range a.Cookies {
		out.SetCookies = append(out.SetCookies, string(c))
	}
	for _, e := range a.Events {
		out.Events = append(out.Events, string(e))
	}
	return line(out)
}

// line is an answer on one line, without its end.
func line(answer any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(answer); err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// interaction is the id of one, or null.
func interaction(a *abi.Answer) *string {
	if a.Interaction == nil {
		return nil
	}
	id := hex.EncodeToString(a.Interaction)
	return &id
}

// text is a string, or null for nil.
func text(b []byte) *string {
	if b == nil {
		return nil
	}
	s := string(b)
	return &s
}

func newSlotAnswer(s *abi.SlotAnswer) slotAnswer {
	out := slotAnswer{
		Space: string(s.Space), N: s.N, Environment: text(s.Environment), Offer: text(s.Offer), Fallback: s.Fallback,
	}
	if s.Mode != abi.Nobody {
		mode := s.Mode.String()
		out.Mode = &mode
	}
	if s.Offer == nil {
		return out
	}
	out.Rank, out.HTML, out.JSON, out.Text = s.Rank, text(s.HTML), s.JSON, text(s.Text)
	if !s.Fallback {
		out.Weight = &s.Weight
	}
	out.Content, out.Links = fromMsgpack(s.Content), fromMsgpack(s.Links)
	return out
}

func newVisitorAnswer(v *abi.VisitorAnswer) *visitorAnswer {
	out := &visitorAnswer{New: v.New, Folder: text(v.Folder), Attributes: json.RawMessage("{}")}
	if v.ID != nil {
		id := hex.EncodeToString(v.ID)
		out.ID = &id
	}
	if len(v.Attributes) > 0 {
		out.Attributes = fromMsgpack(v.Attributes)
	}
	return out
}

func newProposition(p *abi.Proposition) proposition {
	out := proposition{
		ID: hex.EncodeToString(p.ID), Offer: string(p.Offer), Space: string(p.Space),
		Environment: string(p.Environment), Channel: string(p.Channel), Categories: []string{},
		Storage: p.Storage.String(), Target: string(p.Target), Rank: p.Rank, Weight: p.Weight,
		Status: p.Status.String(), Time: string(wire.AppendInstant(nil, p.Time)), Mode: p.Mode.String(), Fallback: p.Fallback,
	}
	for _, c := range p.Categories {
		out.Categories = append(out.Categories, string(c))
	}
	return out
}

// fromMsgpack is a msgpack value as JSON, maps in their order; nil for none.
func fromMsgpack(b []byte) json.RawMessage {
	if b == nil {
		return nil
	}
	c := wire.NewCursor(b)
	return appendJSON(nil, &c)
}

func appendJSON(dst []byte, c *wire.Cursor) []byte {
	switch c.Kind() {
	case wire.Map:
		dst = append(dst, '{')
		for i, n := 0, c.Map(); i < n && c.OK(); i++ {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendJSON(dst, c), ':')
			dst = appendJSON(dst, c)
		}
		return append(dst, '}')
	case wire.Array:
		dst = append(dst, '[')
		for i, n := 0, c.Array(); i < n && c.OK(); i++ {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, c)
		}
		return append(dst, ']')
	}
	return appendScalar(dst, c)
}

func appendScalar(dst []byte, c *wire.Cursor) []byte {
	var v any
	switch c.Kind() {
	case wire.Bool:
		v = c.Bool()
	case wire.Int:
		v = c.Int()
	case wire.Float:
		v = c.Float()
	case wire.Str:
		v = string(c.Str())
	default:
		c.Skip()
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // not a number, or infinite
		return append(dst, "null"...)
	}
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
