//go:build edges

package nginx_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/profferhq/proffer/examples/internal/rig"
)

const plain = `<!doctype html><p><!-- offer:hero --><b>own</b><!-- /offer --><!-- offer:side --><b>own side</b><!-- /offer --></p>`

// origin serves the page, compressed for whoever takes that.
func origin(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "max-age=60")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch {
	case r.URL.Path == "/missing":
		w.WriteHeader(http.StatusNotFound)
	case r.URL.Path == "/logo.png":
		w.Header().Set("Content-Type", "image/png")
	case r.Header.Get("If-None-Match") != "":
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, plain)
		_ = z.Close()
		return
	}
	_, _ = io.WriteString(w, plain)
}

// edge is nginx.
var edge = rig.Sidecar{
	Origin: origin,
	Start: func(t testing.TB, site string, p *rig.Proffer, wait string) string {
		listen := rig.Free(t)
		rig.Nginx(t, listen, rig.Configuration(t, "proffer.conf", "listen 80;", "listen "+listen+";",
			"127.0.0.1:3000", rig.Address(t, site), "127.0.0.1:8080", rig.Address(t, p.URL),
			"_timeout    100ms;", "_timeout "+wait+";", "_timeout 100ms;", "_timeout "+wait+";"))
		return "http://" + listen
	},
	Own: plain,
	// The page's own content is inert.
	Offered: func(a rig.Answer, title string) bool {
		return a.StatusCode == 200 && a.Personal() && regexp.MustCompile(`^<!doctype html><p><!-- offer:hero --><a  ?href="/\.proffer/click\?t=[^"]+">`+
			regexp.QuoteMeta(title)+`</a><template><b>own</b></template><!-- /offer --><!-- offer:side --><b>own side</b></template><!-- /offer --></p>$`).MatchString(a.Text)
	},
}

func TestEdge(t *testing.T) {
	edge.Test(t, "Accept-Encoding: gzip", `If-None-Match: "1"`, "Range: bytes=0-3")
}

// TestOthers: what is no page, or nobody's, stays what it was.
func TestOthers(t *testing.T) {
	v := edge.Edge(t, "consent=yes")
	if a := v.Ask(t, "GET", "/logo.png"); a.StatusCode != 200 || len(a.Header["Set-Cookie"]) != 0 || a.Header.Get("Cache-Control") != "max-age=60" {
		t.Errorf("an image: %v", a.Response)
	}
	if a := v.Ask(t, "GET", "/", "Accept: */*", `If-None-Match: "1"`); a.StatusCode != http.StatusNotModified {
		t.Errorf("what is for no page: %v", a.Response)
	}
	if a := v.Ask(t, "POST", "/"); a.StatusCode != 200 || a.Text != plain || len(a.Header["Set-Cookie"]) != 0 {
		t.Errorf("a POST: %v %q", a.Header, a.Text)
	}
	if a := v.Ask(t, "GET", "/.proffer/offers.js"); a.StatusCode != 200 || a.Text == "" {
		t.Errorf("the script: %v", a.Response)
	}
}
