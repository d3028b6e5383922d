package guest

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/call"
)

// A call of the decide API is the decision of a page that has the slots which the
// caller names, answered as JSON. No caller is trusted here: what one may say is of
// use where there is a store, and a host with one answers itself.

// maxAnswer bounds an answer in JSON, in bytes, so that the reply with its header
// and events stays below the 1 MiB of the contract.
const maxAnswer = 768 << 10

// decideCall makes the request the one that its body describes. The answer comes
// when that is decided.
func (g *Guest) decideCall() {
	p, e := &g.page, &g.endpoint
	if g.admit() {
		return
	}
	q := &p.request
	fault := e.reader.Admit(q.Method, g.crossSite(), g.sent("content-type"))
	if fault == nil && q.Long {
		fault = e.reader.TooLong()
	}
	if fault == nil {
		fault = e.reader.Read(q, q.Body)
	}
	if fault == nil && e.reader.Trusted != "" {
		fault = e.reader.Distrusted(call.NoToken)
	}
	if fault != nil {
		g.refuse(fault)
		return
	}
	p.called = true
	q.Want |= abi.WantHTML | abi.WantJSON | abi.WantText | abi.WantContent | abi.WantLinks
}

// answerCall answers with what was decided.
func (g *Guest) answerCall() {
	p, e := &g.page, &g.endpoint
	a, r := &p.answer, &e.reply
	a.Snapshot, a.Holdout = r.Snapshot, g.engine.HeldOut()
	e.json.Bytes = e.json.Bytes[:0]
	e.json.Head(a)
	results := g.engine.Results()
	var answer abi.SlotAnswer
	for i := range results {
		result, slot := &results[i], &p.call.Slots[i]
		answer.Space, answer.N, answer.Mode, answer.Environment = slot.Space, slot.N, result.Mode, g.nameOf(result.Environment)
		answer.Offer, answer.Fallback = nil, false
		if result.Offer != snapshot.None {
			g.writeOffer(&answer, result, slot.Held)
		}
		e.json.Slot(i, &answer)
		if len(e.json.Bytes) > maxAnswer {
			g.refuse(e.reader.Unavailable())
			return
		}
	}
	g.writePropositions()
	g.writeVisitor()
	e.json.Tail(a)
	g.sendJSON(codeOK, "application/json")
	r.Cookies, r.Events, r.Interaction, r.Propositions = a.Cookies, a.Events, a.Interaction, a.Propositions
}

// refuse says why a call is not answered.
func (g *Guest) refuse(fault *call.Fault) {
	if name, value := fault.Header(); name != "" {
		g.header(name, value)
	}
	w := &g.endpoint.json
	w.Bytes = w.Bytes[:0]
	w.Fault(fault)
	g.sendJSON(fault.Status, "application/problem+json")
}

func (g *Guest) sendJSON(code int, kind string) {
	r := &g.endpoint.reply
	r.Code, r.Body = code, g.endpoint.json.Bytes
	g.header("content-type", kind)
	g.header("x-content-type-options", "nosniff")
}
