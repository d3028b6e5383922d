package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/profferhq/proffer/host/store"
)

// subjects adds GET /v1/visitor, GET /v1/person and POST /v1/erase. They are for who
// has a peer token: what is told of people is no page for a browser.
func (a *admin) subjects(s *subjects) {
	a.private("GET /v1/visitor", a.peersOnly(exports(s)))
	a.private("GET /v1/person", a.peersOnly(exports(s)))
	a.private("POST /v1/erase", a.peersOnly(erases(s)))
}

// peersOnly refuses who has no peer token.
func (a *admin) peersOnly(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.authorize(r); err != nil {
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		h(w, r)
	})
}

func exports(s *subjects) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := asked(r.URL.Path, r.URL.Query())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var out bytes.Buffer // an error comes before the first byte
		if err := s.export(r.Context(), who, &out); err != nil {
			subjectError(w, err, "nothing is held of "+describe(who))
			return
		}
		w.Header().Set("Content-Type", "application/x-ndjson")
		_, _ = w.Write(out.Bytes()) // the operator may be gone
	}
}

// maxEraseBody bounds a form that names a subject, in bytes.
const maxEraseBody = 16 << 10

func erases(s *subjects) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxEraseBody)
		if err := r.ParseForm(); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		who, err := asked("", r.PostForm)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		gone, err := s.erase(r.Context(), who)
		if err != nil {
			subjectError(w, err, unheld(who))
			return
		}
		fmt.Fprint(w, gone)
	}
}

// asked is the subject that a form names: by id at /v1/visitor, by source and key at
// /v1/person, and by visitor, or source and key, elsewhere.
func asked(path string, form url.Values) (who store.Subject, err error) {
	id, source, key := form.Get("visitor"), form.Get("source"), form.Get("key")
	if path == "/v1/visitor" {
		id, source, key = form.Get("id"), "", ""
		if id == "" {
			return who, errors.New("id is missing: the visitor's, 32 hex digits")
		}
	}
	switch {
	case id != "" && path != "/v1/person" && (source != "" || key != ""):
		return who, errors.New("visitor, or source and key, and not both")
	case id != "" && path != "/v1/person":
		who.Visitor, err = parseVisitor(id)
		return who, err
	case source == "" || key == "":
		return who, errors.New("source or key is missing: the people source as the catalog names it, and the person's key in that")
	}
	return store.Subject{Source: source, Key: key}, nil
}

// describe is a subject in a text.
func describe(who store.Subject) string {
	if who.Key == "" {
		return fmt.Sprintf("visitor %x", who.Visitor)
	}
	return fmt.Sprintf("the person %q of source %q", who.Key, who.Source)
}

// unheld says that there was nobody to erase.
func unheld(who store.Subject) string {
	text := "nothing was held of " + describe(who)
	if who.Key == "" {
		text += "; a cookie with this id is a stranger's from now on"
	}
	return text
}

// subjectError answers what went wrong with a subject.
func subjectError(w http.ResponseWriter, err error, unknown string) {
	switch {
	case errors.Is(err, store.ErrUnknown):
		http.Error(w, unknown, http.StatusNotFound)
	case errors.Is(err, store.ErrFull), errors.Is(err, store.ErrClosed):
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	default:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}
