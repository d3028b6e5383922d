package proxy

import (
	"errors"
	"mime"
	"net/http"

	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
)

// pathDecide is where the decide API is, below the prefix.
const pathDecide = "decide"

// decideCall answers a call of the decide API: a decision for slots that the
// caller names, made, stored and counted as that of a page is which has them all.
func (m *Middleware) decideCall(w http.ResponseWriter, r *http.Request, s *scratch) int {
	call, trusted, err := m.callOf(w, r)
	if err != nil {
		return m.refuse(w, r, err)
	}
	answer, err := m.decideSlots(s, r, call, trusted)
	if err != nil {
		return m.refuse(w, r, err)
	}
	for _, c := range s.response.Answer.Cookies {
		w.Header().Add("Set-Cookie", string(c))
	}
	return sendJSON(w, http.StatusOK, "application/json", answer)
}

// callOf reads a call, and reports whether its caller is trusted.
func (m *Middleware) callOf(w http.ResponseWriter, r *http.Request) (c *document.Call, trusted bool, err error) {
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); {
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		return nil, false, newProblem(http.StatusMethodNotAllowed, "only POST is answered here", "")
	case crossSite(r):
		return nil, false, newProblem(http.StatusForbidden, "sent by a page of another site, which is none of cors.origins", "")
	case kind != "application/json": // what another site's form cannot send
		w.Header().Set("Accept-Post", "application/json")
		return nil, false, newProblem(http.StatusUnsupportedMediaType, "the body must be of the type application/json", "")
	}
	body, err := bodyOf(w, r)
	if err != nil {
		return nil, false, err
	}
	if c, err = document.ParseCall(body); err != nil {
		return nil, false, err
	}
	distrust := m.distrust(r)
	if c.Trusted != "" && distrust != nil {
		return nil, false, newProblem(http.StatusForbidden, "only a trusted caller may say "+c.Trusted+": "+distrust.Error(), c.Trusted)
	}
	return c, distrust == nil, nil
}

var errUntrusted = errors.New("there is no Authorization header with a peer token")

// distrust says why who sent a request is no trusted caller; nil: they are one.
func (m *Middleware) distrust(r *http.Request) error {
	if m.config.Trusted == nil || len(r.Header["Authorization"]) == 0 {
		return errUntrusted
	}
	return m.config.Trusted(r)
}

// decideSlots has a call decided and gives the answer as its caller may see it.
func (m *Middleware) decideSlots(s *scratch, r *http.Request, c *document.Call, trusted bool) ([]byte, error) {
	session, err := m.config.Engine.Acquire()
	if err != nil {
		return nil, err
	}
	defer session.Release()
	s.locate(r, abi.KindPage)
	s.call(c)
	s.request.Want = abi.WantHTML | abi.WantJSON | abi.WantText | abi.WantContent | abi.WantLinks | m.wantEvents()
	if trusted {
		s.request.Flags |= abi.FlagPeer
		s.request.Want |= abi.WantPropositions
	}
	if err := m.conclude(s, r, session, true); err != nil {
		return nil, err
	}
	a := s.response.Answer
	m.metrics.noteSlots(a.Slots)
	if !trusted {
		return document.PublicJSON(&a)
	}
	a.Events = nil // they are in our log, and must not come into another
	return document.JSON(&a)
}

// call makes the scratch's request that of a call.
func (s *scratch) call(c *document.Call) {
	q := &s.request
	q.Path, q.Query = s.keep(c.Path), s.keep(c.Query)
	q.Mode, q.HasSlots, q.Slots = abi.SlotsAsked, true, append(q.Slots, c.Slots...)
	q.Attributes, q.Language = c.Attributes, c.Language
	q.Target, q.Visitor = c.Target, c.Visitor
	q.Flags |= c.Consent
	if c.NoStore {
		q.Flags |= abi.FlagNoStore
	}
}

// refuse says why a call is not answered.
func (m *Middleware) refuse(w http.ResponseWriter, r *http.Request, err error) int {
	var known *problem
	var field *document.CallError
	switch {
	case errors.As(err, &known):
		return known.send(w)
	case errors.As(err, &field):
		return newProblem(http.StatusBadRequest, field.Text, field.Field).send(w)
	case errors.Is(err, errTooLong):
		w.Header().Set("Connection", "close") // the rest of it is not read
		return newProblem(http.StatusRequestEntityTooLarge, "the body has more than 64 KiB", "").send(w)
	case errors.Is(err, errUnreadable):
		return newProblem(http.StatusBadRequest, "the body cannot be read", "").send(w)
	case statusOf(err) == abi.StatusRefused:
		return newProblem(http.StatusBadRequest, "the call is over a limit", "").send(w)
	}
	if r.Context().Err() == nil {
		m.warn("call not decided", "error", err)
	}
	return newProblem(http.StatusServiceUnavailable, "nothing can be decided at the moment; keep what is shown, and try again later", "").send(w)
}
