package caddy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"
)

func init() { caddy.RegisterModule(admin{}) }

var _ caddy.AdminRouter = admin{}

// admin is what operators ask at Caddy's admin endpoint, below /proffer/.
type admin struct{}

// CaddyModule implements caddy.Module.
func (admin) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "admin.api.proffer", New: func() caddy.Module { return admin{} }}
}

const adminPath = "/proffer/"

// Routes implements caddy.AdminRouter.
func (a admin) Routes() []caddy.AdminRoute {
	return []caddy.AdminRoute{{Pattern: adminPath, Handler: caddy.AdminHandlerFunc(a.serve)}}
}

// serve answers: what runs, whether all of it is ready, and for one of it what
// operators ask, below its id, which may be left out where there is no other.
func (a admin) serve(w http.ResponseWriter, r *http.Request) error {
	all := present.sorted()
	id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, adminPath), "/")
	switch {
	case r.URL.Path == adminPath:
		return list(w, all)
	case r.URL.Path == adminPath+"readyz":
		return allReady(w, r, all)
	}
	at := slices.IndexFunc(all, func(one *running) bool { return one.id() == id })
	switch {
	case at >= 0:
		http.StripPrefix(adminPath+id, all[at].operators).ServeHTTP(w, r)
	case len(all) == 1:
		http.StripPrefix(strings.TrimSuffix(adminPath, "/"), all[0].operators).ServeHTTP(w, r)
	default:
		return caddy.APIError{HTTPStatus: http.StatusNotFound, Err: fmt.Errorf("%d handlers run; %s lists them, each with the path for it", len(all), adminPath)}
	}
	return nil
}

// id tells it from others in paths, and is the same after a restart.
func (r *running) id() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%+v", r.options.named()))
	return hex.EncodeToString(sum[:4])
}

// list answers what runs.
func list(w http.ResponseWriter, all []*running) error {
	type entry struct {
		Path    string `json:"path"`
		Catalog string `json:"catalog"`
		Prefix  string `json:"prefix"`
		Store   string `json:"store"`
	}
	out := []entry{}
	for _, one := range all {
		out = append(out, entry{adminPath + one.id() + "/", one.options.catalog, one.prefix, one.options.store})
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(out)
}

// allReady answers 200 when all that runs can decide, and tells of each.
func allReady(w http.ResponseWriter, r *http.Request, all []*running) error {
	status := http.StatusOK
	var text bytes.Buffer
	if len(all) == 0 {
		status = http.StatusServiceUnavailable
		text.WriteString("not ready: no handler runs\n")
	}
	for _, one := range all {
		fmt.Fprintf(&text, "%s%s/ catalog %s prefix %s\n", adminPath, one.id(), one.options.catalog, one.prefix)
		told := &telling{text: &text, header: http.Header{}, status: http.StatusOK}
		asked := r.Clone(r.Context())
		asked.URL.Path = "/readyz"
		if one.operators.ServeHTTP(told, asked); told.status != http.StatusOK {
			status = told.status
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write(text.Bytes())
	return err
}

// telling is an answer that becomes a part of another.
type telling struct {
	text   *bytes.Buffer
	header http.Header
	status int
}

// Header implements http.ResponseWriter.
func (t *telling) Header() http.Header { return t.header }

// WriteHeader implements http.ResponseWriter.
func (t *telling) WriteHeader(status int) { t.status = status }

// Write implements http.ResponseWriter.
func (t *telling) Write(b []byte) (int, error) { return t.text.Write(b) }
