package hosttest

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// Edge is a target that is asked at a URL: whatever stands in front of a site and
// puts offers into its pages.
type Edge struct {
	// Module is the file of the module that it runs, named as it is released. An edge
	// that runs none leaves it empty; then it cannot be made to fail.
	Module string

	// Start puts an edge in front of Setup.Origin until t ends. What it cannot work
	// with is an error, or it lets every page pass. It trusts 127.0.0.1 to say by
	// X-Forwarded-Proto that a visitor came by https.
	Start func(t *testing.T, s *Setup) (*Served, error)

	// Added are headers that the edge gives any response, beside Date, or writes in
	// its own way. They are not compared.
	Added []string

	NotClaimed NotClaimed
}

// Served is an edge at work.
type Served struct {
	URL string

	// Swap gives the edge another snapshot in its own way, and comes back when it
	// decides by that or has refused it, which is an error. Nil: that takes a new
	// start.
	Swap func(snapshot []byte) error

	// Ready asks the edge as its operators do whether it can decide; an error says
	// why not. Nil: it says nothing of that.
	Ready func() error
}

func (e Edge) test(t *testing.T) {
	c := claimed(t, e.NotClaimed)
	c.run(t, "", "pages", func(t *testing.T) { c.pages(t, e) })
	t.Run("faults", func(t *testing.T) {
		c.run(t, "faults/", "ready", e.ready)
		testFaults(t, c, e.Module, panics(e.Module), func(t *testing.T, s *Setup) (site, error) { return e.open(t, s) })
	})
}

// pages runs the cases of pages.
func (c *claims) pages(t *testing.T, e Edge) {
	left := maps.Clone(c.not)
	pagecase.Run(t, func(t *testing.T, p *pagecase.Case) {
		name := "pages/" + strings.TrimSuffix(p.File, ".txtar")
		why, differs := c.not[name], e.page(t, p)
		delete(left, name)
		switch {
		case why == "" && len(differs) > 0:
			t.Error(strings.Join(differs, "\n"))
		case why != "" && len(differs) == 0:
			t.Errorf("not claimed: %s: %s: but it answers as the case says", name, why)
		case why != "":
			t.Logf("not claimed: %s: %s", name, why)
		}
	})
	for name := range left {
		if strings.HasPrefix(name, "pages/") {
			t.Errorf("not claimed: %s: there is no such case", name)
		}
	}
}

// page runs a case of pages and tells in what the answers differ.
func (e Edge) page(t *testing.T, c *pagecase.Case) (differs []string) {
	t.Helper()
	var origin pagecase.Origin
	server := e.begin(t, &origin, &Setup{Module: e.Module, Settings: pagecase.Settings(c.Paused...), Snapshot: c.Snapshot})
	cookie, answers := "", 0
	var got pagecase.Response
	for _, f := range c.Files {
		switch f.Name {
		case "origin":
			origin.Say(string(f.Data))
		case "request":
			got = pagecase.Send(t, server, pagecase.Fill(t, string(f.Data), cookie)+"\n")
			if set := got.Cookie(); set != "" {
				cookie = set
			}
		case "passed", "decided":
			answers++
			if text, want := got.Without(e.Added...), pagecase.Without(string(f.Data), e.Added...); text != want {
				differs = append(differs, fmt.Sprintf("%s\n got:\n%s\nwant:\n%s", f.Name, text, want))
			}
		}
	}
	if answers == 0 {
		t.Error("the case has no answer")
	}
	return differs
}

// begin puts the edge in front of an origin and gives its address.
func (e Edge) begin(t *testing.T, origin http.Handler, s *Setup) string {
	t.Helper()
	served, err := e.inFront(t, origin, s)
	if err != nil {
		t.Fatal(err)
	}
	return address(t, served.URL)
}

func (e Edge) inFront(t *testing.T, origin http.Handler, s *Setup) (*Served, error) {
	t.Helper()
	server := httptest.NewServer(origin)
	t.Cleanup(server.Close)
	s.Origin = server.URL
	return e.Start(t, s)
}

func address(t testing.TB, server string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil || u.Host == "" {
		t.Fatalf("%q is no URL of an edge: %v", server, err)
	}
	return u.Host
}

// visited is an edge at work and its origin.
type visited struct {
	Edge
	*Served
	origin string
}

// faultyOrigin is the site of the cases of faults.
func faultyOrigin(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=60")
	w.Header().Set("Set-Cookie", "theme=dark")
	w.Header().Set("Etag", `"1"`)
	_, _ = io.WriteString(w, faultyPage)
}

func (e Edge) open(t *testing.T, s *Setup) (*visited, error) {
	t.Helper()
	served, err := e.inFront(t, http.HandlerFunc(faultyOrigin), s)
	if err != nil {
		return nil, err
	}
	return &visited{e, served, address(t, s.Origin)}, nil
}

// browse asks for a page as a browser does.
func browse(t *testing.T, server, path string) pagecase.Response {
	t.Helper()
	return pagecase.Send(t, server, "GET "+path+" HTTP/1.1\nHost: www.example.com\nAccept: text/html,*/*;q=0.8\nUser-Agent: Mozilla/5.0 Firefox/140.0\n\n")
}

// visit implements site.
func (v *visited) visit(t *testing.T, path string, s *sample, want outcome) {
	t.Helper()
	got := browse(t, address(t, v.URL), path)
	if want&offered != 0 && got.Text == s.page() && got.StatusCode == http.StatusOK && got.Cookie() != "" && got.Header.Get("Cache-Control") == "private, no-store" {
		return
	}
	own := browse(t, v.origin, path)
	if want&untouched != 0 && v.same(got, own, path) {
		return
	}
	t.Errorf("%s\n got:\n%s\nfrom the origin:\n%s", path, got, own)
	if want&offered != 0 {
		t.Errorf("it should be personal, with the cookie and\n%s", s.page())
	}
}

// same reports whether a response is the origin's. Where a module fails that has seen
// the head, that is on its way.
func (v *visited) same(got, own pagecase.Response, path string) bool {
	if strings.HasPrefix(path, "/fault/body/") {
		return got.Status == own.Status && got.Text == own.Text
	}
	return got.Without(v.Added...) == own.Without(v.Added...)
}

// swap implements site.
func (v *visited) swap(snapshot []byte) (claimed bool, err error) {
	if v.Served.Swap == nil {
		return false, nil
	}
	return true, v.Served.Swap(snapshot)
}

// ready holds that an edge without a snapshot says so, and one with a snapshot does
// not.
func (e Edge) ready(t *testing.T) {
	for _, snapshot := range [][]byte{nil, newSample(t, "first").snapshot} {
		v, err := e.open(t, &Setup{Module: e.Module, Settings: faultySettings(), Snapshot: snapshot})
		switch {
		case err != nil && snapshot == nil:
			t.Logf("it does not start: %v", err)
			continue
		case err != nil:
			t.Fatal(err)
		case v.Ready == nil:
			t.Fatal("it says nothing of its readiness, and claims to")
		}
		if err := v.Ready(); (err == nil) != (snapshot != nil) {
			t.Errorf("with a snapshot of %d bytes it says that it is ready: %v", len(snapshot), err)
		}
	}
}
