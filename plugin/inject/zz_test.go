package inject_test

import (
	"bytes"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/profferhq/proffer/plugin/inject"
)

func TestZZ(t *testing.T) {
	for _, p := range []struct {
		name string
		body []byte
	}{{"shop", shopPage(100 << 10)}, {"docs", docsPage(100 << 10)}, {"nosvg", svgRE.ReplaceAll(shopPage(100<<10), nil)}, {"cards", rawRE.ReplaceAll(shopPage(100<<10), nil)}, {"cardsnosvg", svgRE.ReplaceAll(rawRE.ReplaceAll(shopPage(100<<10), nil), nil)}} {
		var in inject.Injector
		fills := fillsOf("hero", "hero_2", "side")
		dst := make([]byte, 0, len(p.body)+4096)
		n := bytes.Count(p.body, []byte("<"))
		var best, bestHop, bestX, bestW time.Duration = 1e9, 1e9, 1e9, 1e9
		for k := 0; k < 3000; k++ {
			s := time.Now()
			dst = stream(&in, fills, dst[:0], p.body, 32<<10)
			best = min(best, time.Since(s))
			s = time.Now()
			c := 0
			for q := p.body; ; c++ {
				j := bytes.IndexByte(q, '<')
				if j < 0 {
					break
				}
				q = q[j+1:]
			}
			bestHop = min(bestHop, time.Since(s))
			s = time.Now()
			in.Reset(fills)
			dst = in.Rewrite(dst[:0], p.body)
			bestW = min(bestW, time.Since(s))
			if k%10 == 0 {
				s = time.Now()
				tokenize(t, p.body)
				bestX = min(bestX, time.Since(s))
			}
		}
		f := func(d time.Duration) string {
			return fmt.Sprintf("%.0f MB/s %.1f ns/<", float64(len(p.body))/float64(d)*1e3, float64(d)/float64(n))
		}
		fmt.Println(p.name, "bytes per <", len(p.body)/n, "stream", f(best), "hop", f(bestHop), "xnet", f(bestX), "ratio", float64(bestX)/float64(best), "whole", f(bestW), float64(bestX)/float64(bestW))
	}
}

var svgRE = regexp.MustCompile("(?s)<svg.*?</svg>")
var rawRE = regexp.MustCompile("(?s)(<script.*?</script>)|(<style.*?</style>)|(<!--.*?-->)")

func BenchmarkSVG(b *testing.B) {
	body := bytes.Join(svgRE.FindAll(shopPage(100<<10), -1), nil)
	var in inject.Injector
	fills := fillsOf("hero", "hero_2", "side")
	dst := make([]byte, 0, len(body)+4096)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		dst = stream(&in, fills, dst[:0], body, 32<<10)
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(bytes.Count(body, []byte("<"))), "ns/<")
}
