package proxy_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
)

// shopPage is about size bytes of a shop's page, with three slots or none.
func shopPage(size int, slots ...string) string {
	var b strings.Builder
	b.WriteString("<!doctype html><html lang=en><head><meta charset=utf-8><title>Boots &amp; shoes</title></head><body>")
	for i := 0; b.Len() < size; i++ {
		if len(slots) > 0 && i%8 == 4 {
			fmt.Fprintf(&b, `<section><div data-offer-space="%s"><a href="/sale"><img src="/i/sale.jpg" alt=""><p>Our <b>summer</b> sale</p></a></div></section>`, slots[0])
			slots = slots[1:]
		}
		fmt.Fprintf(&b, `<article class="card" id="item-%d" data-product='{"id":%d,"name":"Boot > shoe","price":{"amount":99.95,"currency":"EUR"}}'>
<a class="card__link" href="/p/%d-leather-boot?color=brown&amp;size=42"><img loading="lazy" alt="Leather boot, brown" width="320" height="400" src="/i/%d_320.jpg"><h3>Leather boot %d</h3></a>
<p>A boot for every day and for the weekend, in all weathers and on all grounds. Made of <em>full-grain</em> leather, with a <b>cork</b> sole.</p>
<script>(function (w, items) { for (var i = 0; i < items.length && i <= 10; i++) { w.dataLayer.push({ event: 'impression', item: items[i] }); } })(window, [{ id: %d }]);</script></article>
`, i, i, i, i, i, i)
	}
	b.WriteString("</body></html>\n")
	return b.String()
}

// network is an origin without a network: what is measured is the proxy alone.
type network struct {
	header http.Header
	body   string
}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		Status: "200 OK", StatusCode: 200, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: n.header.Clone(), Body: io.NopCloser(strings.NewReader(n.body)), ContentLength: int64(len(n.body)), Request: r,
	}, nil
}

// sink is a browser that reads nothing.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }

type pooled struct{ pool sync.Pool }

func (p *pooled) Get() []byte  { return p.pool.Get().(*[32 << 10]byte)[:] }
func (p *pooled) Put(b []byte) { p.pool.Put((*[32 << 10]byte)(b)) }

// BenchmarkPage is the time of one page in httputil's proxy (bare), and in
// ours without slots and with three, without any network; "x" is the ratio to
// bare, taken in turns.
func BenchmarkPage(b *testing.B) {
	origin, err := url.Parse("http://origin.example")
	if err != nil {
		b.Fatal(err)
	}
	for _, kb := range []int{20, 100} {
		for name, slots := range map[string][]string{"none": nil, "three": {"hero", "hero_2", "side"}} {
			b.Run(fmt.Sprintf("%dKB/%s", kb, name), func(b *testing.B) {
				body := shopPage(kb<<10, slots...)
				n := &network{http.Header{
					"Content-Type": {"text/html; charset=utf-8"}, "Content-Length": {fmt.Sprint(len(body))}, "Etag": {`"1"`},
					"Server": {"origin"}, "Cache-Control": {"max-age=60"},
				}, body}
				m := middleware(b, proxy.Config{Origin: proxy.Origin{Transport: n}})
				bare := &httputil.ReverseProxy{
					Transport: n, BufferPool: &pooled{sync.Pool{New: func() any { return new([32 << 10]byte) }}},
					Rewrite: func(pr *httputil.ProxyRequest) { pr.SetURL(origin); pr.SetXForwarded() },
				}
				path, result := "/any", "no_slot"
				if slots != nil {
					path, result = "/listed", "injected"
				}
				compare(b, bare, proxy.NewReverseProxy(m.Middleware, origin), path)
				if n := m.count(b, "pages_total/"+result); n < float64(b.N) {
					b.Errorf("%v of %d pages are %s", n, b.N, result)
				}
			})
		}
	}
}

// compare times ours, and gives its ratio to bare.
func compare(b *testing.B, bare, ours http.Handler, path string) {
	b.Helper()
	run := func(h http.Handler, times int) time.Duration {
		start := time.Now()
		for range times {
			r, err := http.ReadRequest(newReader(path))
			if err != nil {
				b.Fatal(err)
			}
			r.RemoteAddr = "192.0.2.1:1234"
			h.ServeHTTP(&sink{http.Header{}}, r)
		}
		return time.Since(start)
	}
	var other time.Duration
	b.ReportAllocs()
	for done := 0; done < b.N; done += 64 {
		times := min(64, b.N-done)
		b.StopTimer()
		other += run(bare, times)
		b.StartTimer()
		run(ours, times)
	}
	b.ReportMetric(float64(b.Elapsed())/float64(other), "x")
}

const browser = "GET %s HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n" +
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-GB,en;q=0.5\r\n" +
	"Accept-Encoding: gzip, deflate, br, zstd\r\nCookie: session=0123456789abcdef; theme=dark\r\nUpgrade-Insecure-Requests: 1\r\n" +
	"Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: none\r\n\r\n"

func newReader(path string) *bufio.Reader {
	return bufio.NewReaderSize(bytes.NewReader(fmt.Appendf(nil, browser, path)), 1024)
}
