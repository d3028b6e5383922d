package service

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/record"
)

// recorder records requests, or nothing.
type recorder struct{ *record.Writer }

func (r recorder) close() {
	if r.Writer != nil {
		r.Close()
	}
}

// openRecorder is the one that the configuration asks for.
func openRecorder(c *Config) (recorder, error) {
	if c.Record == "" {
		return recorder{}, nil
	}
	f := &c.File
	w, err := record.New(record.Config{
		Dir: c.Record, Sample: f.Record.Sample, MaxBytes: f.Record.MaxBytes, Days: f.Record.Days,
		Clock: c.Clock, Logger: c.Logger,
	})
	if err != nil {
		return recorder{}, fmt.Errorf("record: %w", err)
	}
	collectRecords(c.Registerer, w)
	return recorder{w}, nil
}

// collectRecords registers the counters of a recorder.
func collectRecords(registry prometheus.Registerer, w *record.Writer) {
	for _, c := range []struct {
		name, help string
		value      func(record.Stats) uint64
	}{
		{"kept", "Requests recorded.", func(s record.Stats) uint64 { return s.Kept }},
		{"dropped", "Requests not recorded because others waited to be written.", func(s record.Stats) uint64 { return s.Dropped }},
		{"unsaid", "Requests not recorded because no document says them.", func(s record.Stats) uint64 { return s.Unsaid }},
		{"erased", "Requests not recorded because they name somebody who was erased.", func(s record.Stats) uint64 { return s.Erased }},
		{"failed", "Requests not recorded because writing failed.", func(s record.Stats) uint64 { return s.Failed }},
	} {
		registry.MustRegister(prometheus.NewCounterFunc(
			prometheus.CounterOpts{Name: "proffer_records_" + c.name + "_total", Help: c.help},
			func() float64 { return float64(c.value(w.Stats())) },
		))
	}
}
