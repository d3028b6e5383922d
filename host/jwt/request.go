package jwt

import (
	"net/http"
	"strings"

	"github.com/profferhq/proffer/plugin/visitor"
)

// maxCookies is how many cookies of the name are looked at. There is one; a
// second may have been set for a part of the site, or by another host of its
// domain. Each costs a verification at most.
const maxCookies = 4

// Person gives the person whom a request's header names.
func (v *Verifier) Person(h http.Header) (key string, ok bool) {
	if v.config.Header != "" {
		return v.fromHeader(h[http.CanonicalHeaderKey(v.config.Header)])
	}
	left := maxCookies
	for _, line := range h["Cookie"] {
		if !strings.Contains(line, v.config.Cookie) {
			continue
		}
		jar := visitor.Cookies([]byte(line), v.config.Cookie)
		for token, more := jar.Next(); more && left > 0; token, more = jar.Next() {
			left--
			if key, r := v.Verify(string(token)); r == Verified {
				return key, true
			}
		}
	}
	return "", false
}

// fromHeader reads a header that is there once. What is not meant as a token
// ("Basic" of the Authorization header) is not counted.
func (v *Verifier) fromHeader(values []string) (key string, ok bool) {
	if len(values) != 1 {
		return "", false
	}
	token := values[0]
	scheme, rest, two := strings.Cut(token, " ")
	switch {
	case two && strings.EqualFold(scheme, "bearer"):
		token = strings.TrimLeft(rest, " ")
	case strings.EqualFold(v.config.Header, "Authorization"), token == "":
		return "", false
	}
	key, r := v.Verify(token)
	return key, r == Verified
}
