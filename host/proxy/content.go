package proxy

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// kind is what a response is to us.
type kind uint8

const (
	other   kind = iota // no page: not even counted
	unknown             // net/http will tell its type from its first bytes
	coded               // a page with a content coding that is not read here
	foreign             // a page in another charset than UTF-8
	html
	xhtml  // HTML that one mistake in its markup blanks
	inJSON // no page, but an answer that may have places for offers
)

// kindOf tells a response by its status and header. declared reports that the
// header says the charset is UTF-8.
func kindOf(status int, h http.Header) (k kind, declared bool) {
	if status != http.StatusOK || len(h["Content-Range"]) > 0 {
		return other, false
	}
	coding := codingOf(h["Content-Encoding"])
	values, typed := h["Content-Type"]
	if !typed {
		// What net/http asks before it looks at the bytes.
		if coding == uncoded && len(h["Transfer-Encoding"]) == 0 {
			return unknown, false
		}
		return other, false
	}
	if len(values) != 1 {
		return other, false
	}
	k, declared = kindOfType(values[0])
	if k >= html && coding == strange {
		return coded, false
	}
	return k, declared
}

// kindOfType tells a Content-Type.
func kindOfType(value string) (k kind, declared bool) {
	if strings.EqualFold(value, "text/html; charset=utf-8") {
		return html, true
	}
	name, params, err := mime.ParseMediaType(value)
	if err != nil {
		params = nil // a type with broken parameters is still a type
	}
	switch name {
	case "text/html":
		k = html
	case "application/xhtml+xml":
		k = xhtml
	default:
		return other, false
	}
	label, ok := params["charset"]
	if !ok {
		return k, false
	}
	if !isUTF8(label) {
		return foreign, false
	}
	return k, true
}

// lengthOf is the Content-Length of a response, or -1.
func lengthOf(h http.Header) int64 {
	values := h["Content-Length"]
	if len(values) != 1 {
		return -1
	}
	n, err := strconv.ParseUint(values[0], 10, 63)
	if err != nil {
		return -1
	}
	return int64(n)
}
