package origin

import (
	"embed"
	"net/http"
)

//go:embed static
var files embed.FS

// policy allows what the shop is made of, and that the script of Proffer makes its
// policy for Trusted Types. There is no exception for offers in it.
const policy = "default-src 'self'; require-trusted-types-for 'script'; trusted-types proffer; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'self'"

// New is the shop. The page is the same everywhere; at an address that no view has
// its status is 404.
func New() http.Handler {
	m := http.NewServeMux()
	m.Handle("GET /static/", http.FileServerFS(files))
	for _, view := range []string{"/{$}", "/teas", "/teas/{slug}", "/about"} {
		m.Handle("GET "+view, page(http.StatusOK))
	}
	m.Handle("GET /", page(http.StatusNotFound))
	return guard(m)
}

// page answers with the page.
func page(status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		text, err := files.ReadFile("static/index.html")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write(text) // the visitor may be gone
	})
}

// guard sets the headers that every answer has.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}
