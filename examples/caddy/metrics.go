package caddy

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// collected are counters that live as long as what runs. Caddy has a registry for
// each configuration, in which they are registered anew.
type collected struct {
	labels prometheus.Labels // for there may be several
	all    []prometheus.Collector
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

// register has Caddy tell them. The second handler that shares what runs finds them
// there.
func (c *collected) register(registry *prometheus.Registry) error {
	to := prometheus.WrapRegistererWith(c.labels, registry)
	for _, one := range c.all {
		var there prometheus.AlreadyRegisteredError
		if err := to.Register(one); err != nil && !errors.As(err, &there) {
			return err
		}
	}
	return nil
}
