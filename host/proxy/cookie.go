package proxy

import (
	"slices"
	"strings"

	"github.com/profferhq/proffer/plugin/visitor"
)

const (
	// maxPair bounds name and value of a cookie that is shown to the module:
	// what browsers store (RFC 6265, section 6.1).
	maxPair = 4096

	// maxPairs is how many cookies of one name are shown to the module, which
	// tries each. A browser sends two where a page of another host of the
	// domain has planted one.
	maxPairs = 8
)

// pairs walks the cookies of a Cookie header.
type pairs struct{ rest string }

// next is the next pair as sent, its name, and whether there was one.
func (p *pairs) next() (pair, name string, ok bool) {
	for p.rest != "" {
		pair, p.rest, _ = strings.Cut(p.rest, ";")
		pair = strings.TrimLeft(pair, " \t")
		if name, _, ok = strings.Cut(pair, "="); ok {
			return pair, name, true
		}
		if pair != "" {
			return pair, "", true
		}
	}
	return "", "", false
}

// visitorCookie reports whether a cookie is one of the visitor's two.
func visitorCookie(name string) bool {
	switch name {
	case visitor.CookieName, visitor.CookieNameSecure, visitor.EventsName, visitor.EventsNameSecure:
		return true
	}
	return false
}

// holdsVisitor reports whether one of the visitor's cookies may be among the
// values of Cookie headers.
func holdsVisitor(values []string) bool {
	for _, v := range values {
		if strings.Contains(v, visitor.CookieName+"=") || strings.Contains(v, visitor.EventsName+"=") {
			return true
		}
	}
	return false
}

// withoutVisitor gives the values without the visitor's cookies; nil if nothing
// else is left.
func withoutVisitor(values []string) []string {
	var out []string
	for _, v := range values {
		var b strings.Builder
		for p := (pairs{v}); ; {
			pair, name, ok := p.next()
			if !ok {
				break
			}
			if visitorCookie(name) {
				continue
			}
			if b.Len() > 0 {
				b.WriteString("; ")
			}
			b.WriteString(pair)
		}
		if b.Len() > 0 {
			out = append(out, b.String())
		}
	}
	return out
}

// appendKnown appends the cookies that the module reads, the visitor's and the
// one that holds an identity token, as one header value.
func appendKnown(dst []byte, values []string, identity string) []byte {
	names := [...]string{visitor.CookieName, visitor.CookieNameSecure, visitor.EventsName, visitor.EventsNameSecure, identity}
	var seen [len(names)]int
	start := len(dst)
	for _, v := range values {
		for p := (pairs{v}); ; {
			pair, name, ok := p.next()
			if !ok {
				break
			}
			which := slices.Index(names[:], name)
			if name == "" || which < 0 {
				continue
			}
			if seen[which]++; seen[which] > maxPairs || len(pair) > maxPair {
				continue
			}
			if len(dst) > start {
				dst = append(dst, "; "...)
			}
			dst = append(dst, pair...)
		}
	}
	return dst
}
