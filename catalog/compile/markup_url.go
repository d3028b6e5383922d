package compile

import (
	"html"
	"net/netip"
	"strconv"
	"strings"
	"unicode"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

const (
	markupURLHint  = "write https://…, http://… or a path that starts with a single /"
	markupFixHint  = "scheme and host have to be fixed: start with https://host/ or /"
	markupCharHint = "write it percent-encoded"
)

// markupURL checks one URL, which may have placeholders in it: its literal
// pieces in order, with a placeholder wherever two of them meet.
type markupURL struct {
	m      *markup
	where  string // leads messages to the URL where the source is not the URL itself
	pieces []markupPiece
	// markup says that the URL stands in HTML source. There "#part" passes, a
	// place of the page that shows it, and character references matter. A
	// field's value does not know that page.
	markup bool
}

// markupPiece is literal text at a place, followed by a placeholder unless it
// is the last piece.
type markupPiece struct {
	off int
	s   string
}

// urlValue compiles the value of a url or image field.
func (m *markup) urlValue() (raw, escaped []byte) {
	u := markupURL{m: m}
	at := 0
	var plain markupTemplate
	for i := range m.parts {
		p := &m.parts[i]
		u.pieces = append(u.pieces, markupPiece{at, m.src.S[at:p.off]})
		plain.literal(m.src.S[at:p.off])
		m.out.literal(html.EscapeString(m.src.S[at:p.off]))
		if program, ok := m.program(p, catalog.FieldText); ok {
			plain.expr(snapshot.EscapeURL, program)
			m.out.expr(snapshot.EscapeURL, program)
		}
		at = p.end
	}
	u.pieces = append(u.pieces, markupPiece{at, m.src.S[at:]})
	plain.literal(m.src.S[at:])
	m.out.literal(html.EscapeString(m.src.S[at:]))
	u.check()
	return plain.bytes(), m.out.bytes()
}

// check reports what is wrong with the URL.
func (u *markupURL) check() {
	for _, p := range u.pieces {
		if !u.characters(p) || u.markup && !u.references(p) {
			return
		}
	}
	first := u.pieces[0].s
	switch {
	case first == "" && len(u.pieces) > 1:
		u.fail(u.pieces[0].off, "unfixed-url", markupFixHint, "starts with a placeholder")
	case first == "":
		u.fail(u.pieces[0].off, "invalid-url", markupURLHint, "is empty")
	case first[0] == '/':
		u.path()
	case first[0] == '#' && u.markup:
	default:
		u.absolute(first)
	}
}

// path checks a URL that starts with a slash. Placeholders may be empty, so
// "/{{ x }}/y" would become "//y", another host.
func (u *markupURL) path() {
	var fixed strings.Builder
	for _, p := range u.pieces {
		fixed.WriteString(p.s)
	}
	switch {
	case strings.HasPrefix(u.pieces[0].s, "//"):
		u.fail(u.pieces[0].off, "unsafe-url", "write the scheme, https:, in front of it", "starts with // and leaves the scheme open")
	case strings.HasPrefix(fixed.String(), "//"):
		u.fail(u.pieces[0].off, "unfixed-url", "put fixed text between the two slashes",
			"starts with // and names another host when its placeholder is empty")
	}
}

// absolute checks a URL that should start with a scheme and a host.
func (u *markupURL) absolute(first string) {
	off := u.pieces[0].off
	colon := strings.IndexAny(first, ":/?#")
	if colon < 0 && len(u.pieces) > 1 {
		u.fail(off, "unfixed-url", markupFixHint, "has a placeholder before scheme and host end")
		return
	}
	if colon < 0 || first[colon] != ':' {
		u.fail(off, "invalid-url", markupURLHint, "is relative to the page that shows it")
		return
	}
	switch strings.ToLower(first[:colon]) {
	case "http", "https":
	default:
		u.fail(off, "unsafe-url", markupURLHint, "has the scheme %q, which is neither http nor https", markupQuote(first[:colon]))
		return
	}
	rest := first[colon+1:]
	if !strings.HasPrefix(rest, "//") {
		u.fail(off, "invalid-url", markupURLHint, "has no // after the scheme")
		return
	}
	host := rest[2:]
	end := strings.IndexAny(host, "/?#")
	if end < 0 && len(u.pieces) > 1 {
		u.fail(off+len(first), "unfixed-url", markupFixHint, "has a placeholder in its host")
		return
	}
	if end >= 0 {
		host = host[:end]
	}
	if !markupIsHost(host) {
		u.fail(off+colon+3, "invalid-url", "write a plain host name, in its xn-- form if it is not ASCII, and a port if need be",
			"has the host %q", markupQuote(host))
	}
}

// characters refuses what no URL may hold as it is, and says whether all is well.
func (u *markupURL) characters(p markupPiece) bool {
	for i, r := range p.s {
		switch {
		case r == '\\':
			u.fail(p.off+i, "url-character", "browsers read it as /: write / or %5C", `has a \`)
		case r == '%' && !markupIsEscape(p.s[i:]):
			u.fail(p.off+i, "url-character", "write a literal percent sign as %25", "has a %% without two hex digits")
		case strings.ContainsRune("\"<>`", r):
			u.fail(p.off+i, "url-character", markupCharHint, "has a %c", r)
		case unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			u.fail(p.off+i, "url-character", markupCharHint, "has the space or control character U+%04X", r)
		default:
			continue
		}
		return false
	}
	return true
}

// references refuses character references in a URL, which would have to be read
// before the URL could be checked, and says whether all is well. Only &amp; is
// needed.
func (u *markupURL) references(p markupPiece) bool {
	for i := 0; i < len(p.s); i++ {
		if p.s[i] != '&' {
			continue
		}
		rest := p.s[i:]
		if n := strings.IndexByte(rest[1:], '&'); n >= 0 {
			rest = rest[:n+1]
		}
		if !strings.HasPrefix(rest, "&amp;") && html.UnescapeString(rest) != rest {
			u.fail(p.off+i, "reference-in-url", "write & as &amp; and other characters percent-encoded", "has a character reference")
			return false
		}
	}
	return true
}

func (u *markupURL) fail(off int, code, hint, format string, args ...any) {
	u.m.fail(off, code, hint, u.where+format, args...)
}

func markupIsEscape(s string) bool {
	return len(s) >= 3 && strings.Trim(s[1:3], "0123456789abcdefABCDEF") == ""
}

// markupIsHost reports whether s is a host with an optional port: a name of
// letters, digits, dots, hyphens and underscores, or an address.
func markupIsHost(s string) bool {
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 || !markupIsPort(s[end+1:]) {
			return false
		}
		a, err := netip.ParseAddr(s[1:end])
		return err == nil && a.Is6() && a.Zone() == ""
	}
	name := s
	if colon := strings.IndexByte(s, ':'); colon >= 0 {
		if !markupIsPort(s[colon:]) {
			return false
		}
		name = s[:colon]
	}
	for i := range len(name) {
		if c := rune(name[i]); c != '-' && c != '.' && !markupIsWord(c) {
			return false
		}
	}
	return name != "" && name[0] != '.' && !strings.Contains(name, "..") && len(name) <= 253
}

// markupIsPort reports whether s is "" or a colon and a port.
func markupIsPort(s string) bool {
	if s == "" {
		return true
	}
	n, err := strconv.ParseUint(s[1:], 10, 16)
	return s[0] == ':' && err == nil && n > 0
}
