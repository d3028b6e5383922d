//go:build edges

package browser_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/hosttest/payload"
)

// careless are the ways in which a page without escaping takes a text.
var careless = []string{"<div>%s</div>", `<b title="%s">x</b>`}

// TestHarnessSeesWhatRuns loads some of the payloads in pages that escape nothing:
// what the other tests look for is there. So many of them run by themselves that a
// page in which none does has not been lucky.
func TestHarnessSeesWhatRuns(t *testing.T) {
	const inFrames, step = 25, 8
	c := startChromium(t)
	var some []payload.Payload
	for i, p := range payload.All() {
		if i%step == 0 {
			some = append(some, p)
		}
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		kind, number, _ := strings.Cut(r.URL.Path[1:], "/")
		n, err := strconv.Atoi(number)
		switch {
		case err != nil:
			http.NotFound(w, r)
		case kind == "frames":
			for i := n; i < min(n+inFrames, len(some)); i++ {
				fmt.Fprintf(w, "<iframe src=/one/%d></iframe>", i)
			}
		default:
			_, _ = io.WriteString(w, "<!doctype html><body>")
			for _, place := range careless {
				_, _ = io.WriteString(w, strings.ReplaceAll(place, "%s", some[n].Text))
			}
		}
	}))
	defer s.Close()
	ran := 0
	// A dialog takes the focus away, and some payloads then open another.
	p := c.open(t, "control", s.URL, nil, "alert = () => {}")
	for from := 0; from < len(some); from += inFrames {
		p.do("goto", object{"url": fmt.Sprintf("%s/frames/%d", s.URL, from)}, nil)
		var frames []any
		p.do("frames", object{"script": `"__xss" in self`}, &frames)
		for _, f := range frames {
			if f == true {
				ran++
			}
		}
	}
	t.Logf("%d of %d payloads run by themselves where nothing is escaped", ran, len(some))
	if ran*5 < len(some) {
		t.Errorf("%d of %d payloads run", ran, len(some))
	}
	p.notices(t)
}

// notices holds that what goes wrong on a page is told, each thing by its name.
func (p *tab) notices(t *testing.T) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "img-src 'self' http://evil.example")
		_, _ = io.WriteString(w, `<!doctype html><html lang="en"><title>x</title><link rel="icon" href="/lost">
			<div data-slot="s"><article><img src="http://evil.example/x.png"><img src="data:,"><a href="javascript:alert(__xss=1)">x</a><b onclick="alert(__xss=1)">x</b></article></div>
			<div id="above"></div><p>below</p>
			<script>requestAnimationFrame(() => requestAnimationFrame(() => { above.style.height = "300px"; })); alert("hello"); console.warn("careful"); open("about:blank"); throw new Error("thrown");</script>`)
	}))
	defer s.Close()
	q := p.chromium.open(t, "faulty", s.URL, nil)
	q.do("goto", object{"url": s.URL + "/"}, nil)
	_, faults := q.faults()
	all := strings.Join(faults, "\n")
	for _, want := range []string{
		"console: warning: careful", "error: Error: thrown", "dialog: alert: hello", "failed request: GET " + s.URL + "/lost: status 404",
		"request to another site: GET http://evil.example/x.png", "layout shift of ", "violation of the policy: img-src data",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("a page with many faults has not %q:\n%s", want, all)
		}
	}
	var found struct {
		Slots map[string]became
		Ran   bool
	}
	q.eval(look, &found)
	bad := strings.Join(found.Slots["s"].Bad, "\n")
	if !found.Ran || !strings.Contains(bad, "the handler onclick=") || !strings.Contains(bad, "the address href=javascript:") {
		t.Errorf("what a bad slot has is %+v", found)
	}
}
