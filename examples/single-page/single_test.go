package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/examples/single-page/origin"
)

// TestPages: every address of a view answers with the one page, and every answer
// has the policy.
func TestPages(t *testing.T) {
	for path, want := range map[string]struct {
		code int
		kind string
	}{
		"/":                  {http.StatusOK, "text/html; charset=utf-8"},
		"/teas":              {http.StatusOK, "text/html; charset=utf-8"},
		"/teas/keemun":       {http.StatusOK, "text/html; charset=utf-8"},
		"/about":             {http.StatusOK, "text/html; charset=utf-8"},
		"/nowhere":           {http.StatusNotFound, "text/html; charset=utf-8"},
		"/static/app.js":     {http.StatusOK, "text/javascript; charset=utf-8"},
		"/static/app.css":    {http.StatusOK, "text/css; charset=utf-8"},
		"/static/teas.json":  {http.StatusOK, "application/json"},
		"/static/nothing.js": {http.StatusNotFound, "text/plain; charset=utf-8"},
	} {
		w := httptest.NewRecorder()
		origin.New().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want.code || w.Header().Get("Content-Type") != want.kind {
			t.Errorf("%s: %d, %s, want %+v", path, w.Code, w.Header().Get("Content-Type"), want)
		}
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'self'; require-trusted-types-for 'script'; trusted-types proffer; ") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s has the policy %q", path, policy)
		}
		if html := strings.HasPrefix(want.kind, "text/html"); html != strings.Contains(w.Body.String(), `<script src="/.proffer/offers.js" defer></script>`) {
			t.Errorf("%s answers with\n%s", path, w.Body)
		}
	}
}

// TestCatalog: the catalog has no problem at all, and the layout of catalog fmt.
func TestCatalog(t *testing.T) {
	c, found, err := author.Load("catalog")
	if err != nil {
		t.Fatal(err)
	}
	if !found.HasErrors() {
		_, more := compile.Compile(c)
		found = append(found, more...)
	}
	for i := range found {
		t.Errorf("%s:%d: %s [%s]", found[i].Pos.File, found[i].Pos.Line, found[i].Message, found[i].Code)
	}
	files, err := author.Read("catalog")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, f := range files {
		if text, _ := author.Format(f); !bytes.Equal(text, f.Text) {
			t.Errorf("%s is not as proffer catalog fmt writes it", f.Name)
		}
	}
}
