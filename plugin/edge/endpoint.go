package edge

import "github.com/profferhq/proffer/plugin/abi"

// Owns reports whether an exchange is for an endpoint of the module's own.
func (e *Edge) Owns(x *Exchange) bool {
	path, _ := splitURI(x.URI)
	return e.guest.View() != nil && e.guest.Owns(path)
}

// Reply answers a request to an endpoint; of a body of more than abi.MaxBody it is
// told that it is long, and not what it is. It reports false if the module cannot
// answer; the origin may, then. The reply holds until the next call.
func (e *Edge) Reply(x *Exchange, body []byte, long bool) (*abi.Reply, bool) {
	e.begin(x, abi.KindEvent)
	e.request.Method, e.request.Body, e.request.Long = x.Method, body, long
	if e.logs {
		e.request.Want = abi.WantEvents
	}
	reply := e.reply()
	if reply != nil && reply.Status == abi.StatusNeed { // of a decision; this variant keeps all state in the cookie
		e.request.HasRecord, e.request.Record = true, abi.Record{}
		reply = e.reply()
	}
	return reply, reply != nil && reply.Status == abi.StatusOK
}

// reply puts the request to the guest; nil if that must not be used again.
func (e *Edge) reply() *abi.Reply {
	e.message = abi.AppendRequest(e.message[:0], &e.request)
	e.answer = e.guest.Handle(e.answer[:0], e.message)
	reply, err := abi.DecodeReply(e.answer)
	if err != nil || !reply.Status.Healthy() {
		_ = e.renew() // it worked with the same bytes before
		return nil
	}
	return reply
}
