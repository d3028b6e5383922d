package proxy

import (
	"errors"
	"net/http"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/call"
)

// pathDecide is where the decide API is, below the prefix.
const pathDecide = "decide"

// decideCall answers a call of the decide API: a decision for slots that the
// caller names, made, stored and counted as that of a page is which has them all.
// The module could answer it, but not with a look-up of others' tokens, and a
// decision that loses a race in the store is made again.
func (m *Middleware) decideCall(w http.ResponseWriter, r *http.Request, s *scratch) int {
	trusted, fault := m.readCall(w, r, s)
	if fault != nil {
		return refuse(w, fault)
	}
	answer, err := m.decideSlots(s, r, trusted)
	if err != nil {
		return refuse(w, m.failed(r, s, err))
	}
	for _, c := range s.response.Answer.Cookies {
		w.Header().Add("Set-Cookie", string(c))
	}
	return sendJSON(w, http.StatusOK, "application/json", answer)
}

// readCall makes the scratch's request that of a call, and reports whether its
// caller is trusted.
func (m *Middleware) readCall(w http.ResponseWriter, r *http.Request, s *scratch) (trusted bool, fault *call.Fault) {
	reader := &s.call
	s.locate(r, abi.KindPage)
	kind := s.keep(r.Header.Get("Content-Type"))
	if fault := reader.Admit(s.keep(r.Method), crossSite(r), kind); fault != nil {
		return false, fault
	}
	body, err := bodyOf(w, r)
	switch {
	case errors.Is(err, errTooLong):
		w.Header().Set("Connection", "close") // the rest of it is not read
		return false, reader.TooLong()
	case err != nil:
		return false, reader.Unreadable()
	}
	if fault := reader.Read(&s.request, body); fault != nil {
		return false, fault
	}
	distrust := m.distrust(r)
	if distrust != nil && reader.Trusted != "" {
		return false, reader.Distrusted(distrust.Error())
	}
	return distrust == nil, nil
}

var errUntrusted = errors.New(call.NoToken)

// distrust says why who sent a request is no trusted caller; nil: they are one.
func (m *Middleware) distrust(r *http.Request) error {
	if m.config.Trusted == nil || len(r.Header["Authorization"]) == 0 {
		return errUntrusted
	}
	return m.config.Trusted(r)
}

// decideSlots has a call decided and gives the answer as its caller may see it.
func (m *Middleware) decideSlots(s *scratch, r *http.Request, trusted bool) ([]byte, error) {
	session, err := m.config.Engine.Acquire()
	if err != nil {
		return nil, err
	}
	defer session.Release()
	s.request.Want = abi.WantHTML | abi.WantJSON | abi.WantText | abi.WantContent | abi.WantLinks | m.wantEvents()
	if trusted {
		s.request.Flags |= abi.FlagPeer
		s.request.Want |= abi.WantPropositions
	}
	if err := m.conclude(s, r, session, true); err != nil {
		return nil, err
	}
	a := &s.response.Answer
	m.metrics.noteSlots(a.Slots)
	answer := call.Writer{Trusted: trusted}
	answer.Answer(a)
	return answer.Bytes, nil
}

// failed says what a caller is told of an error.
func (m *Middleware) failed(r *http.Request, s *scratch, err error) *call.Fault {
	if statusOf(err) == abi.StatusRefused {
		return s.call.OverLimit()
	}
	if r.Context().Err() == nil {
		m.warn("call not decided", "error", err)
	}
	return s.call.Unavailable()
}

// refuse says why a call is not answered.
func refuse(w http.ResponseWriter, fault *call.Fault) int {
	if name, value := fault.Header(); name != "" {
		w.Header().Set(name, value)
	}
	var problem call.Writer
	problem.Fault(fault)
	return sendJSON(w, fault.Status, "application/problem+json", problem.Bytes)
}
