package inject_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/profferhq/proffer/plugin/inject"
)

func TestZZDom(t *testing.T) {
	var fails []string
	seed := uint64(time.Now().UnixNano())
	total := 0
	for k := range 600000 {
		r := rand.New(rand.NewPCG(seed, uint64(k)))
		body := mkBody(r)
		var places [64]inject.Place
		for _, p := range inject.Find(places[:], body) {
			pre := string(body[:p.From])
			if strings.HasSuffix(pre, "-->") {
				continue
			}
			total++
			out := pre + "" + string(body[p.To:])
			name := string(p.Space)
			if p.N > 1 {
				name += fmt.Sprintf("_%d", p.N)
			}
			clear := func(src string) (string, bool) {
				doc, _ := html.Parse(strings.NewReader(src))
				done := false
				var walk func(n *html.Node)
				walk = func(n *html.Node) {
					if done {
						return
					}
					if n.Type == html.ElementNode && n.Namespace == "" {
						for _, a := range n.Attr {
							if a.Key == "data-offer-space" && a.Val == name || a.Key == "id" && a.Val == "i_"+name {
								done = true
								for n.FirstChild != nil {
									n.RemoveChild(n.FirstChild)
								}
								return
							}
						}
					}
					if n.Data == "template" {
						return
					}
					for c := n.FirstChild; c != nil; c = c.NextSibling {
						walk(c)
					}
				}
				walk(doc)
				var b bytes.Buffer
				html.Render(&b, doc)
				return b.String(), done
			}
			a, okA := clear(string(body))
			b, okB := clear(out)
			if !okA || !okB {
				continue
			}
			if a != b && !strings.Contains(string(body), "<table") && !strings.Contains(string(body), "<form") && !strings.Contains(string(body), "<body") {
				fails = append(fails, fmt.Sprintf("%s\n   %s\n   %s\n   %s", body, out, a, b))
			}
		}
	}
	sort.Slice(fails, func(i, j int) bool { return len(fails[i]) < len(fails[j]) })
	fmt.Println("total", total, "fails", len(fails))
	for i := 0; i < len(fails) && i < 25; i++ {
		fmt.Println(fails[i])
	}
}
