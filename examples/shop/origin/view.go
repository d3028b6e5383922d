package origin

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// view is what the layout shows of a page; Data is the page's own.
type view struct {
	Title       string // of the window
	Description string
	Section     string // which entry of the menu is marked
	Path        string
	Customer    *Customer // who is logged in at the shop, or nil
	Consent     consent
	Lists       []*List
	Data        any
}

// parsePages makes one template set per page: the layout, the shared pieces,
// and the page's definition of "content".
func parsePages(root fs.FS) (map[string]*template.Template, error) {
	shared, err := template.New("").Funcs(template.FuncMap{
		"comment":   comment,
		"thousands": thousands,
		"euro":      func(price int) string { return "€" + thousands(price) },
		"img":       func(name string) string { return "/static/img/" + name + ".svg" },
	}).ParseFS(root, "templates/layout.html", "templates/slots.html", "templates/pieces.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(root, "templates/page-*.html")
	if err != nil {
		return nil, err
	}
	pages := make(map[string]*template.Template, len(names))
	for _, name := range names {
		t, err := shared.Clone()
		if err != nil {
			return nil, err
		}
		if t, err = t.ParseFS(root, name); err != nil {
			return nil, err
		}
		pages[strings.TrimSuffix(strings.TrimPrefix(path.Base(name), "page-"), ".html")] = t
	}
	return pages, nil
}

// comment writes an HTML comment, which html/template drops from templates.
// Its text comes from the templates alone.
func comment(text string) template.HTML {
	return template.HTML("<!-- " + template.HTMLEscapeString(text) + " -->")
}

// thousands writes a number below a million as the shop does: 1,940.
func thousands(n int) string {
	s := strconv.Itoa(n)
	if len(s) > 3 {
		s = s[:len(s)-3] + "," + s[len(s)-3:]
	}
	return s
}

// render writes a page as a whole or, if its template fails, not at all.
func (s *shop) render(w http.ResponseWriter, r *http.Request, status int, page string, v view) {
	v.Path = r.URL.Path
	v.Customer = s.session(r)
	v.Consent = answered(r)
	v.Lists = s.Lists
	if v.Description == "" {
		v.Description = "Wayfern is a small travel shop: thirteen journeys by the sea, in Canada and in cities, each walked by us first."
	}
	v.Title += " · Wayfern"
	var body bytes.Buffer
	if err := s.pages[page].ExecuteTemplate(&body, "layout", v); err != nil {
		http.Error(w, fmt.Sprintf("page %s cannot be shown", page), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Cookie")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // the reader has gone; there is nobody left to tell
}
