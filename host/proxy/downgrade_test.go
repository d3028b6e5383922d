package proxy_test

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// fields is a request's header in HTTP/2, with more behind it.
func fields(method, path string, more ...string) []string {
	return append([]string{":method", method, ":scheme", "https", ":authority", site, ":path", path}, more...)
}

const malformed = "reset PROTOCOL_ERROR"

// TestDowngrade: what HTTP/2 carries within one field or frame cannot become
// another line or another request in HTTP/1.1 at the origin. A further request on
// the connection gets its own answer.
func TestDowngrade(t *testing.T) {
	for name, c := range map[string]struct {
		fields        []string
		body          string
		origin, first string // as in smuggledCase, without the last request
	}{
		"clean":                             {fields("POST", "/first", "content-length", "3"), "abc", "POST /first [abc]", each},
		"without a length":                  {fields("POST", "/first"), "abc", "POST /first [abc]", each},
		"cookies in crumbs":                 {fields("GET", "/first", "cookie", "a=1", "cookie", "b=2"), "", "GET /first []", each},
		"body in a GET":                     {fields("GET", "/first"), evil, "GET /first [" + evil + "] alone", each},
		"length too long":                   {fields("POST", "/first", "content-length", "9"), "abc", maybeCut, "400"},
		"length too short":                  {fields("POST", "/first", "content-length", "1"), "abc" + evil, maybeCut, malformed},
		"length of 0":                       {fields("POST", "/first", "content-length", "0"), evil, maybeEmpty, malformed},
		"length of a body that is not":      {fields("POST", "/first", "content-length", "31"), "", "POST /first []", each},
		"two lengths":                       {fields("POST", "/first", "content-length", "3", "content-length", "31"), "abc", "POST /first [abc]", each},
		"length with a sign":                {fields("POST", "/first", "content-length", "+3"), "abc", maybeEmpty, malformed},
		"length list":                       {fields("POST", "/first", "content-length", "3, 31"), "abc", maybeEmpty, malformed},
		"transfer-encoding":                 {fields("POST", "/first", "transfer-encoding", "chunked"), "0\r\n\r\n" + evil, "", "400"},
		"connection":                        {fields("GET", "/first", "connection", "x-forwarded-for"), "", "", "400"},
		"keep-alive":                        {fields("GET", "/first", "keep-alive", "1"), "", "", "400"},
		"proxy-connection":                  {fields("GET", "/first", "proxy-connection", "close"), "", "", "400"},
		"upgrade":                           {fields("GET", "/first", "upgrade", "h2c"), "", "", "400"},
		"te":                                {fields("GET", "/first", "te", "gzip"), "", "", "400"},
		"te with trailers":                  {fields("GET", "/first", "te", "trailers"), "", "GET /first []", each},
		"name in capitals":                  {fields("GET", "/first", "X-A", "b"), "", "", malformed},
		"name with a colon":                 {fields("GET", "/first", "x: y\r\nx", "b"), "", "", malformed},
		"name with a line":                  {fields("GET", "/first", "x\r\ntransfer-encoding", "chunked"), "", "", malformed},
		"name with a space":                 {fields("GET", "/first", "transfer-encoding ", "chunked"), "", "", malformed},
		"name with a NUL":                   {fields("GET", "/first", "x\x00", "b"), "", "", malformed},
		"empty name":                        {fields("GET", "/first", "", "b"), "", "", malformed},
		"value with a line":                 {fields("POST", "/first", "x-a", "b\r\ntransfer-encoding: chunked"), "", "", malformed},
		"value with a request":              {fields("GET", "/first", "x-a", "b\r\n\r\n"+evil), "", "", malformed},
		"value with LF":                     {fields("GET", "/first", "x-a", "b\nx-b: c"), "", "", malformed},
		"value with a NUL":                  {fields("GET", "/first", "x-a", "b\x00c"), "", "", malformed},
		"path with a space":                 {fields("GET", "/first HTTP/1.1"), "", "GET /first%20HTTP/1.1 []", each},
		"path with a line":                  {fields("GET", "/first HTTP/1.1\r\nX: y"), "", "", malformed},
		"path with a request":               {fields("GET", "/first HTTP/1.1\r\nHost: x\r\n\r\n"+evil), "", "", malformed},
		"path without a slash":              {fields("GET", "first"), "", "", malformed},
		"path of an asterisk":               {fields("GET", "*"), "", "GET /%2A []", each},
		"path with a host":                  {fields("GET", "http://evil/first"), "", "GET /first []", each},
		"no path":                           {fields("GET", ""), "", "", malformed},
		"two paths":                         {fields("GET", "/first", ":path", "/evil"), "", "", malformed},
		"method with a space":               {fields("GET /evil HTTP/1.1\r\nX: y", "/first"), "", "", malformed},
		"method of a connect":               {fields("CONNECT", "/first"), "", "", malformed},
		"authority with a line":             {[]string{":method", "GET", ":scheme", "https", ":authority", "a\r\nX: y", ":path", "/first"}, "", "", malformed},
		"authority with a path":             {[]string{":method", "GET", ":scheme", "https", ":authority", "a/evil", ":path", "/first"}, "", "", "400"},
		"authority and another host":        {fields("GET", "/first", "host", "evil"), "", "GET /first []", each},
		"no authority":                      {[]string{":method", "GET", ":scheme", "https", ":path", "/first"}, "", "", "400"},
		"scheme with a host":                {[]string{":method", "GET", ":scheme", "http://evil/x?", ":authority", site, ":path", "/first"}, "", "", malformed},
		"pseudo field behind others":        {[]string{":method", "GET", ":scheme", "https", ":authority", site, "x-a", "b", ":path", "/first"}, "", "", malformed},
		"pseudo field that is none":         {fields("GET", "/first", ":evil", "b"), "", "", malformed},
		"response's pseudo field":           {fields("GET", "/first", ":status", "200"), "", "", malformed},
		"protocol of an extended connect":   {fields("GET", "/first", ":protocol", "websocket"), "", "", malformed},
		"forwarded by a stranger":           {fields("GET", "/first", "x-forwarded-host", "evil", "forwarded", "host=evil"), "", "GET /first []", each},
		"expect":                            {fields("POST", "/first", "expect", "100-continue"), "abc", "POST /first [abc]", each},
		"endpoint of ours with a long body": {fields("POST", "/.proffer/event", "content-length", "3"), "abc", "", "400"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, end := behindStrict(t, func(s *httptest.Server) {
				s.EnableHTTP2 = true
				s.StartTLS()
			})
			f := newFrames(t, s)
			f.ask(1, c.body, c.fields...)
			first := f.wait(1)
			f.ask(3, "", fields("GET", "/last")...)
			last := f.wait(3)
			_ = f.conn.Close()
			seen := end()
			smuggledCase{origin: c.origin, visitor: c.first}.judge(t, strings.Trim(strings.Replace(seen, "GET /last []", "", 1), ", "), first)
			if last != "200 GET /last []" {
				t.Errorf("the next request got %q", last)
			}
		})
	}
}
