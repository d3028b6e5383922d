package webhook

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/internal/collect"
)

// metrics are the counters, looked up once.
type metrics struct {
	delivered prometheus.Counter
	retries   prometheus.Counter
	refused   prometheus.Counter
	aside     prometheus.Counter
	age       prometheus.GaugeFunc
}

func newMetrics(age func() float64) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "proffer_webhook_" + name + "_total", Help: help})
	}
	return &metrics{
		delivered: counter("delivered", "Events that the receiver took."),
		retries:   counter("retries", "Batches that were put off, because the receiver did not take them."),
		refused:   counter("refused", "Requests that the receiver refused, so that sending them again does not help; their events are kept."),
		aside:     counter("set_aside", "Events that the receiver refused while it took others, or that no event line says; they are in a file."),
		age: prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "proffer_webhook_pending_age_seconds", Help: "Age of the oldest event that is not delivered yet; 0 if there is none.",
		}, age),
	}
}

func (m *metrics) all() collect.Set {
	return collect.Set{m.delivered, m.retries, m.refused, m.aside, m.age}
}
