//go:build edges

package haproxy_test

import (
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/profferhq/proffer/examples/internal/rig"
)

// origin prints the offer that it is handed, or its own content.
func origin(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "max-age=60")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if r.URL.Path == "/missing" {
		w.WriteHeader(http.StatusNotFound)
	}
	hero := r.Header.Get("Proffer-Slot-Hero")
	if hero == "" {
		hero = "<b>own</b>"
	}
	_, _ = io.WriteString(w, "<p>"+hero+"</p>")
}

const own = "<p><b>own</b></p>"

// edge is HAProxy.
var edge = rig.Sidecar{
	Origin: origin,
	Start: func(t testing.TB, site string, p *rig.Proffer, wait string) string {
		listen := rig.Free(t)
		socket := "abns@proffer-" + filepath.Base(filepath.Dir(t.TempDir())) + strings.ReplaceAll(listen, ":", "-")
		lua := rig.Configuration(t, "proffer.lua", "abns@proffer", socket, "timeout = 1000", "timeout = 20000")
		conf := rig.Configuration(t, "haproxy.cfg", "bind :80", "bind "+listen, "/etc/haproxy/proffer.lua", lua, "abns@proffer", socket,
			"127.0.0.1:3000", rig.Address(t, site), "127.0.0.1:8080", rig.Address(t, p.URL), "100ms", wait)
		rig.Run(t, listen, "haproxy", "-db", "-f", conf)
		return "http://" + listen
	},
	Own: own,
	Offered: func(a rig.Answer, title string) bool {
		return a.StatusCode == 200 && a.Personal() && regexp.MustCompile(`^<p><a  ?href="/\.proffer/click\?t=[^"]+">`+regexp.QuoteMeta(title)+`</a></p>$`).MatchString(a.Text)
	},
}

func TestEdge(t *testing.T) { edge.Test(t, "Proffer-Slot-Hero: forged", "Proffer-Slot-Other: forged") }

// TestNoPages: for what is no page nobody is asked, and nobody's word is taken.
func TestNoPages(t *testing.T) {
	v := edge.Edge(t, "consent=yes")
	for _, header := range []string{"Accept: */*", "Accept: image/png"} {
		if a := v.Ask(t, "GET", "/", header, "Proffer-Slot-Hero: forged"); a.Text != own || len(a.Header["Set-Cookie"]) != 0 {
			t.Errorf("%s: %v %q", header, a.Response, a.Text)
		}
	}
}
