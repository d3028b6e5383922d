package main

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/live"
	"github.com/profferhq/proffer/host/proxy"
)

// admin is the operators' listener. What only tells how the process is, anyone
// may ask who reaches it; the rest is private: see private.go.
type admin struct {
	mux     *http.ServeMux
	hosts   []string // names in private requests, besides localhost and addresses
	origins *http.CrossOriginProtection
	told    []func(io.Writer) // more for /readyz
	ending  atomic.Bool       // told to end

	authorize func(*http.Request) error // tells peers from others; nil: who reaches the listener is one
}

// newAdmin answers /healthz while the process runs, /readyz while decisions can
// be made, and /metrics for Prometheus.
func newAdmin(r *live.Catalog, e engine, registry *prometheus.Registry, hosts []string) *admin {
	a := &admin{mux: http.NewServeMux(), hosts: hosts, origins: http.NewCrossOriginProtection()}
	a.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
	})
	a.mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if a.ending.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, "not ready: told to end")
			return
		}
		if !ready(w, r, e) {
			return
		}
		for _, tell := range a.told {
			tell(w)
		}
	})
	a.mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return a
}

// tell adds to what /readyz says while decisions can be made.
func (a *admin) tell(f func(io.Writer)) { a.told = append(a.told, f) }

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
func ready(w http.ResponseWriter, r *live.Catalog, e engine) bool {
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

// collect registers what the catalog, the pauses, the keys and the engine tell.
func collect(registry *prometheus.Registry, r *live.Catalog, p *pauses, k *live.Keys, e engine) {
	gauge := func(name, help string, value func() float64) {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "proffer_" + name, Help: help}, value))
	}
	gauge("snapshot_since_seconds", "When the resident snapshot was swapped in, Unix time.", func() float64 {
		return float64(r.State().Since.UnixMilli()) / 1000
	})
	gauge("catalog_refused", "1 while the catalog on disk is refused and the last good one decides.", func() float64 {
		if r.State().Failed {
			return 1
		}
		return 0
	})
	gauge("catalog_swaps", "Snapshots swapped in since the start.", func() float64 { return float64(r.State().Swaps) })
	gauge("catalog_refusals", "Catalogs refused since the start.", func() float64 { return float64(r.State().Refused) })
	gauge("paused_entries", "Offers and spaces that are paused.", func() float64 {
		list, _ := p.state()
		return float64(len(list))
	})
	gauge("paused_refused", "1 while the file of pauses is refused and the last good ones are in force.", func() float64 {
		if _, refused := p.state(); refused {
			return 1
		}
		return 0
	})
	gauge("keys_refused", "1 while the keys file is refused and the last good keys are in force.", func() float64 {
		if k.Stale() {
			return 1
		}
		return 0
	})
	if h, ok := e.(*host.Host); ok {
		collectHost(gauge, h)
	}
}

// collectHost registers the counters of the Wasm engine.
func collectHost(gauge func(name, help string, value func() float64), h *host.Host) {
	for _, c := range []struct {
		name, help string
		value      func(host.Stats) float64
	}{
		{"module_calls", "Calls handed to a module instance.", func(s host.Stats) float64 { return float64(s.Calls) }},
		{"module_traps", "Calls that ended by a trap.", func(s host.Stats) float64 { return float64(s.Traps) }},
		{"module_timeouts", "Calls that were cut off.", func(s host.Stats) float64 { return float64(s.Timeouts) }},
		{"module_unhealthy", "Calls answered by a status of 64 or above.", func(s host.Stats) float64 { return float64(s.Unhealthy + s.Invalid) }},
		{"module_discarded", "Instances closed because a call failed.", func(s host.Stats) float64 { return float64(s.Discarded) }},
		{"module_refused", "Requests over the limit, or while the module is not called.", func(s host.Stats) float64 { return float64(s.Refused) }},
		{"module_starved", "Requests for which no instance became free in time.", func(s host.Stats) float64 { return float64(s.Starved) }},
		{"module_instances", "Instances of the resident snapshot.", func(s host.Stats) float64 { return float64(s.Instances) }},
		{"module_memory_bytes", "Linear memory of these instances.", func(s host.Stats) float64 { return float64(s.Memory) }},
		{"module_burning", "Calls that are over their time and still run.", func(s host.Stats) float64 { return float64(s.Burning) }},
	} {
		gauge(c.name, c.help, func() float64 { return c.value(h.Stats()) })
	}
}
