package edge

import "github.com/profferhq/proffer/plugin/abi"

// Owns reports whether an exchange is for an endpoint of the module's own.
func (e *Edge) Owns(x *Exchange) bool {
	path, _ := splitURI(x.URI)
	return e.guest.View() != nil && e.guest.Owns(path)
}

// Reply answers a request to an endpoint. It reports false if the module cannot
// answer; the origin may, then. The reply holds until the next call.
func (e *Edge) Reply(x *Exchange, body []byte) (*abi.Reply, bool) {
	e.begin(x, abi.KindEvent)
	e.request.Method, e.request.Body = x.Method, body
	if e.logs {
		e.request.Want = abi.WantEvents
	}
	e.message = abi.AppendRequest(e.message[:0], &e.request)
	e.answer = e.guest.Handle(e.answer[:0], e.message)
	reply, err := abi.DecodeReply(e.answer)
	if err != nil || !reply.Status.Healthy() {
		_ = e.renew() // it worked with the same bytes before
		return nil, false
	}
	return reply, reply.Status == abi.StatusOK
}
