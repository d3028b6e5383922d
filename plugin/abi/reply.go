package abi

import "github.com/profferhq/proffer/catalog/wire"

// Reply is the module's whole answer to a request to one of its own endpoints.
// Its byte slices alias the message that it was decoded from.
type Reply struct {
	Status   Status
	Text     []byte // what was wrong, where Status is neither ok nor need
	Need     Need   // where Status is need
	Snapshot []byte // HashSize bytes
	Code     int    // HTTP status
	Headers  []Header
	Cookies  [][]byte // whole Set-Cookie values
	Events   [][]byte // event lines
	Body     []byte   // nil: none

	HasChanges bool
	Changes    Changes // what a store is to take in

	// Of a fragment.
	Interaction  []byte        // InteractionSize bytes; nil without entropy
	Propositions []Proposition // what is to be stored
}

var replyFaults = [...]string{
	"status: malformed",
	"snapshot: malformed",
	"code: malformed",
	"headers: malformed",
	"cookies: malformed",
	"events: malformed",
	"body: malformed",
	"changes: malformed",
	"interaction: malformed",
	"propositions: malformed",
	"malformed",
}

// AppendReply appends the response to a request to an endpoint.
func AppendReply(dst []byte, r *Reply) []byte {
	dst = wire.AppendArray(dst, 10)
	dst = wire.AppendUint(dst, uint64(StatusOK))
	dst = appendBinOrNil(dst, r.Snapshot)
	dst = wire.AppendUint(dst, uint64(r.Code))
	dst = appendHeaders(dst, r.Headers)
	dst = appendStrs(dst, r.Cookies)
	dst = appendStrs(dst, r.Events)
	dst = appendBinOrNil(dst, r.Body)
	dst = appendChanges(dst, r.HasChanges, &r.Changes)
	dst = appendBinOrNil(dst, r.Interaction)
	return appendPropositions(dst, r.Propositions)
}

// DecodeReply reads the response to a request to an endpoint, which aliases b.
// An error is a Fault.
func DecodeReply(b []byte) (*Reply, error) {
	if err := wire.Check(b, MaxDepth); err != nil {
		return nil, Fault(err.Error())
	}
	var r Response // for its arena and what is common
	out := new(Reply)
	d := newDecoder(b)
	d.enter()
	if d.left == 0 && d.c.OK() {
		return nil, Fault("no status")
	}
	out.Status = Status(d.enum(255, "status: over 255"))
	texts := errorFaults[:]
	switch out.Status {
	case StatusOK:
		texts = replyFaults[:]
		out.decode(&r, &d)
	case StatusNeed:
		texts = needFaults[:]
		r.need(&d, &out.Need)
	default:
		out.Text = d.str()
	}
	d.leave(0, 1)
	if s, text := d.finish(texts); s != StatusOK {
		return nil, Fault(text)
	}
	return out, nil
}

func (r *Reply) decode(lists *Response, d *decoder) {
	r.Snapshot = d.sized(HashSize, "snapshot: not 32 bytes")
	r.Code = d.integer(maxCode, "code: over 599")
	if d.c.OK() && r.Code < minCode {
		d.refuse(StatusMalformed, "code: below 200")
	}
	list := lists.strs(d, "headers: over the limit of 256 strings")
	if len(list)%2 != 0 {
		d.refuse(StatusMalformed, "headers: a name without a value")
		return
	}
	for i := 0; i < len(list); i += 2 {
		r.Headers = append(r.Headers, Header{Name: list[i], Value: list[i+1]})
	}
	r.Cookies = lists.strs(d, "cookies: over the limit of 256")
	r.Events = lists.strs(d, "events: over the limit of 256")
	r.Body = d.bin()
	r.HasChanges = d.changes(&r.Changes)
	r.Interaction = d.sized(InteractionSize, "interaction: not 16 bytes")
	r.Propositions = lists.propositions(d, nil)
}

// minCode and maxCode bound the HTTP status of a reply: one below 200 does not
// end an exchange.
const minCode, maxCode = 200, 599
