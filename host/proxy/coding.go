package proxy

import (
	"net/http"
	"strings"
)

// coding is a content coding (RFC 9110, section 8.4.1).
type coding uint8

const (
	uncoded coding = iota
	inGzip
	inBrotli
	inZstd
	inDeflate
	numCodings
	strange // one that is not known here, or several on top of each other
)

var codingNames = [numCodings]string{"identity", "gzip", "br", "zstd", "deflate"}

// codingNamed is the coding of a name, which may have any case.
func codingNamed(name string) coding {
	for c, known := range codingNames {
		if strings.EqualFold(name, known) {
			return coding(c)
		}
	}
	if strings.EqualFold(name, "x-gzip") { // RFC 9110, section 8.4.1.3
		return inGzip
	}
	return strange
}

// codingOf is the coding that a Content-Encoding tells.
func codingOf(values []string) coding {
	c := uncoded
	for _, v := range values {
		for name := range strings.SplitSeq(v, ",") {
			name = strings.TrimSpace(name)
			if name == "" {
				continue
			}
			switch one := codingNamed(name); {
			case one == uncoded:
			case c != uncoded:
				return strange
			default:
				c = one
			}
		}
	}
	return c
}

// recoded makes a header tell of a body that has the coding to, by the choice of
// the visitor's Accept-Encoding.
func recoded(h http.Header, to coding) {
	if to == uncoded {
		delete(h, "Content-Encoding")
	} else {
		h["Content-Encoding"] = []string{codingNames[to]}
	}
	vary := h["Vary"]
	if !announces(vary, "Accept-Encoding") && !announces(vary, "*") {
		h["Vary"] = append(vary[:len(vary):len(vary)], "Accept-Encoding")
	}
}
