package proxy

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// endpoints are the names below the prefix that are told apart; a stranger's do
// not become labels.
var endpoints = []string{"click", "event", "forget", "fragment", "offers.js", pathDecide, pathOpenAPI, pathSidecar, "other"}

// codes are the classes of replies' statuses.
var codes = []string{"2xx", "3xx", "4xx", "5xx"}

// replies are the counters of requests below the prefix.
type replies struct {
	all    []prometheus.Collector
	counts [][]prometheus.Counter // by endpoint and class
	took   prometheus.Histogram
}

func newReplies() (r replies) {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "proffer_replies_total", Help: "Replies to requests below the prefix, by endpoint and class of status.",
	}, []string{"endpoint", "code"})
	r.took = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "proffer_reply_seconds", Help: "Time from a request below the prefix to the end of its reply, with its wait for the disk.",
		Buckets: []float64{100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1, 5},
	})
	for _, endpoint := range endpoints {
		var row []prometheus.Counter
		for _, code := range codes {
			row = append(row, v.WithLabelValues(endpoint, code))
		}
		r.counts = append(r.counts, row)
	}
	r.all = []prometheus.Collector{v, r.took}
	return r
}

// note counts a reply; status is 200 to 599.
func (r *replies) note(endpoint string, status int, took time.Duration) {
	at := slices.Index(endpoints, endpoint)
	if at < 0 {
		at = len(endpoints) - 1
	}
	r.counts[at][status/100-2].Inc()
	r.took.Observe(took.Seconds())
}
