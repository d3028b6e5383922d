package service

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host"
)

// collect registers what the catalog, the pauses, the keys and the engine tell.
func (i *Instance) collect() {
	gauge := func(name, help string, value func() float64) {
		i.config.Registerer.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "proffer_" + name, Help: help}, value))
	}
	r, p, k := i.Catalog, i.Pauses, i.Keys
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
		list, _ := p.State()
		return float64(len(list))
	})
	gauge("paused_refused", "1 while the file of pauses is refused and the last good ones are in force.", func() float64 {
		if _, refused := p.State(); refused {
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
	if h, ok := i.Engine.(*host.Host); ok {
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
