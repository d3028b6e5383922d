//go:build edges

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/profferhq/proffer/examples/single-page/origin"
)

// TestBrowser walks through the shop in Chromium: each view has its places filled
// once, with nothing on the console, no violation of the policy, and nothing that
// moves; what is seen and answered arrives.
func TestBrowser(t *testing.T) {
	s := open(t)
	walk(t, s.url, "views")
	s.told(t, map[string]int{
		"seen hero first-flush": 2, "seen side samples": 2, "accepted side samples": 1, "rejected side samples": 1,
	})
}

// TestBrowserGoesBack: a click on an offer leads to another document, and back to
// the one that the browser has kept.
func TestBrowserGoesBack(t *testing.T) {
	s := open(t)
	walk(t, s.url, "kept")
	s.told(t, map[string]int{"clicked hero first-flush": 1})
}

// TestBrowserServed: what the proxy has put into the page is seen like the rest, and
// not asked for again.
func TestBrowserServed(t *testing.T) {
	s := behind(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := httptest.NewRecorder()
		origin.New().ServeHTTP(page, r)
		for name, values := range page.Header() {
			w.Header()[name] = values
		}
		w.Header().Del("Content-Length")
		text := strings.Replace(page.Body.String(), "<main>", `<aside class="hero" data-offer-space="hero">Our own</aside><main>`, 1)
		w.WriteHeader(page.Code)
		_, _ = io.WriteString(w, text)
	}))
	walk(t, s.url, "served")
	s.told(t, map[string]int{"seen hero first-flush": 2})
}

// TestBrowserLate: offers that are late come into the view that is looked at, and
// move nothing.
func TestBrowserLate(t *testing.T) { walk(t, open(t).url, "late") }

// TestBrowserWithout: without an offer, an answer or Proffer, everything stays.
func TestBrowserWithout(t *testing.T) {
	walk(t, open(t).url, "none")
	walk(t, alone(t, origin.New()), "without")
}

// TestBrowserScripts: what is inserted runs no scripts.
func TestBrowserScripts(t *testing.T) { walk(t, open(t).url, "scripts") }

// TestBrowserModule: the script is one as a module, too.
func TestBrowserModule(t *testing.T) { walk(t, open(t).url, "module") }
