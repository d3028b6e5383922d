package jwt_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/jwt"
)

func TestPersonOfARequest(t *testing.T) {
	const ed = jwt.EdDSA
	token := good(ed)
	bad := token[:len(token)-1] + "!"
	fifth := strings.Repeat("session=x; ", 4) + "session=" + token
	for name, c := range map[string]struct {
		cookie, header string // where it is looked for
		lines          http.Header
		want           bool
		counted        int
	}{
		"a cookie":                    {"session", "", http.Header{"Cookie": {"a=1; session=" + token + "; b=2"}}, true, 1},
		"a cookie in another line":    {"session", "", http.Header{"Cookie": {"a=1", "session=" + token}}, true, 1},
		"the second of the name":      {"session", "", http.Header{"Cookie": {"session=" + bad + "; session=" + token}}, true, 2},
		"the fifth of the name":       {"session", "", http.Header{"Cookie": {fifth}}, false, 4},
		"a cookie of a longer name":   {"session", "", http.Header{"Cookie": {"xsession=" + token + "; session2=" + token}}, false, 0},
		"a cookie of another case":    {"session", "", http.Header{"Cookie": {"Session=" + token}}, false, 0},
		"a cookie in quotes":          {"session", "", http.Header{"Cookie": {`session="` + token + `"`}}, false, 1},
		"no cookie":                   {"session", "", http.Header{"Authorization": {"Bearer " + token}}, false, 0},
		"Authorization":               {"", "authorization", http.Header{"Authorization": {"Bearer " + token}}, true, 1},
		"another case and spaces":     {"", "Authorization", http.Header{"Authorization": {"bearer   " + token}}, true, 1},
		"Basic":                       {"", "Authorization", http.Header{"Authorization": {"Basic dXNlcjpwYXNz"}}, false, 0},
		"Authorization without words": {"", "Authorization", http.Header{"Authorization": {token}}, false, 0},
		"an opaque token":             {"", "Authorization", http.Header{"Authorization": {"Bearer 0123456789abcdef"}}, false, 1},
		"two of the header":           {"", "Authorization", http.Header{"Authorization": {"Bearer " + token, "Bearer " + token}}, false, 0},
		"another header":              {"", "X-Id-Token", http.Header{"X-Id-Token": {token}}, true, 1},
		"another header with Bearer":  {"", "X-Id-Token", http.Header{"X-Id-Token": {"Bearer " + token}}, true, 1},
		"an empty header":             {"", "X-Id-Token", http.Header{"X-Id-Token": {""}}, false, 0},
		"no header":                   {"", "X-Id-Token", http.Header{"Cookie": {"session=" + token}}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			v := verifier(t, ed, func(one *jwt.Config) { one.Cookie, one.Header = c.cookie, c.header })
			got, ok := v.Person(c.lines)
			counted := 0
			for r := range jwt.NumResults {
				counted += int(v.Count(r))
			}
			if ok != c.want || (got == "1002") != ok || counted != c.counted {
				t.Errorf("got %q, %v, %d counted, want %v, %d", got, ok, counted, c.want, c.counted)
			}
		})
	}
}

func TestResultNames(t *testing.T) {
	seen := map[string]bool{}
	for r := range jwt.NumResults {
		seen[r.String()] = true
	}
	if len(seen) != int(jwt.NumResults) || seen[""] || jwt.NumResults.String() != "unknown" {
		t.Errorf("names %v", seen)
	}
}
