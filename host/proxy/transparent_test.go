package proxy_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
)

// script is what an origin does with one request.
type script struct {
	status int
	header [][2]string
	body   []string // one write each; "" is a flush
	length bool     // announced
	trail  bool
}

func (s script) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	for _, f := range s.header {
		h.Add(f[0], f[1])
	}
	if s.trail {
		h.Set("Trailer", "X-Trailer")
	}
	if s.length {
		h.Set("Content-Length", fmt.Sprint(len(strings.Join(s.body, ""))))
	}
	if s.status != 0 {
		w.WriteHeader(s.status)
	}
	for _, b := range s.body {
		if b == "" {
			w.(http.Flusher).Flush()
			continue
		}
		_, _ = io.WriteString(w, b)
	}
	if s.trail {
		h.Set("X-Trailer", "1")
	}
}

func drawScript(t *rapid.T) script {
	one := func(name string, list ...string) string { return rapid.SampledFrom(list).Draw(t, name) }
	s := script{
		status: rapid.SampledFrom([]int{0, 200, 200, 200, 201, 203, 301, 404, 410, 500, 503}).Draw(t, "status"),
		length: rapid.Bool().Draw(t, "length"),
	}
	// Without a status the trailer could be set before the header is sent, and
	// be a header, too; httputil's proxy then doubles it.
	s.trail = !s.length && s.status != 0 && rapid.Bool().Draw(t, "trailer")
	if typ := one("type", "text/html", "text/html; charset=utf-8", "text/html;charset=latin1", "application/xhtml+xml",
		"text/plain", "application/octet-stream", "text/event-stream", "none"); typ != "none" {
		s.header = append(s.header, [2]string{"Content-Type", typ})
	}
	coding := one("coding", "", "", "", "gzip", "br", "zstd", "deflate", "deflate raw", "identity", "x-gzip", "compress", "gzip, br")
	if coding != "" {
		s.header = append(s.header, [2]string{"Content-Encoding", codingName(coding)})
	}
	for range rapid.IntRange(0, 4).Draw(t, "headers") {
		s.header = append(s.header, [2]string{
			one("name", "Etag", "Last-Modified", "Cache-Control", "Expires", "Age", "Set-Cookie", "X-Own", "Vary", "Accept-Ranges", "Link", "Digest"),
			one("value", "a", `"b"`, "c, d", "max-age=60", "x=y; Path=/"),
		})
	}
	for range rapid.IntRange(0, 6).Draw(t, "writes") {
		piece := one("piece", "", "<p>x</p>", "<div class=\"data-offer\">", "plain ", "\x00\xff\xfe", "é", "<!doctype html>", "<script>'<div>'</script>", "data-offer-space", "<!-- offer -->")
		if piece == "" && len(s.body) == 0 {
			continue // httputil's proxy flushes at its own time, so that net/http tells a type or none
		}
		s.body = append(s.body, strings.Repeat(piece, rapid.SampledFrom([]int{1, 3, 700}).Draw(t, "times")))
	}
	if slices.Contains(codings, coding) && rapid.IntRange(0, 4).Draw(t, "broken") > 0 {
		s.body = recut(t, coded(t, coding, strings.Join(s.body, "")))
	}
	return s
}

// recut makes pieces of a body.
func recut(t *rapid.T, body string) (pieces []string) {
	for body != "" {
		n := min(len(body), rapid.SampledFrom([]int{1, 10, 600, 5000}).Draw(t, "piece size"))
		pieces = append(pieces, body[:n])
		body = body[n:]
	}
	return pieces
}

// What holds no slot comes through byte for byte, header for header.
func TestTransparent(t *testing.T) {
	var current script
	origin := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { current.ServeHTTP(w, r) })
	m := middleware(t, proxy.Config{ReadAhead: 4096})
	direct := serve(t, origin)
	// Beside a proxy that does nothing: httputil's has its own ways with trailers.
	fronts := map[string][2]string{
		"wrapped":  {direct, serve(t, m.Wrap(origin))},
		"reversed": {serve(t, bareProxy(t, direct)), reverse(t, m, direct)},
	}
	rapid.Check(t, func(r *rapid.T) {
		current = drawScript(r)
		method := rapid.SampledFrom([]string{"GET", "GET", "GET", "HEAD", "POST"}).Draw(r, "method")
		headers := rapid.SampledFrom([][]string{
			navigation, nil, {"Accept: */*", "Range: bytes=0-9"}, accepting(everyCoding), accepting("identity"), accepting("br;q=0.5, *;q=0"),
		}).Draw(r, "headers")
		for name, servers := range fronts {
			want := ask(t, servers[0], method, "/any", headers...)
			got := ask(t, servers[1], method, "/any", headers...)
			if want.err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				r.Errorf("%s:\n got %.600q\nwant %.600q", name, fmt.Sprint(got), fmt.Sprint(want))
			}
		}
	})
}

// bareProxy is httputil's proxy as it is, but for compression.
func bareProxy(t testing.TB, origin string) *httputil.ReverseProxy {
	t.Helper()
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 512}
	t.Cleanup(transport.CloseIdleConnections)
	return &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.SetURL(u)
			pr.SetXForwarded()
			pr.Out.Host = pr.In.Host
		},
	}
}

// The module is asked about the path and the query that the origin sees.
func TestTargetsAgree(t *testing.T) {
	var asked *abi.Request
	m := middleware(t, proxy.Config{Engine: handling(t, func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
		asked = new(abi.Request)
		asked.Decode(append([]byte(nil), request...))
		return inner.Handle(ctx, dst, request)
	})})
	body := slotted
	origin := newRawOrigin(t, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	server := reverse(t, m, origin.url())
	rapid.Check(t, func(r *rapid.T) {
		pieces := rapid.SliceOfN(rapid.SampledFrom([]string{"/", "a", ".", "..", "%2f", "%2F", "%2e", "\\", ";", "//", "%41", "é", "\"", "~", "*", "&", "=", "%C3%A9"}), 0, 8).Draw(r, "pieces")
		target := "/" + strings.Join(pieces, "")
		if rapid.Bool().Draw(r, "query") {
			target += "?" + strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a=1", ";", "&", "%zz", "+", "?", "%3b", "é"}), 0, 5).Draw(r, "parts"), "")
		}
		asked = nil
		exchange(t, server, "GET "+target+" HTTP/1.1\r\nHost: "+site+"\r\nConnection: close\r\n\r\n")
		requests, _ := origin.got()
		if asked == nil || len(requests) == 0 {
			r.Fatalf("%s: not asked", target)
		}
		path, query, _ := strings.Cut(requests[len(requests)-1].RequestURI, "?")
		if string(asked.Path) != path || string(asked.Query) != query {
			r.Errorf("%s: the module is asked about %q ? %q, the origin about %q ? %q", target, asked.Path, asked.Query, path, query)
		}
	})
}
