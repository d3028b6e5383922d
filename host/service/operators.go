package service

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/profferhq/proffer/host/live"
	"github.com/profferhq/proffer/host/proxy"
)

// Operators is what operators ask. What only tells how the process is, anyone may ask
// who reaches it; the rest is private: see private.go.
type Operators struct {
	mux     *http.ServeMux
	hosts   []string // names in private requests, besides localhost and addresses
	origins *http.CrossOriginProtection
	told    []func(io.Writer) // more for /readyz
	ending  atomic.Bool       // told to end

	authorize func(*http.Request) error // tells peers from others
}

// Operators answers /readyz while decisions can be made, and what is private: pauses,
// the page that says why, and with a store what is kept of whom. Hosts are the names
// by which it may be asked besides localhost and addresses, in lower case.
func (i *Instance) Operators(hosts []string) *Operators {
	o := &Operators{mux: http.NewServeMux(), hosts: hosts, origins: http.NewCrossOriginProtection(), authorize: i.Authorize}
	o.mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if o.ending.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, "not ready: told to end")
			return
		}
		if !ready(w, i.Catalog, i.Engine) {
			return
		}
		for _, tell := range o.told {
			tell(w)
		}
	})
	o.told = append(o.told, tellOverload(i.Pages))
	o.visitors(i.visitors, i.config.Events)
	o.pauses(i.Pauses)
	o.private("/explain", ExplainPage(i.Engine, i.Keys.Keyring, i.config.Record, &i.config.File))
	return o
}

// Handle adds a page for anyone who reaches the listener.
func (o *Operators) Handle(pattern string, h http.Handler) { o.mux.Handle(pattern, h) }

// End has /readyz say that the process was told to end.
func (o *Operators) End() { o.ending.Store(true) }

// ServeHTTP implements http.Handler.
func (o *Operators) ServeHTTP(w http.ResponseWriter, r *http.Request) { o.mux.ServeHTTP(w, r) }

// tellOverload says why pages go without offers, if they do. They are served, so
// that it is no reason to send visitors elsewhere, where there is as much to do.
func tellOverload(m *proxy.Middleware) func(io.Writer) {
	return func(w io.Writer) {
		if why := m.Overload(); why != "" {
			fmt.Fprintf(w, "overloaded, pages go without offers: %s\n", why)
		}
	}
}

// ready tells whether decisions can be made, and with which snapshot. A broken
// catalog on disk is said, but the last good one still decides.
func ready(w http.ResponseWriter, r *live.Catalog, e Engine) bool {
	s := r.State()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	session, err := e.Acquire()
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintf(w, "not ready: %v\n", err)
		return false
	}
	session.Release()
	fmt.Fprintf(w, "ready\nsnapshot %s since %s\n", s.Snapshot, s.Since.UTC().Format("2006-01-02T15:04:05Z"))
	if s.Failed {
		fmt.Fprintln(w, "the catalog on disk was refused; this is the last good one")
	}
	return true
}
