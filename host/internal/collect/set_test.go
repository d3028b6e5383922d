package collect_test

import (
	"reflect"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/internal/collect"
)

// A set that is refused leaves nothing behind, and the one before it stays.
func TestRegister(t *testing.T) {
	r := prometheus.NewRegistry()
	var first, second collect.Set
	first.Gauge("taken", "Had by the first.", nil, func() float64 { return 1 })
	var counters [2]prometheus.Counter
	second.Counters("free", "Of the second.", "kind", []string{"a", "b"}, counters[:])
	second.Gauge("taken", "Had by the first.", nil, func() float64 { return 2 })
	counters[1].Add(3)
	if err := first.Register(r); err != nil {
		t.Fatal(err)
	}
	if second.Register(r) == nil {
		t.Fatal("one name was given twice")
	}
	if got := told(t, r); !reflect.DeepEqual(got, map[string]float64{"taken": 1}) {
		t.Error(got)
	}
	first.Unregister(r)
	if err := second.Register(r); err != nil {
		t.Fatal(err)
	}
	if got := told(t, r); !reflect.DeepEqual(got, map[string]float64{"free a": 0, "free b": 3, "taken": 2}) {
		t.Error(got)
	}
}

// told are the values of a registry by name and label.
func told(t *testing.T, r *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName()
			for _, l := range m.GetLabel() {
				name += " " + l.GetValue()
			}
			out[name] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return out
}
