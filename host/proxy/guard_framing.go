package proxy

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// twofold reports whether somebody in front of us could have seen another end of a
// request than we do, so that what comes behind it must not be read. With a
// Content-Length beside its chunks a request comes here without it (RFC 9112,
// section 6.3, has its connection closed, too); in HTTP/1.0 chunks are none
// (section 6.1). Browsers send neither.
func twofold(r *http.Request) bool {
	return r.ProtoMajor == 1 && (len(r.TransferEncoding) > 0 || r.ProtoMinor == 0)
}

// nameless reports whether a request is for no host, which net/http lets through
// in HTTP/2.
func nameless(r *http.Request) bool {
	return r.ProtoMajor == 2 && (r.Host == "" || !httpguts.ValidHostHeader(r.Host))
}

// surprising reports whether an origin may take a request's body for the next
// request, as servers do that expect none: nothing else must come on that
// connection.
func surprising(r *http.Request) bool {
	return r.ContentLength != 0 && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

// dropTwins removes fields that an origin could take for others which are ours to
// say: CGI and what descends from it read X_Forwarded_For as X-Forwarded-For.
func (m *Middleware) dropTwins(h http.Header) {
	for key := range h {
		if strings.Contains(key, "_") && m.ours(http.CanonicalHeaderKey(strings.ReplaceAll(key, "_", "-"))) {
			delete(h, key)
		}
	}
}

func (m *Middleware) ours(key string) bool {
	switch key {
	case "Connection", "Content-Length", "Cookie", "Forwarded", "Host", "Transfer-Encoding", "X-Real-Ip", loopHeader:
		return true
	}
	return strings.HasPrefix(key, "X-Forwarded-") || slices.ContainsFunc(m.trusted, func(t header) bool { return t.key == key })
}

// plausible refuses a status that is none, which net/http lets through and panics
// at when it is to send it.
func plausible(r *http.Response) error {
	if r.StatusCode < 100 {
		return fmt.Errorf("status %03d", r.StatusCode)
	}
	return nil
}
