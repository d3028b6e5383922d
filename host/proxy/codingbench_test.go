package proxy_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
)

// BenchmarkCodedPage is the time of a page of 20 KB without any network, in
// each coding: "x" is the ratio to the same page plain on both sides, taken in turns.
// "none" has no slots and leaves as it came, "three" is decoded and coded again, and
// "own" comes plain and is coded here.
func BenchmarkCodedPage(b *testing.B) {
	origin, err := url.Parse("http://origin.example")
	if err != nil {
		b.Fatal(err)
	}
	handler := func(body, coding string, how proxy.Coding) http.Handler {
		n := &network{http.Header{"Content-Type": {"text/html; charset=utf-8"}}, coded(b, coding, body)}
		n.header.Set("Content-Length", fmt.Sprint(len(n.body)))
		if coding != "" {
			n.header.Set("Content-Encoding", coding)
		}
		return proxy.NewReverseProxy(middleware(b, proxy.Config{Origin: proxy.Origin{Transport: n, Coding: how}}).Middleware, origin)
	}
	for _, coding := range []string{"gzip", "br", "zstd", "deflate"} {
		for _, what := range []string{"none", "three", "own"} {
			b.Run(coding+"/"+what, func(b *testing.B) {
				body, path := shopPage(20<<10, "hero", "hero_2", "side"), "/listed"
				if what == "none" {
					body, path = shopPage(20<<10), "/any"
				}
				plain, ours := handler(body, "", proxy.CodingNone), handler(body, coding, proxy.CodingOrigin)
				if what == "own" {
					ours = handler(body, "", proxy.CodingOwn)
				}
				run := func(h http.Handler, times int) time.Duration {
					start := time.Now()
					for range times {
						r, err := http.ReadRequest(newReader(path))
						if err != nil {
							b.Fatal(err)
						}
						r.RemoteAddr = "192.0.2.1:1234"
						r.Header["Accept-Encoding"] = []string{coding}
						h.ServeHTTP(&sink{http.Header{}}, r)
					}
					return time.Since(start)
				}
				var other time.Duration
				b.ReportAllocs()
				for done := 0; done < b.N; done += 16 {
					times := min(16, b.N-done)
					b.StopTimer()
					other += run(plain, times)
					b.StartTimer()
					run(ours, times)
				}
				b.ReportMetric(float64(b.Elapsed())/float64(other), "x")
			})
		}
	}
}
