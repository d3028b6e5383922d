package proxy

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/plugin/abi"
)

// refusal is an answer that is neither ok nor need.
type refusal struct {
	status abi.Status
	text   string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("the module refused the request: %s: %.256q", r.status, r.text)
}

// statusOf is the status of a refusal, or 0.
func statusOf(err error) abi.Status {
	var r *refusal
	if errors.As(err, &r) {
		return r.status
	}
	return 0
}

// ask completes the scratch's request and asks the engine, twice if it needs a
// record that is not there yet; the answer that is left in the scratch is ok.
func (m *Middleware) ask(s *scratch, r *http.Request, session host.Session) error {
	if err := m.question(s, r, session.Snapshot()); err != nil {
		return err
	}
	return m.put(s, r, session)
}

// put puts the scratch's request to the engine.
func (m *Middleware) put(s *scratch, r *http.Request, session host.Session) error {
	for {
		s.message = abi.AppendRequest(s.message[:0], &s.request)
		answer, err := session.Handle(r.Context(), s.answer[:0], s.message)
		if err != nil {
			return err
		}
		s.answer = answer
		switch status, ok := abi.StatusOf(answer); {
		case !ok:
			return errors.New("answer: no status")
		case status == abi.StatusOK:
			return nil
		case status != abi.StatusNeed:
			return refusalOf(answer)
		case s.request.HasRecord:
			return errors.New("answer: a second need")
		}
		m.consult(r.Context(), s, answer)
	}
}

// refusalOf reads what the module says of a request that it refuses.
func refusalOf(answer []byte) error {
	r, err := abi.DecodeResponse(answer)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return &refusal{r.Status, string(r.Text)}
}

// ofEvents are the headers that the module reads of requests to its own endpoints
// besides.
var ofEvents = [...]header{
	{"Origin", []byte("origin")},
	{"Referer", []byte("referer")},
	{"Accept", []byte("accept")},
	{"If-None-Match", []byte("if-none-match")},
	{"Sec-Fetch-Site", []byte("sec-fetch-site")},
	{"Sec-Fetch-Mode", []byte("sec-fetch-mode")},
}

// addOfEvents takes them.
func (s *scratch) addOfEvents(h http.Header) {
	for i := range ofEvents {
		if values := h[ofEvents[i].key]; len(values) > 0 && len(values[0]) <= maxValue {
			s.request.Headers = append(s.request.Headers, abi.Header{Name: ofEvents[i].name, Value: s.keep(values[0])})
		}
	}
}
