//go:build edges

package nginxssi_test

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/examples/internal/rig"
)

const page = `<!doctype html><title>T</title>` +
	`<!--# include virtual="/.proffer/fragment?page=/&slot=hero" set="hero" -->` +
	`<!--# include virtual="/.proffer/fragment?page=/&slot=side" set="side" -->` +
	`<p><!--# if expr="$hero" --><!--# echo var="hero" encoding="none" --><!--# else -->own hero<!--# endif --></p>` +
	`<p><!--# include virtual="/.proffer/fragment?page=%2F&slot=hero_2" --></p>` +
	`<p><!--# if expr="$side" --><!--# echo var="side" encoding="none" --><!--# else -->own side<!--# endif --></p>`

func serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	switch r.URL.Path {
	case "/":
		_, _ = io.WriteString(w, page)
	case "/plain.css", "/assets/plain.css":
		h.Set("Content-Type", "text/css")
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(page))
	default:
		h.Del("Cache-Control")
		http.NotFound(w, r)
	}
}

// edge is nginx.
var edge = rig.Fragments{
	Start: func(t testing.TB, s *rig.Site) string {
		listen := rig.Free(t)
		rig.Nginx(t, listen, rig.Configuration(t, "proffer.conf", "listen 8080", "listen "+listen,
			"127.0.0.1:8081", rig.Address(t, s.Origin.URL), "127.0.0.1:8082", rig.Address(t, s.Proffer.URL),
			"/var/cache/nginx/pages", filepath.Join(t.TempDir(), "pages")))
		return "http://" + listen
	},
	Serve: serve, Hero: "own hero", Side: "own side",
}

func TestEdge(t *testing.T) { edge.Test(t) }

// TestNoPage: what is no page is left as it is, and kept as the origin says.
func TestNoPage(t *testing.T) {
	s := edge.Site(t)
	for _, path := range []string{"/plain.css", "/assets/plain.css"} {
		p := s.Get(t, path, s.Visitor(t, 1))
		if !strings.Contains(p.Text, "<!--# include") || p.Header.Get("Cache-Control") != "public, max-age=60" {
			t.Errorf("%s: %q %q", path, p.Header, p.Text)
		}
	}
	if p := s.Get(t, "/assets/plain.css", "", `If-None-Match: "1"`); p.Status != 304 {
		t.Errorf("status %d", p.Status)
	}
}
