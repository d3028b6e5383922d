package edge

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// PlainHeaders are the request headers that must go before a held page is
// fetched: they could make the origin's answer encoded, partial, or "not
// modified" and so without the slots.
var PlainHeaders = [...]string{"accept-encoding", "range", "if-range", "if-none-match", "if-modified-since"}

// CacheHeaders are the response headers that let caches keep or revalidate a
// page: they go from one that is personal.
var CacheHeaders = [...]string{
	"etag", "last-modified", "age", "expires", "accept-ranges",
	"surrogate-control", "cdn-cache-control", "edge-control", "x-accel-expires",
}

// DigestHeaders are the response headers that speak of the origin's bytes
// (https://www.rfc-editor.org/rfc/rfc9530): they go from a page that changed.
var DigestHeaders = [...]string{"content-digest", "repr-digest", "digest", "content-md5"}

// IsPage reports whether a response is a page that can be changed: status 200,
// HTML in UTF-8 or of no declared charset, not encoded. declared says that the
// charset is declared. XHTML is not taken: one mistake in an offer's markup
// would blank the page.
func IsPage(status uint32, contentType, contentEncoding []byte) (page, declared bool) {
	if status != 200 || encoded(contentEncoding) {
		return false, false
	}
	media, params, _ := bytes.Cut(Lower(contentType), []byte(";"))
	if string(bytes.TrimSpace(media)) != "text/html" {
		return false, false
	}
	label, declared := labelAfter(params, "charset")
	return !declared || isUTF8(label), declared
}

// encoded reports whether a Content-Encoding is any.
func encoded(coding []byte) bool {
	return len(coding) > 0 && string(Lower(coding)) != "identity"
}

// charsetWithin is how far into a page its charset must be declared, in bytes
// (https://html.spec.whatwg.org/multipage/semantics.html#charset).
const charsetWithin = 1024

// OtherCharset reports whether a page whose header declares no charset is in
// another one than UTF-8: by a byte order mark, by its first meta element with
// a charset, or because its beginning cannot be UTF-8. It looks for less than a
// browser does, so that it finds one too many rather than one too few.
func OtherCharset(page []byte) bool {
	if bytes.HasPrefix(page, []byte("\xfe\xff")) || bytes.HasPrefix(page, []byte("\xff\xfe")) {
		return true // UTF-16
	}
	head := page[:min(len(page), charsetWithin)]
	if !validHead(head, len(page) > len(head)) {
		return true
	}
	lower := Lower(bytes.Clone(head))
	if i := bytes.Index(lower, []byte("<meta")); i >= 0 {
		if label, ok := labelAfter(lower[i:], "charset"); ok {
			return !isUTF8(label)
		}
	}
	return false
}

// validHead reports whether bytes are UTF-8; if they were cut off from more,
// the last character may be incomplete.
func validHead(b []byte, cut bool) bool {
	for i := 1; cut && i < utf8.UTFMax && i <= len(b); i++ {
		if tail := b[len(b)-i:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				b = b[:len(b)-i]
			}
			break
		}
	}
	return utf8.Valid(b)
}

// labelAfter is the value behind name and "=", with or without quotes, in
// lower-case text.
func labelAfter(text []byte, name string) (label []byte, ok bool) {
	for {
		i := bytes.Index(text, []byte(name))
		if i < 0 {
			return nil, false
		}
		text = bytes.TrimLeft(text[i+len(name):], " \t\r\n")
		if len(text) > 0 && text[0] == '=' {
			break
		}
	}
	text = bytes.TrimLeft(text[1:], " \t\r\n\"'")
	if end := bytes.IndexAny(text, " \t\r\n\"';>/"); end >= 0 {
		text = text[:end]
	}
	return text, true
}

// isUTF8 takes the labels of UTF-8 that are in use, and ASCII, which is a part
// of it.
func isUTF8(label []byte) bool {
	return string(label) == "utf-8" || string(label) == "utf8" || string(label) == "us-ascii"
}

// IsHTTPS reads X-Forwarded-Proto, by which the proxy around the module says
// what the browser's connection is. A browser that says it itself gets cookies
// that it will not store.
func IsHTTPS(forwardedProto []byte) bool {
	first, _, _ := bytes.Cut(forwardedProto, []byte(","))
	return string(Lower(bytes.TrimSpace(first))) == "https"
}

// Lower makes ASCII letters lower-case, in place.
func Lower(b []byte) []byte {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return b
}

// Decimal is a length as a header's value.
func Decimal(n int) []byte { return strconv.AppendInt(nil, int64(n), 10) }
