package proxy_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/profferhq/proffer/host/proxy"
)

// sharedCache keeps every answer that a careless cache in front of us would:
// whatever does not say that it is private or not to be stored (RFC 9111,
// section 3), by host and path alone.
func sharedCache(next http.Handler) http.Handler {
	var mu sync.Mutex
	kept := map[string]*httptest.ResponseRecorder{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		key := r.Host + r.URL.Path
		answer, ok := kept[key]
		if !ok {
			answer = httptest.NewRecorder()
			next.ServeHTTP(answer, r)
		}
		control := strings.Join(answer.Header()["Cache-Control"], ",")
		if !strings.Contains(control, "private") && !strings.Contains(control, "no-store") {
			kept[key] = answer
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.Header().Set("X-Kept", fmt.Sprint(ok))
		w.WriteHeader(answer.Code)
		_, _ = io.WriteString(w, answer.Body.String())
	})
}

// No visitor sees what was decided for another, however the page is called and
// whatever its origin says of caches.
func TestVisitorsDoNotShareACache(t *testing.T) {
	origin := page(slotted, "Cache-Control: public, max-age=600", "CDN-Cache-Control: max-age=600", `Etag: "1"`)
	url := serve(t, sharedCache(middleware(t, proxy.Config{}).Wrap(origin)))
	ids := map[string]bool{}
	for i := range 20 {
		path := []string{"/listed", "/account/x.css", "/any/logo.png"}[i%3]
		a := ask(t, url, "GET", path, append(navigation, fmt.Sprintf("X-Forwarded-Host: evil%d.example", i))...)
		cookie := strings.Join(a.header["Set-Cookie"], "")
		if a.body != filledIn || a.header.Get("X-Kept") != "false" || cookie == "" || ids[cookie] || a.header.Get("Etag") != "" {
			t.Errorf("%s: %v", path, a)
		}
		ids[cookie] = true
	}
	// What is nobody's own is kept as before.
	plain := serve(t, sharedCache(middleware(t, proxy.Config{}).Wrap(page(slotless, "Cache-Control: public, max-age=600"))))
	for _, kept := range []string{"false", "true"} {
		if a := ask(t, plain, "GET", "/any", navigation...); a.header.Get("X-Kept") != kept || a.body != slotless {
			t.Errorf("a page without slots: %v", a)
		}
	}
}
