package call

import "unicode/utf8"

// Fault says why a call is not answered by a decision. It holds until its reader
// is used again.
type Fault struct {
	Status int    // of HTTP
	Field  []byte // of the body, that is at fault; empty: none, or the body as a whole
	Text   []byte // a sentence without its end
}

// HTTP status codes of faults.
const (
	badRequest       = 400
	forbidden        = 403
	methodNotAllowed = 405
	tooLong          = 413
	unsupportedType  = 415
	unavailable      = 503
)

// maxFaultText bounds what a fault repeats of a call, in bytes.
const maxFaultText = 200

// fault makes a text the fault.
//
//go:noinline
func (r *Reader) fault(status int, text string) *Fault {
	r.said.Bytes = r.said.Bytes[:0]
	r.said.text(text)
	r.fail = Fault{Status: status, Text: r.said.Bytes}
	return &r.fail
}

// Admit says what of a request's head speaks against answering it; nil: nothing.
// What it is asked with is whether another site's page sent it, and its type.
func (r *Reader) Admit(method []byte, crossSite bool, contentType []byte) *Fault {
	switch {
	case string(method) != "POST":
		return r.fault(methodNotAllowed, "only POST is answered here")
	case crossSite:
		return r.fault(forbidden, "sent by a page of another site, which is none of cors.origins")
	case !isJSON(contentType): // what another site's form cannot send
		return r.fault(unsupportedType, "the body must be of the type application/json")
	}
	return nil
}

// isJSON reports whether a media type is that of JSON, with parameters or without.
func isJSON(kind []byte) bool {
	const want = "application/json"
	for len(kind) > 0 && (kind[0] == ' ' || kind[0] == '\t') {
		kind = kind[1:]
	}
	if len(kind) < len(want) || !equalFold(kind[:len(want)], want) {
		return false
	}
	for _, c := range kind[len(want):] {
		if c != ' ' && c != '\t' {
			return c == ';'
		}
	}
	return true
}

// TooLong refuses a body.
func (r *Reader) TooLong() *Fault { return r.fault(tooLong, "the body has more than 64 KiB") }

// Unreadable refuses a body that broke off.
func (r *Reader) Unreadable() *Fault { return r.fault(badRequest, "the body cannot be read") }

// OverLimit refuses a call that the module refuses.
func (r *Reader) OverLimit() *Fault { return r.fault(badRequest, "the call is over a limit") }

// Unavailable is for when nothing can be decided.
func (r *Reader) Unavailable() *Fault {
	return r.fault(unavailable, "nothing can be decided at the moment; keep what is shown, and try again later")
}

// NoToken is why a caller is not trusted who shows nothing.
const NoToken = "there is no Authorization header with a peer token"

// Distrusted refuses a call that says what only a trusted caller may, whose caller
// is none because of why.
func (r *Reader) Distrusted(why string) *Fault {
	f := r.fault(forbidden, "only a trusted caller may say ")
	r.said.text(r.Trusted)
	r.said.text(": ")
	r.said.text(why)
	r.field.Bytes = r.field.Bytes[:0]
	r.field.text(r.Trusted)
	f.Field, f.Text = r.field.Bytes, r.said.Bytes
	return f
}

// equalFold compares with a text in small letters.
func equalFold(b []byte, small string) bool {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != small[i] {
			return false
		}
	}
	return true
}

// Fault writes a fault as a program reads it (RFC 9457). Its title is what HTTP
// calls the status.
func (w *Writer) Fault(f *Fault) {
	w.word(`{"type":"about:blank","title":`, f.title())
	w.int(`,"status":`, int64(f.Status))
	w.member(`,"detail":`, f.Text)
	if len(f.Field) > 0 {
		w.member(`,"field":`, f.Field)
	}
	w.byte('}')
}

func (f *Fault) title() string {
	switch f.Status {
	case badRequest:
		return "Bad Request"
	case forbidden:
		return "Forbidden"
	case methodNotAllowed:
		return "Method Not Allowed"
	case tooLong:
		return "Request Entity Too Large"
	case unsupportedType:
		return "Unsupported Media Type"
	}
	return "Service Unavailable"
}

// Header is the field by which HTTP says what would be answered, beside those that
// every answer has; empty where there is none.
func (f *Fault) Header() (name, value string) {
	switch f.Status {
	case methodNotAllowed:
		return "allow", "POST"
	case unsupportedType:
		return "accept-post", "application/json"
	}
	return "", ""
}

// cut is a text without what is too much of it.
func (w *Writer) cut() []byte {
	n := maxFaultText
	if len(w.Bytes) <= n {
		return w.Bytes
	}
	for n > 0 && !utf8.RuneStart(w.Bytes[n]) {
		n--
	}
	w.Bytes = w.Bytes[:n]
	w.text("…")
	return w.Bytes
}
