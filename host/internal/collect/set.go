package collect

import "github.com/prometheus/client_golang/prometheus"

// Set are collectors that come and go together.
type Set []prometheus.Collector

// Add takes more of them in.
func (s *Set) Add(more ...prometheus.Collector) { *s = append(*s, more...) }

// Counters adds a counter for each value of a label, and looks them up once.
func (s *Set) Counters(name, help, label string, values []string, into []prometheus.Counter) {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	for i, value := range values {
		into[i] = v.WithLabelValues(value)
	}
	s.Add(v)
}

// Gauge adds a value that is asked for when somebody looks.
func (s *Set) Gauge(name, help string, labels prometheus.Labels, value func() float64) {
	s.Add(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, value))
}

// Register makes all of them known, or none: an error names the first that is not
// taken.
func (s Set) Register(r prometheus.Registerer) error {
	for i, c := range s {
		if err := r.Register(c); err != nil {
			s[:i].Unregister(r)
			return err
		}
	}
	return nil
}

// Unregister lets others have the names.
func (s Set) Unregister(r prometheus.Registerer) {
	for _, c := range s {
		r.Unregister(c)
	}
}
