package origin

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxForm bounds the body of a posted form; the largest honest one has about
// 100 bytes.
const maxForm = 8 << 10

func (s *shop) home(w http.ResponseWriter, r *http.Request) {
	var picks []*Trip
	for _, slug := range []string{"naxos-slow-week", "rockies-by-rail", "kyoto-in-blossom", "pink-granite-coast",
		"lakes-and-cabins", "prague-in-advent", "la-gomera-winter-sun", "laurentian-autumn"} {
		picks = append(picks, s.trip(slug))
	}
	s.render(w, r, http.StatusOK, "home", view{Title: "Small journeys, well made", Section: "home", Data: picks})
}

func (s *shop) travel(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, http.StatusOK, "travel", view{Title: "All journeys", Section: "travel", Data: s.Lists})
}

func (s *shop) listing(w http.ResponseWriter, r *http.Request) {
	l := s.list(r.PathValue("list"))
	if l == nil {
		s.notFound(w, r)
		return
	}
	s.render(w, r, http.StatusOK, "list", view{Title: l.Title, Description: l.Lead, Section: l.Slug, Data: l})
}

func (s *shop) tripPage(w http.ResponseWriter, r *http.Request) {
	t := s.trip(r.PathValue("slug"))
	if t == nil {
		s.notFound(w, r)
		return
	}
	data := struct {
		*Trip
		Shelf *List
		Near  []*Trip
	}{Trip: t, Shelf: s.list(t.List)}
	for _, other := range data.Shelf.Trips {
		if other != t && len(data.Near) < 3 {
			data.Near = append(data.Near, other)
		}
	}
	s.render(w, r, http.StatusOK, "trip", view{Title: t.Title, Description: t.Lead, Section: t.List, Data: data})
}

func (s *shop) offerPage(w http.ResponseWriter, r *http.Request) {
	l := s.landing(r.PathValue("slug"))
	if l == nil {
		s.notFound(w, r)
		return
	}
	data := struct {
		*Landing
		About *Trip
	}{l, s.trip(l.Trip)}
	s.render(w, r, http.StatusOK, "offer", view{Title: l.Title, Description: l.Lead, Data: data})
}

func (s *shop) about(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, http.StatusOK, "about", view{Title: "About us", Section: "about"})
}

func (s *shop) notFound(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, http.StatusNotFound, "lost", view{Title: "Not on the map"})
}

// departure is one line of the account page.
type departure struct {
	*Trip
	On time.Time
}

func (s *shop) account(w http.ResponseWriter, r *http.Request) {
	c := s.session(r)
	if c == nil {
		http.Redirect(w, r, "/login?next=/account", http.StatusSeeOther)
		return
	}
	var next []departure
	for _, b := range c.Booked {
		next = append(next, departure{s.trip(b.Trip), s.now().AddDate(0, 0, b.InDays)})
	}
	s.render(w, r, http.StatusOK, "account", view{Title: "Your account", Section: "account", Data: next})
}

// loginData is what the login form shows.
type loginData struct {
	People []*Customer
	Next   string
	Number string // as typed, if it was refused
	Wrong  bool
}

func (s *shop) loginForm(w http.ResponseWriter, r *http.Request) {
	data := loginData{People: s.customers, Next: local(r.URL.Query().Get("next"))}
	s.render(w, r, http.StatusOK, "login", view{Title: "Log in", Section: "account", Data: data})
}

// login takes the number that was typed, else the person that was chosen.
func (s *shop) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form could not be read", http.StatusBadRequest)
		return
	}
	number := strings.TrimSpace(r.PostForm.Get("number"))
	if number == "" {
		number = r.PostForm.Get("customer")
	}
	next := local(r.PostForm.Get("next"))
	c := s.customer(number)
	if c == nil {
		data := loginData{People: s.customers, Next: next, Number: number, Wrong: true}
		s.render(w, r, http.StatusUnprocessableEntity, "login", view{Title: "Log in", Section: "account", Data: data})
		return
	}
	s.remember(w, r, c)
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// logoutForm asks first: a link that logs out would do so whenever a browser
// fetches it ahead.
func (s *shop) logoutForm(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, http.StatusOK, "logout", view{Title: "Log out", Section: "account"})
}

func (s *shop) logout(w http.ResponseWriter, r *http.Request) {
	s.forget(w, r)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// local is target if that is a path of this site, else the home page: a login
// must not send anybody elsewhere.
func local(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "" || u.Host != "" || strings.Contains(target, "\\") ||
		!strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") {
		return "/"
	}
	return target
}
