package proxy

import (
	"encoding/json"
	"net/http"
)

// problem says to a program why a request is not answered (RFC 9457), as
// [call.Fault] does.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"` // of the status
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

func newProblem(status int, detail string) *problem {
	return &problem{"about:blank", http.StatusText(status), status, detail}
}

// send sends it and gives its status.
func (p *problem) send(w http.ResponseWriter) int {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and a number cannot fail
	}
	return sendJSON(w, p.Status, "application/problem+json", b)
}

// sendJSON sends what nobody keeps.
func sendJSON(w http.ResponseWriter, status int, kind string, body []byte) int {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller may be gone
	return status
}
