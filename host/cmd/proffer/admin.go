package main

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/profferhq/proffer/host/service"
)

// newAdmin is the operators' listener: besides what operators ask of an instance it
// answers /healthz while the process runs, and /metrics for Prometheus.
func newAdmin(i *service.Instance, registry *prometheus.Registry, hosts []string) *service.Operators {
	o := i.Operators(hosts)
	o.Handle("GET /healthz", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
	}))
	o.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return o
}
