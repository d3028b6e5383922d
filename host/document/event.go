package document

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/profferhq/proffer/plugin/abi"
)

// Event is a request to an endpoint of the module's own, as a browser sends it.
type Event struct {
	Method string // "GET" if the document says nothing
	Path   string // with the prefix
	Query  string // without "?"
	Body   string
}

// parseEvent reads a document that has an event in place of slots.
func parseEvent(root gjson.Result) (*Document, error) {
	d := &Document{Consent: abi.FlagConsentGiven, Event: &Event{Method: "GET"}}
	r := reader{}
	fields := d.common(&r)
	fields["event"] = func(v gjson.Result) {
		r.object("event", v, map[string]func(gjson.Result){
			"method": func(v gjson.Result) { d.Event.Method = r.str("event.method", v) },
			"path":   func(v gjson.Result) { d.Event.Path = r.str("event.path", v) },
			"query":  func(v gjson.Result) { d.Event.Query = r.str("event.query", v) },
			"body":   func(v gjson.Result) { d.Event.Body = r.str("event.body", v) },
		})
	}
	r.object("request", root, fields)
	if r.err == nil && !strings.HasPrefix(d.Event.Path, "/") {
		r.fail("event.path", `must begin with "/"`)
	}
	if r.err == nil && len(d.Event.Body) > abi.MaxBody {
		r.fail("event.body", fmt.Sprintf("has %d bytes, more than %d", len(d.Event.Body), abi.MaxBody))
	}
	return d, r.err
}

// Reply runs a document with an event through a module. handle gets a request
// without its snapshot, and a second time, with an empty record, if the module
// needs one.
func (d *Document) Reply(handle func(*abi.Request) ([]byte, error)) (response []byte, reply *abi.Reply, err error) {
	r := d.eventRequest()
	for {
		if response, err = handle(r); err != nil {
			return nil, nil, err
		}
		reply, err = abi.DecodeReply(response)
		switch {
		case err != nil || reply.Status == abi.StatusOK:
			return response, reply, err
		case reply.Status != abi.StatusNeed || r.HasRecord:
			return response, reply, fmt.Errorf("%s: %s", reply.Status, reply.Text)
		}
		r.HasRecord = true
	}
}

func (d *Document) eventRequest() *abi.Request {
	r := &abi.Request{
		Kind: abi.KindEvent, Time: d.Time, Seed: d.Seed, Entropy: d.entropy(),
		Flags: d.Consent, Want: abi.WantEvents,
		Host: []byte(strings.ToLower(d.Host)), Path: []byte(d.Event.Path), Query: []byte(d.Event.Query),
		Headers: d.headers(), Method: []byte(d.Event.Method), Body: []byte(d.Event.Body),
	}
	if d.Secure {
		r.Flags |= abi.FlagSecure
	}
	return r
}

// reply is the JSON form of a module's reply.
type reply struct {
	Snapshot   string            `json:"snapshot"`
	Code       int               `json:"code"`
	Headers    map[string]string `json:"headers"`
	SetCookies []string          `json:"set_cookies"`
	Events     []string          `json:"events"`
	Body       *string           `json:"body"`
}

// ReplyJSON is a reply on one line, without its end.
func ReplyJSON(r *abi.Reply) ([]byte, error) {
	out := reply{
		Snapshot: hex.EncodeToString(r.Snapshot), Code: r.Code, Body: text(r.Body),
		Headers: map[string]string{}, SetCookies: []string{}, Events: []string{},
	}
	for _, h := range r.Headers {
		out.Headers[string(h.Name)] = string(h.Value)
	}
	for _, c := range r.Cookies {
		out.SetCookies = append(out.SetCookies, string(c))
	}
	for _, l := range r.Events {
		out.Events = append(out.Events, string(l))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		return nil, fmt.Errorf("reply: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
