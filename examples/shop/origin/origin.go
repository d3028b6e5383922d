package origin

import (
	"fmt"
	"html/template"
	"net/http"
	"time"
)

// Config is what a shop is made from.
type Config struct {
	// Identity signs the token that a login hands to Proffer; the zero Key
	// mints none.
	Identity Key
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// shop serves the pages. It is immutable after New.
type shop struct {
	*Content
	customers []*Customer
	pages     map[string]*template.Template
	key       Key
	now       func() time.Time
}

// New makes the site. It fails only if the texts, templates or drawings inside
// the binary do not fit together.
func New(c Config) (http.Handler, error) {
	content, err := load(files)
	if err != nil {
		return nil, fmt.Errorf("shop content: %w", err)
	}
	pages, err := parsePages(files)
	if err != nil {
		return nil, fmt.Errorf("shop templates: %w", err)
	}
	static, err := newStatic(files)
	if err != nil {
		return nil, fmt.Errorf("shop files: %w", err)
	}
	s := &shop{Content: content, customers: demoCustomers(), pages: pages, key: c.Identity, now: c.Now}
	if s.now == nil {
		s.now = time.Now
	}
	return guard(s.routes(static)), nil
}

func (s *shop) routes(static http.Handler) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /{$}", s.home)
	m.HandleFunc("GET /travel/{$}", s.travel)
	m.HandleFunc("GET /travel/{list}", s.listing)
	m.HandleFunc("GET /trip/{slug}", s.tripPage)
	m.HandleFunc("GET /offers/{slug}", s.offerPage)
	m.HandleFunc("GET /about", s.about)
	m.HandleFunc("GET /account", s.account)
	m.HandleFunc("GET /login", s.loginForm)
	m.HandleFunc("POST /login", s.login)
	m.HandleFunc("GET /logout", s.logoutForm)
	m.HandleFunc("POST /logout", s.logout)
	m.HandleFunc("GET /consent", s.consentForm)
	m.HandleFunc("POST /consent", s.consent)
	m.Handle("GET /static/", static)
	m.Handle("GET /favicon.ico", http.RedirectHandler("/static/favicon.svg", http.StatusMovedPermanently))
	m.HandleFunc("POST "+forgetPath, s.forgotten)
	m.HandleFunc("GET /", s.notFound)
	return m
}

// policy allows what the pages are made of and nothing from elsewhere. Styles
// in attributes are allowed, for an offer may bring one.
const policy = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'self'"

// guard sets the headers that every answer has.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}
