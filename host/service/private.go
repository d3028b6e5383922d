package service

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// private adds what operators alone may see or do. The listener is local, but
// any page that an operator's browser shows can send requests there: one that
// changes something must not come from another site, and none may come by a
// name that is not ours, for that is how another site's name is made to lead
// here (DNS rebinding).
func (o *Operators) private(pattern string, h http.Handler) {
	inner := o.origins.Handler(h)
	o.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		if !o.ours(r.Host) {
			http.Error(w, "Host "+r.Host+` is not known here; add it to "admin_hosts" of the configuration file`, http.StatusForbidden)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// ours reports whether a Host header is an address, localhost or a configured
// name.
func (o *Operators) ours(host string) bool {
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host = host[:i]
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || slices.Contains(o.hosts, host)
}
