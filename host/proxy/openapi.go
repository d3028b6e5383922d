package proxy

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"strings"
)

// pathOpenAPI is where the document of the endpoints is, below the prefix.
const pathOpenAPI = "openapi.json"

// openAPIText documents every endpoint below the prefix
// (https://spec.openapis.org/oas/v3.1.1.html). A test holds each to it.
//
//go:embed openapi.json
var openAPIText string

// openAPIServer is the server that the text names, and what is to be replaced.
const openAPIServer = `"url": "/.proffer"`

// newOpenAPI is the document with the prefix that is in force.
func newOpenAPI(prefix string) ([]byte, error) {
	url, err := json.Marshal(strings.TrimSuffix(prefix, "/"))
	if err != nil {
		return nil, err
	}
	return []byte(strings.Replace(openAPIText, openAPIServer, `"url": `+string(url), 1)), nil
}

// describeAPI sends the document, which is the same for everyone.
func (m *Middleware) describeAPI(w http.ResponseWriter, r *http.Request) int {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		return newProblem(http.StatusMethodNotAllowed, "only GET and HEAD are answered here").send(w)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "public, max-age=3600")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(m.openAPI) // who asks may be gone
	return http.StatusOK
}
