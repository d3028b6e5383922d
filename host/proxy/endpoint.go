package proxy

import (
	"errors"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/profferhq/proffer/plugin/abi"
)

// bodyTimeout is how long a body of at most [abi.MaxBody] may take to come: a
// beacon has some 100 bytes, and what takes longer is an attack.
const bodyTimeout = 10 * time.Second

// The errors with which a request to an endpoint of ours ends before the module
// is asked.
var (
	errTooLong    = errors.New("the body is too long")
	errUnreadable = errors.New("the body cannot be read")
	errBadReply   = errors.New("the module's reply is not fit to be sent")
)

// endpoint answers what is below the prefix. The origin never sees it: a ticket
// can be read by the module alone, so without it there is nothing to send but that
// it does not work now.
func (m *Middleware) endpoint(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	name := r.URL.Path[len(m.config.Prefix):]
	w, r, status := m.config.CORS.admit(w, r, name)
	if status == 0 {
		status = m.attend(w, r, name)
	}
	m.metrics.replies.note(name, status, time.Since(start))
}

// attend has an endpoint answer, and gives the status.
func (m *Middleware) attend(w http.ResponseWriter, r *http.Request, name string) int {
	s := m.scratches.take()
	status := m.answer(w, r, s, name)
	if status == 0 { // a panic has left the scratch in doubt
		return unavailable(w)
	}
	m.scratches.give(s)
	return status
}

// answer sends the reply of an endpoint, or says why there is none, and gives the
// status; 0 after a panic, when nothing was sent.
func (m *Middleware) answer(w http.ResponseWriter, r *http.Request, s *scratch, name string) (status int) {
	defer func() {
		if p := recover(); p != nil {
			m.warn("request not answered", "panic", p, "stack", string(debug.Stack()))
			status = 0
		}
	}()
	switch name { // those that the module has not
	case pathDecide:
		return m.decideCall(w, r, s)
	case pathOpenAPI:
		return m.describeAPI(w, r)
	case pathSidecar:
		return m.sidecar(w, r)
	}
	return m.relay(w, r, s)
}

// relay sends the module's reply, or says why there is none.
func (m *Middleware) relay(w http.ResponseWriter, r *http.Request, s *scratch) int {
	reply, err := m.reply(w, r, s)
	switch {
	case err == nil:
		return send(w, reply)
	case errors.Is(err, errTooLong):
		w.Header().Set("Connection", "close") // the rest of it is not read
		return plain(w, http.StatusRequestEntityTooLarge, "The request is too long.\n")
	case errors.Is(err, errUnreadable), statusOf(err) == abi.StatusRefused:
		return plain(w, http.StatusBadRequest, "The request could not be read.\n")
	case statusOf(err) == abi.StatusUnsupported: // a module without endpoints
		return plain(w, http.StatusNotFound, "Not found.\n")
	}
	if r.Context().Err() == nil {
		m.warn("request not answered", "error", err)
	}
	return unavailable(w)
}

func unavailable(w http.ResponseWriter) int {
	return plain(w, http.StatusServiceUnavailable, "This does not work at the moment. Please go back and try again later.\n")
}

// reply asks the module, and has its events taken: what must be on disk is there
// before it is told to the visitor.
func (m *Middleware) reply(w http.ResponseWriter, r *http.Request, s *scratch) (*abi.Reply, error) {
	body, err := bodyOf(w, r)
	if err != nil {
		return nil, err
	}
	session, err := m.config.Engine.Acquire()
	if err != nil {
		return nil, err
	}
	defer session.Release()
	s.locate(r, abi.KindEvent)
	s.request.Want, s.request.Method, s.request.Body = m.wantEvents(), s.keep(r.Method), body
	if err := m.ask(s, r, session); err != nil {
		return nil, err
	}
	reply, err := abi.DecodeReply(s.answer)
	if err != nil {
		return nil, err
	}
	if err := fit(reply); err != nil {
		return nil, err
	}
	return reply, m.take(r, s, reply)
}

// bodyOf reads a request's body.
func bodyOf(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	switch {
	case r.ContentLength > abi.MaxBody:
		return nil, errTooLong
	case r.Body == nil || r.Body == http.NoBody:
		return nil, nil
	}
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(time.Now().Add(bodyTimeout)) // not every server can
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, abi.MaxBody))
	_ = connection.SetReadDeadline(time.Time{})
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return nil, errTooLong
	case err != nil:
		return nil, errUnreadable
	}
	return body, nil
}

// hopByHop are headers of the connection, which are ours to write.
var hopByHop = []string{
	"connection", "content-length", "keep-alive", "proxy-authenticate", "proxy-connection", "te", "trailer",
	"transfer-encoding", "upgrade",
}

// fit refuses a reply whose headers would make another response of it, or that
// has a body where there can be none.
func fit(reply *abi.Reply) error {
	for _, h := range reply.Headers {
		name := strings.ToLower(string(h.Name))
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(string(h.Value)) ||
			name == "set-cookie" || slices.Contains(hopByHop, name) {
			return errBadReply
		}
	}
	for _, c := range reply.Cookies {
		if len(c) == 0 || !httpguts.ValidHeaderFieldValue(string(c)) {
			return errBadReply
		}
	}
	if bodyless := reply.Code == http.StatusNoContent || reply.Code == http.StatusNotModified; bodyless && len(reply.Body) > 0 {
		return errBadReply
	}
	return nil
}

// send sends a reply as it is.
func send(w http.ResponseWriter, reply *abi.Reply) int {
	h := w.Header()
	h["Content-Type"] = nil // the module says it, or nobody
	for _, one := range reply.Headers {
		h.Add(string(one.Name), string(one.Value))
	}
	for _, c := range reply.Cookies {
		h.Add("Set-Cookie", string(c))
	}
	w.WriteHeader(reply.Code)
	_, _ = w.Write(reply.Body) // the visitor may be gone
	return reply.Code
}
