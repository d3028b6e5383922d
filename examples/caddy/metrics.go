package caddy

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// collected are counters that live as long as what runs. Caddy has a registry for
// each configuration, in which they are registered anew.
type collected struct {
	catalog, prefix string // labels, for there may be several
	all             []prometheus.Collector
}

// Register implements prometheus.Registerer.
func (c *collected) Register(one prometheus.Collector) error {
	c.all = append(c.all, one)
	return nil
}

// MustRegister implements prometheus.Registerer.
func (c *collected) MustRegister(more ...prometheus.Collector) { c.all = append(c.all, more...) }

// Unregister implements prometheus.Registerer: they stay.
func (c *collected) Unregister(prometheus.Collector) bool { return false }

// observe adds what the files tell.
func (r *running) observe() {
	for _, g := range []struct {
		name, help string
		value      func() bool
	}{
		{"catalog_refused", "1 while the catalog on disk is refused and the last good one decides.", func() bool { return r.catalog.State().Failed }},
		{"keys_refused", "1 while the keys file is refused and the last good keys are in force.", r.keys.Stale},
	} {
		r.metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "proffer_" + g.name, Help: g.help}, func() float64 {
			if g.value() {
				return 1
			}
			return 0
		}))
	}
}

// register has Caddy tell them. The second handler that shares what runs finds them
// there.
func (r *running) register(registry *prometheus.Registry) error {
	labels := prometheus.Labels{"catalog": r.metrics.catalog, "prefix": r.metrics.prefix}
	to := prometheus.WrapRegistererWith(labels, registry)
	for _, one := range r.metrics.all {
		var there prometheus.AlreadyRegisteredError
		if err := to.Register(one); err != nil && !errors.As(err, &there) {
			return err
		}
	}
	return nil
}
