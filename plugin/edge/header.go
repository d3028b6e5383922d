package edge

import (
	"bytes"
	"strconv"
)

// PlainHeaders are the request headers that must go before a held page is
// fetched: they could make the origin's answer encoded, partial, or "not
// modified" and so without the slots.
var PlainHeaders = [...]string{"accept-encoding", "range", "if-range", "if-none-match", "if-modified-since"}

// CacheHeaders are the response headers that let caches keep or revalidate a
// page, and speak of the origin's bytes.
var CacheHeaders = [...]string{"etag", "last-modified", "age", "expires", "accept-ranges", "surrogate-control", "cdn-cache-control"}

// IsPage reports whether a response is a page that can be changed: status 200,
// HTML in UTF-8 or of no declared charset, not encoded.
func IsPage(status uint32, contentType, contentEncoding []byte) bool {
	if status != 200 || len(contentEncoding) > 0 && string(Lower(contentEncoding)) != "identity" {
		return false
	}
	t := Lower(contentType)
	media, params, _ := bytes.Cut(t, []byte(";"))
	media = bytes.TrimSpace(media)
	if string(media) != "text/html" && string(media) != "application/xhtml+xml" {
		return false
	}
	_, charset, found := bytes.Cut(params, []byte("charset="))
	if !found {
		return true
	}
	charset, _, _ = bytes.Cut(charset, []byte(";"))
	charset = bytes.Trim(charset, " \t\"'")
	return string(charset) == "utf-8" || string(charset) == "utf8" || string(charset) == "us-ascii"
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
