package explain

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// Page is an http.Handler for people who ask why: a form that describes a
// visitor, or a recorded request, and every offer with its first reason. It
// changes nothing, needs no script and loads nothing. It tells what is in the
// catalog and in the records, so it belongs on a listener for operators, whose
// owner checks who asks.
type Page struct {
	// Acquire gives a session on the resident snapshot, and what ends it.
	Acquire func() (s Session, release func(), err error)
	// Keys are those that the session's module has at that moment.
	Keys func() *seal.Keyring
	// Records are requests to choose from; nil: none are kept.
	Records Records
	// CountryHeader is the request header behind request.country; empty: none is
	// configured, and the page does not ask for a country.
	CountryHeader string
	Clock         func() time.Time // nil: time.Now
}

// Records are recorded requests.
type Records interface {
	// List gives the newest first, as many as are worth a look.
	List() ([]Record, error)
	// Read gives the request document of a record.
	Read(id string) ([]byte, error)
}

// Record is a request to choose.
type Record struct {
	ID    string
	Title string // for people: when, and which page
}

// maxForm bounds what the form may send, in bytes: a document of 1 MiB.
const maxForm = 2 << 20

// shown is what the template shows.
type shown struct {
	Style       template.CSS
	Fields      fields
	Document    string
	Offers      string
	Country     bool // there is a header for it
	Records     []Record
	Record      string // the chosen one
	Snapshot    string
	Problem     string
	Explanation *Explanation
}

//go:embed page.html
var source string

//go:embed page.css
var style string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"number": number,
}).Parse(source))

// policy lets the page have its own style and send its form to where it came
// from, and nothing else.
func policy() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

// ServeHTTP shows the form, and the explanation of what it was sent.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "the page is read, or sent its form", http.StatusMethodNotAllowed)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	out := shown{Style: template.CSS(style), Country: p.CountryHeader != ""}
	status := http.StatusOK
	if err := p.show(r, &out); err != nil {
		out.Problem = err.Error()
		if status = http.StatusBadRequest; errors.As(err, new(unready)) {
			status = http.StatusServiceUnavailable
		}
	}
	var b bytes.Buffer
	if err := page.Execute(&b, &out); err != nil {
		http.Error(w, "the page cannot be written: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy())
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // who went away does not read it
}

// unready says that nothing can be decided now.
type unready struct{ error }

func (p *Page) show(r *http.Request, out *shown) error {
	session, release, err := p.Acquire()
	if err != nil {
		return unready{fmt.Errorf("nothing can be decided: %w", err)}
	}
	defer release()
	out.Snapshot = fmt.Sprintf("%x", session.Snapshot().Hash)
	v, err := snapshot.Open(session.Snapshot().Bytes)
	if err != nil {
		return unready{err}
	}
	out.Fields = first(&v)
	if err := p.list(out); err != nil {
		return err
	}
	text, err := p.document(r, &v, out)
	if err != nil || text == nil {
		return err
	}
	out.Document = string(text)
	out.Explanation, err = p.explain(r.Context(), session, text, out.Offers)
	return err
}

func (p *Page) list(out *shown) (err error) {
	if p.Records != nil {
		if out.Records, err = p.Records.List(); err != nil {
			return fmt.Errorf("recorded requests: %w", err)
		}
	}
	return nil
}

// document is the request document that the form sends, or describes; nil if
// nothing was asked.
func (p *Page) document(r *http.Request, v *snapshot.View, out *shown) ([]byte, error) {
	if err := r.ParseForm(); err != nil {
		return nil, fmt.Errorf("form: %w", err)
	}
	out.Offers = r.Form.Get("offers")
	switch by := r.Form.Get("by"); {
	case r.Form.Get("record") != "" && by != "fields" && by != "document":
		return p.record(r.Form.Get("record"), out)
	case by == "document":
		text := []byte(r.Form.Get("document"))
		out.Document, out.Fields = string(text), fieldsFrom(text, p.CountryHeader)
		return text, nil
	case by == "fields":
		out.Fields = fieldsOf(r.Form)
	case r.Method == http.MethodPost:
		return nil, errors.New("form: neither fields nor a document")
	default:
		return nil, nil
	}
	d, err := out.Fields.draft(v, p.CountryHeader, p.now())
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(d, "", "  ")
}

func (p *Page) now() time.Time {
	if p.Clock != nil {
		return p.Clock()
	}
	return time.Now()
}

func (p *Page) record(id string, out *shown) ([]byte, error) {
	if p.Records == nil {
		return nil, errors.New("no requests are recorded")
	}
	text, err := p.Records.Read(id)
	if err != nil {
		return nil, fmt.Errorf("recorded request: %w", err)
	}
	out.Record, out.Fields = id, fieldsFrom(text, p.CountryHeader)
	return text, nil
}

func (p *Page) explain(ctx context.Context, s Session, text []byte, offers string) (*Explanation, error) {
	d, err := document.Parse(text)
	if err != nil {
		return nil, err
	}
	if !d.HasTime {
		d.Time = p.now().UnixMilli()
	}
	var codes [][]byte
	for _, code := range strings.FieldsFunc(offers, func(r rune) bool { return r == ',' || r == ' ' }) {
		codes = append(codes, []byte(code))
	}
	if len(codes) > abi.MaxOffers {
		return nil, fmt.Errorf("%d offers are named, over the limit of %d", len(codes), abi.MaxOffers)
	}
	_, explanation, err := Document(ctx, s, p.Keys(), d, codes)
	return explanation, err
}
