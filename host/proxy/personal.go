package proxy

import (
	"net/http"
	"slices"
	"strings"
)

// ownPage is the Cache-Control of a page that is one visitor's.
const ownPage = "private, no-store"

// personal makes the header of a page its visitor's own: our cookies behind the
// origin's, and nothing by which a cache could keep the page or a browser ask
// whether it is still good.
func personal(h http.Header, cookies [][]byte) {
	for _, c := range cookies {
		h["Set-Cookie"] = append(slices.Clip(h["Set-Cookie"]), string(c))
	}
	for key := range h {
		switch name := http.CanonicalHeaderKey(key); name {
		case "Etag", "Last-Modified", "Age", "Expires", "Accept-Ranges",
			"Surrogate-Control", "Edge-Control", "X-Accel-Expires":
			delete(h, key)
		default:
			// Cache-Control itself, and those for one kind of cache, which go
			// before it (https://www.rfc-editor.org/rfc/rfc9213).
			if strings.HasSuffix(name, "Cache-Control") {
				delete(h, key)
			}
		}
	}
	h["Cache-Control"] = []string{ownPage}
}

// rewritten takes from a header what is said of the bytes that the origin sent
// (https://www.rfc-editor.org/rfc/rfc9530).
func rewritten(h http.Header) {
	delete(h, "Content-Md5")
	delete(h, "Digest")
	delete(h, "Content-Digest")
	delete(h, "Repr-Digest")
}
