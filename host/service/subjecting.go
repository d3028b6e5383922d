package service

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
func (o *Operators) subjects(s *Subjects) {
	o.private("GET /v1/visitor", o.peersOnly(exports(s)))
	o.private("GET /v1/person", o.peersOnly(exports(s)))
	o.private("POST /v1/erase", o.peersOnly(erases(s)))
}

// peersOnly refuses who has no peer token.
func (o *Operators) peersOnly(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := o.authorize(r); err != nil {
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		h(w, r)
	})
}

func exports(s *Subjects) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := asked(r.URL.Path, r.URL.Query())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var out bytes.Buffer // an error comes before the first byte
		if err := s.Export(r.Context(), who, &out); err != nil {
			subjectError(w, err, "nothing is held of "+Describe(who))
			return
		}
		w.Header().Set("Content-Type", "application/x-ndjson")
		_, _ = w.Write(out.Bytes()) // the operator may be gone
	}
}

// maxEraseBody bounds a form that names a subject, in bytes.
const maxEraseBody = 16 << 10

func erases(s *Subjects) http.HandlerFunc {
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
		gone, err := s.Erase(r.Context(), who)
		if err != nil {
			subjectError(w, err, Unheld(who))
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
		who.Visitor, err = ParseVisitor(id)
		return who, err
	case source == "" || key == "":
		return who, errors.New("source or key is missing: the people source as the catalog names it, and the person's key in that")
	}
	return store.Subject{Source: source, Key: key}, nil
}

// Describe is a subject in a text.
func Describe(who store.Subject) string {
	if who.Key == "" {
		return fmt.Sprintf("visitor %x", who.Visitor)
	}
	return fmt.Sprintf("the person %q of source %q", who.Key, who.Source)
}

// Unheld says that there was nobody to erase.
func Unheld(who store.Subject) string {
	text := "nothing was held of " + Describe(who)
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
