package proxy_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/host/proxy"
)

// codedScript is an origin whose page is coded and comes in pieces.
type codedScript struct {
	coding string
	body   string
	pieces []int
}

func (s codedScript) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if s.coding != "" {
		w.Header().Set("Content-Encoding", codingName(s.coding))
	}
	for i, rest := 0, s.body; rest != ""; i++ {
		n := len(rest)
		if i < len(s.pieces) {
			n = min(n, s.pieces[i])
		}
		_, _ = io.WriteString(w, rest[:n])
		rest = rest[n:]
	}
}

// Whatever the body, its pieces, its coding and what the visitor accepts: behind
// its coding a page is the one that would have been made of a plain one.
func TestCodedAsPlain(t *testing.T) {
	var current codedScript
	origin := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { current.ServeHTTP(w, r) })
	m := middleware(t, proxy.Config{ReadAhead: 2048})
	servers := []string{serve(t, m.Wrap(origin)), reverse(t, m, serve(t, origin))}
	piece := rapid.SampledFrom([]string{"<p>x</p>", `<div data-offer-space="hero">own</div>`, `<div data-offer-space=side>own</div>`,
		"<!-- ", " -->", "<script>'<div>'</script>", "é", "\x00", "</div>", `<div data-offer-space="hero">`, noise(700)})
	accept := rapid.SampledFrom([]string{"", "gzip", "br", "zstd", "deflate", "identity", "*", "lzma", "*;q=0", "x-gzip;q=0.5, *;q=0.2",
		"br;q=0, gzip;q=1.000", "gzip;q=nonsense", everyCoding, "identity;q=0, zstd"})
	rapid.Check(t, func(r *rapid.T) {
		var body strings.Builder
		for range rapid.IntRange(0, 8).Draw(r, "parts") {
			body.WriteString(strings.Repeat(piece.Draw(r, "part"), rapid.SampledFrom([]int{1, 2, 40}).Draw(r, "times")))
		}
		path := rapid.SampledFrom([]string{"/any", "/listed", "/travel/"}).Draw(r, "path")
		server := rapid.SampledFrom(servers).Draw(r, "server")
		headers := accepting(accept.Draw(r, "accept"))
		current = codedScript{body: body.String()}
		want := ask(t, server, "GET", path, headers...)
		coding := rapid.SampledFrom(codings).Draw(r, "coding")
		current = codedScript{coding, coded(t, coding, body.String()), rapid.SliceOfN(rapid.IntRange(1, 3000), 0, 30).Draw(r, "pieces")}
		got := ask(t, server, "GET", path, headers...)
		if got.err != nil || decoded(t, got) != want.body {
			r.Errorf("%s: %v\n got %.900q\nwant %.900q", coding, got.err, decoded(t, got), want.body)
		}
		if personal := want.header.Get("Cache-Control"); got.header.Get("Cache-Control") != personal {
			r.Errorf("%s: header %v, want that of %v", coding, got.header, want.header)
		}
	})
}
