package proxy

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// CORS says which other origins' pages may use the endpoints decide, event and
// forget (https://fetch.spec.whatwg.org/#http-cors-protocol). The zero value is
// none: then only pages of the same host may.
type CORS struct {
	// Origins are scheme, host and port as browsers write them in Origin, such as
	// "https://app.example" or "http://localhost:3000". There are no patterns.
	Origins []string

	// MaxAge is how long a browser may keep the answer to a preflight, up to 24
	// hours. Default 10 minutes.
	MaxAge time.Duration

	// Credentials lets requests from there bring cookies, and answers set them.
	// Without it a page of another origin is a stranger's at each call.
	Credentials bool
}

const (
	defaultPreflightAge = 10 * time.Minute
	maxPreflightAge     = 24 * time.Hour // what the most patient browser keeps
)

// shared are the endpoints that other origins may be let to.
var shared = []string{pathDecide, "event", "forget"}

// complete sets defaults and reports what is wrong.
func (c *CORS) complete() error {
	if len(c.Origins) == 0 {
		if c.MaxAge != 0 || c.Credentials {
			return fmt.Errorf("CORS.Origins is empty")
		}
		return nil
	}
	def(&c.MaxAge, defaultPreflightAge)
	if err := within("CORS.MaxAge", c.MaxAge, time.Second, maxPreflightAge); err != nil {
		return err
	}
	for _, origin := range c.Origins {
		if wrong := misnamed(origin); wrong != "" {
			return fmt.Errorf("CORS.Origins: %q %s", origin, wrong)
		}
	}
	return nil
}

// misnamed says why no browser writes an origin so, or why it must not be let in;
// "" if it is good.
func misnamed(origin string) string {
	const noOrigin = "is not an origin like https://app.example"
	if strings.Contains(origin, "*") {
		return "is a pattern; name each origin"
	}
	if origin == "null" {
		return "is what sandboxed pages of anybody send"
	}
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || strings.ContainsAny(u.Host, ",;'()!$&+=~") {
		return noOrigin
	}
	if plain := u.Scheme + "://" + u.Host; plain != origin {
		return "has more than scheme, host and port; write " + plain
	}
	if port := u.Port(); port == "" && strings.HasSuffix(u.Host, ":") || port == "443" && u.Scheme == "https" || port == "80" && u.Scheme == "http" {
		return "has a port that browsers leave out; write " + u.Scheme + "://" + u.Hostname()
	}
	if strings.IndexFunc(u.Host, func(c rune) bool { return c >= 'A' && c <= 'Z' || c >= 0x80 || c == '%' }) >= 0 {
		return "has a host that browsers write otherwise: in small letters, other scripts as xn--"
	}
	return ""
}

// admit lets a request of a page of a listed origin in: its answer may be read
// there, and nobody behind takes it for another site's. What it answers itself, a
// preflight, it gives the status of, else 0.
//
// A page cannot write Origin and Sec-Fetch-Site, so the browser vouches for them.
func (c *CORS) admit(w http.ResponseWriter, r *http.Request, name string) (http.ResponseWriter, *http.Request, int) {
	if len(c.Origins) == 0 || !slices.Contains(shared, name) {
		return w, r, 0
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	origins := r.Header["Origin"]
	if len(origins) != 1 || !slices.Contains(c.Origins, origins[0]) {
		return w, r, 0
	}
	h.Set("Access-Control-Allow-Origin", origins[0])
	if c.Credentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	if r.Method == http.MethodOptions && len(r.Header["Access-Control-Request-Method"]) > 0 {
		return w, r, c.preflight(w)
	}
	if !crossSite(r) {
		return w, r, 0 // another port of ours
	}
	r = r.Clone(r.Context())
	delete(r.Header, "Origin")
	delete(r.Header, "Sec-Fetch-Site")
	if !c.Credentials {
		delete(r.Header, "Cookie")
		w = cookieless{w}
	}
	return w, r, 0
}

// preflight says what requests a listed origin may send.
func (c *CORS) preflight(w http.ResponseWriter) int {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", http.MethodPost)
	allowed := "Content-Type"
	if c.Credentials {
		allowed += ", Authorization" // of a login that has tokens in place of cookies
	}
	h.Set("Access-Control-Allow-Headers", allowed)
	h.Set("Access-Control-Max-Age", strconv.Itoa(int(c.MaxAge/time.Second)))
	w.WriteHeader(http.StatusNoContent)
	return http.StatusNoContent
}

// cookieless sets no cookies.
type cookieless struct{ http.ResponseWriter }

func (w cookieless) WriteHeader(status int) {
	w.Header().Del("Set-Cookie")
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find what is not ours.
func (w cookieless) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// crossSite reports whether another site's page has sent a request, by the rules
// that the module has for its own endpoints.
func crossSite(r *http.Request) bool {
	var site string
	if values := r.Header["Sec-Fetch-Site"]; len(values) > 0 {
		site = values[0]
	}
	origins := r.Header["Origin"]
	switch {
	case site == "cross-site", len(origins) > 1:
		return true
	case len(origins) == 0:
		return false
	case origins[0] == "null":
		return site != "same-origin"
	}
	scheme, host, _ := strings.Cut(origins[0], "://")
	if !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return true
	}
	own := hostname(r.Host)
	return own == "" || hostname(host) != own
}
