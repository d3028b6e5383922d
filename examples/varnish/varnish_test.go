//go:build edges

package varnish_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/profferhq/proffer/examples/internal/rig"
)

const page = `<!doctype html><title>T</title>` +
	`<p><esi:include src="/.proffer/fragment?page=/&amp;slot=hero" onerror="continue"/><esi:remove>without ESI</esi:remove></p>` +
	`<p><esi:include src="/.proffer/fragment?page=%2F&slot=hero_2" onerror="continue"/></p>` +
	`<p><esi:include src="/.proffer/fragment?page=/&amp;slot=side" onerror="continue"/></p>`

func serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	switch r.URL.Path {
	case "/":
		h.Set("Surrogate-Control", `content="ESI/1.0"`)
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			_, _ = io.WriteString(w, page)
			return
		}
		h.Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, page)
		_ = z.Close()
	case "/comments": // which visitors have written
		_, _ = io.WriteString(w, page)
	case "/own/hero.html", "/own/side.html": // and none for hero_2
		_, _ = io.WriteString(w, "own "+r.URL.Path)
	default:
		h.Del("Cache-Control")
		http.NotFound(w, r)
	}
}

// edge is Varnish.
var edge = rig.Fragments{
	Start: func(t testing.TB, s *rig.Site) string {
		quoted := func(server string) string {
			_, port, _ := strings.Cut(rig.Address(t, server), ":")
			return `"` + port + `"`
		}
		listen := rig.Free(t)
		rig.Run(t, listen, "varnishd", "-F", "-j", "none", "-a", listen, "-n", t.TempDir(), "-s", "malloc,16m",
			"-f", rig.Configuration(t, "proffer.vcl", `"8081"`, quoted(s.Origin.URL), `"8082"`, quoted(s.Proffer.URL)))
		return "http://" + listen
	},
	Serve: serve, Hero: "own /own/hero.html", Side: "own /own/side.html", Dropped: []string{"Surrogate-Control", "X-Fragments"},
}

func TestEdge(t *testing.T) { edge.Test(t) }

// TestCompressed: a page that the origin compresses goes out so, its fragments with
// it, and plain to whoever does not take that.
func TestCompressed(t *testing.T) {
	s := edge.Site(t)
	for range 2 {
		p := s.Get(t, "/", "", "Accept-Encoding: gzip")
		z, err := gzip.NewReader(strings.NewReader(p.Text))
		if err != nil {
			t.Fatalf("%v: %v %q", err, p.Header, p.Text)
		}
		text, err := io.ReadAll(z)
		if got := (&rig.Page{Text: string(text)}).Paragraphs(); err != nil || got != edge.Stranger() || p.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%v: %v %q", err, p.Header, got)
		}
		if p := s.Get(t, "/", "", "Accept-Encoding: identity"); p.Header.Get("Content-Encoding") != "" || p.Paragraphs() != edge.Stranger() {
			t.Errorf("%v %q", p.Header, p.Text)
		}
	}
}

// TestOnlyWhatTheOriginSays: what somebody has written into a page is no include.
func TestOnlyWhatTheOriginSays(t *testing.T) {
	s := edge.Site(t)
	p := s.Get(t, "/comments", s.Visitor(t, 1))
	if !strings.Contains(p.Text, "<esi:include") || strings.Contains(p.Text, "Lakes") {
		t.Errorf("%q", p.Text)
	}
	if got := p.Header.Get("Cache-Control"); got != "public, max-age=60" {
		t.Errorf("cache-control: %s", got)
	}
}
