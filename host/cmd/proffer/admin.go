package main

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/profferhq/proffer/host"
)

// adminHandler is the operator's listener: /healthz while the process runs,
// /readyz while decisions can be made, /metrics for Prometheus, /explain to see
// why an offer is shown or not.
func adminHandler(r *reloader, e engine, registry *prometheus.Registry, why http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { ready(w, r, e) })
	mux.Handle("/explain", why)
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}

// ready tells whether decisions can be made, and with which snapshot. A broken
// catalog on disk is said, but the last good one still decides.
func ready(w http.ResponseWriter, r *reloader, e engine) {
	s := r.state()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	session, err := e.Acquire()
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintf(w, "not ready: %v\n", err)
		return
	}
	session.Release()
	fmt.Fprintf(w, "ready\nsnapshot %s since %s\n", s.Snapshot, s.Since.UTC().Format("2006-01-02T15:04:05Z"))
	if s.Failed {
		fmt.Fprintln(w, "the catalog on disk was refused; this is the last good one")
	}
}

// collect registers what the catalog and the engine tell.
func collect(registry *prometheus.Registry, r *reloader, e engine) {
	gauge := func(name, help string, value func() float64) {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "proffer_" + name, Help: help}, value))
	}
	gauge("snapshot_since_seconds", "When the resident snapshot was swapped in, Unix time.", func() float64 {
		return float64(r.state().Since.UnixMilli()) / 1000
	})
	gauge("catalog_refused", "1 while the catalog on disk is refused and the last good one decides.", func() float64 {
		if r.state().Failed {
			return 1
		}
		return 0
	})
	gauge("catalog_swaps", "Snapshots swapped in since the start.", func() float64 { return float64(r.state().Swaps) })
	gauge("catalog_refusals", "Catalogs refused since the start.", func() float64 { return float64(r.state().Refused) })
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
