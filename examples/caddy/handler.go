package caddy

import (
	"net/http"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/profferhq/proffer/plugin/abi"
)

// Caddy knows modules by what their packages register when they are linked.
func init() { caddy.RegisterModule(new(Handler)) }

var (
	_ caddy.Provisioner           = (*Handler)(nil)
	_ caddy.CleanerUpper          = (*Handler)(nil)
	_ caddyhttp.MiddlewareHandler = (*Handler)(nil)
	_ caddyfile.Unmarshaler       = (*Handler)(nil)
)

// Handler writes offers into the pages of the handlers behind it, and answers the
// endpoints below a prefix. What is saved of the catalog, the keys, the pauses and the
// keys of tokens is checked and in force at once; what is broken changes nothing and
// is logged.
//
// It has to stand behind encode, which compresses what it is given. Handlers of the
// same options share one engine, and keep it when Caddy takes on a new
// configuration.
type Handler struct {
	// The catalog's directory or file.
	Catalog string `json:"catalog,omitempty"`

	// In place of the catalog the snapshot that was built of it.
	Snapshot string `json:"snapshot,omitempty"`

	// The file of keys, readable by its owner alone.
	Keys string `json:"keys,omitempty"`

	// Where decisions run: "wasm", in the module, or "native", in Caddy itself.
	// Default "wasm".
	Engine string `json:"engine,omitempty"`

	// The Wasm module. Default proffer.wasm beside the executable.
	Module string `json:"module,omitempty"`

	// The path below which the endpoints are. Default "/.proffer/", or what the
	// configuration file says.
	Prefix string `json:"prefix,omitempty"`

	// The configuration file (JSON), as "proffer serve" has it; keys that Caddy has in
	// its own way are refused.
	Config string `json:"config,omitempty"`

	// The file of paused offers and spaces (JSON), which Caddy's admin endpoint writes,
	// too. Default: pauses last until the handler ends, at a restart or at a reload that
	// changes an option.
	Paused string `json:"paused,omitempty"`

	// Where visitors are kept: "cookie:", in their browsers, or "file:DIR", in a
	// directory of this machine. Default "cookie:".
	Store string `json:"store,omitempty"`

	// Whether what is shown and what comes of it is logged, a line each, for
	// "proffer events import".
	Events bool `json:"events,omitempty"`

	// In place of the log the directory of files for it. Default: what the
	// configuration file says.
	EventsDir string `json:"events_dir,omitempty"`

	options options
	running *running
	user    *user
	edit    func(*abi.Config) // of what the module is configured with, for tests
}

// moduleID is also the name of the logger.
const moduleID = "http.handlers.proffer"

// CaddyModule implements caddy.Module.
func (*Handler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: moduleID, New: func() caddy.Module { return new(Handler) }}
}

// Provision starts what the options ask for, unless it runs already.
func (h *Handler) Provision(ctx caddy.Context) error {
	o, err := h.read()
	if err != nil {
		return err
	}
	logger := ctx.Slogger()
	v, _, err := pool.LoadOrNew(o, func() (caddy.Destructor, error) { return start(o, logger.Handler(), h.edit) })
	if err != nil {
		return err
	}
	h.options, h.running = o, v.(*running)
	h.user = h.running.logs.add(logger.Handler())
	handlers.join(h.user)
	return h.running.register(ctx.GetMetricsRegistry())
}

// Cleanup lets go of what runs. It is called after a Provision that failed, too.
func (h *Handler) Cleanup() error {
	if h.running == nil {
		return nil
	}
	_, err := pool.Delete(h.options) // which still logs by us
	h.running.logs.remove(h.user)
	handlers.remove(h.user)
	return err
}

// ServeHTTP implements caddyhttp.MiddlewareHandler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	o := origin{next: next}
	h.running.serve(&o, w, r)
	return o.err
}

// origin is the handlers behind ours, as net/http's. An error is what Caddy answers:
// nothing has been written then, and nothing is.
type origin struct {
	next caddyhttp.Handler
	err  error
}

// ServeHTTP implements http.Handler.
func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) { o.err = o.next.ServeHTTP(w, r) }
