package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestServeBoundsHeaders: a header that no browser sends is refused before it is
// read to its end, and many small cookies are a page like any other.
func TestServeBoundsHeaders(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<div data-offer-space="hero">own</div>`)
	}))
	defer site.Close()
	s := serve(t, site.URL, catalogFile(t, smallCatalog), newKeys(t))
	var thousand strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&thousand, "c%d=%d; ", i, i)
	}
	for name, c := range map[string]struct {
		cookie string
		status int
		body   string
	}{
		"none":                  {"", 200, "Hello"},
		"a thousand":            {thousand.String(), 200, "Hello"},
		"a kilobyte of nothing": {"proffer=" + strings.Repeat("A", 1024), 200, "Hello"},
		"12 KiB":                {"proffer=" + strings.Repeat("A", 12<<10), 200, "Hello"},
		"64 KiB":                {"proffer=" + strings.Repeat("A", 64<<10), 431, ""},
		"64 KiB in many":        {strings.Repeat("proffer=x; ", 6000), 431, ""},
	} {
		r, err := http.NewRequest("GET", s.url+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", c.cookie)
		r.Header.Set("Accept", "text/html")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != c.status || !strings.Contains(string(b), c.body) {
			t.Errorf("%s: %s, %.200q", name, res.Status, b)
		}
	}
}
