package envoy_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// TestStreamsTakeTurns lets twenty pages go on by turns that chance chooses, in
// parts of any size: each is what it is alone.
func TestStreamsTakeTurns(t *testing.T) {
	h := newHost(t, object(t, compile(t, small), pagecase.Settings(), nil))
	random := rand.New(rand.NewPCG(7, 7))
	for range 5 {
		var open []*exchange
		want := map[*exchange]string{}
		for i := range 20 {
			rest := strings.Repeat("<p>text</p>\n", random.IntN(2000))
			path, whole := "/", filled+rest
			if i%4 == 3 {
				path, whole = "/other", slotted+rest
			}
			e := h.open(ask(path), nil, html(), cut([]byte(slotted+rest), func() int { return 1 + random.IntN(1000) })...)
			open, want[e] = append(open, e), whole
		}
		for len(open) > 0 {
			i := random.IntN(len(open))
			if !open[i].next() {
				h.served(open[i], want[open[i]])
				open = append(open[:i], open[i+1:]...)
			}
		}
	}
}

// TestBodies holds what becomes of bodies that end early, late or never, and of
// large ones: nothing is lost, and nothing waits.
func TestBodies(t *testing.T) {
	h := newHost(t, object(t, compile(t, small), pagecase.Settings(), nil))
	long := strings.Repeat("<p>text</p>\n", 300_000)
	const open = `<p data-offer-space="hero">`
	for name, c := range map[string]struct {
		parts []string
		want  string
	}{
		"whole":                 {[]string{slotted}, filled},
		"the end on its own":    {[]string{slotted, ""}, filled},
		"empty parts":           {[]string{"", slotted[:30], "", slotted[30:], ""}, filled},
		"a slot that stays":     {[]string{open, "own", ""}, open + "own"},
		"a slot longer than it": {[]string{open, long[:100_000], long[100_000:200_000] + "</p>"}, open + long[:200_000] + "</p>"},
		"no slot":               {[]string{"<p>", "text"}, "<p>text"},
		"3 MB behind it":        {[]string{slotted, long[:900_000], long[900_000:]}, filled + long},
		"3 MB at once":          {[]string{slotted + long}, filled + long},
		"3 MB before it":        {[]string{long, slotted}, long + filled},
	} {
		e := h.page(c.parts...).run()
		if !e.done || string(e.out) != c.want {
			t.Errorf("%s: %d bytes come, want %d", name, len(e.out), len(c.want))
		}
	}
	e := h.page(slotted, "<p>more")
	e.trailers = true
	h.served(e.run(), filled+"<p>more")
	e = h.page(slotted)
	e.head = append(e.head, [2]string{"trailer", "x"})
	h.served(e.run(), slotted)
}

// TestHeads holds which responses are pages. A charset that only the body tells
// comes too late.
func TestHeads(t *testing.T) {
	h := newHost(t, object(t, compile(t, small), pagecase.Settings(), nil))
	for name, c := range map[string]struct {
		change  [2]string
		request fields
		want    string
	}{
		"as it is":      {[2]string{"x", "y"}, ask("/"), filled},
		"query":         {[2]string{"x", "y"}, ask("/?a=b"), filled},
		"not found":     {[2]string{":status", "404"}, ask("/"), slotted},
		"no status":     {[2]string{":status", ""}, ask("/"), slotted},
		"encoded":       {[2]string{"content-encoding", "gzip"}, ask("/"), slotted},
		"no charset":    {[2]string{"content-type", "text/html"}, ask("/"), slotted},
		"other charset": {[2]string{"content-type", "text/html; charset=big5"}, ask("/"), slotted},
		"no type":       {[2]string{"content-type", ""}, ask("/"), slotted},
		"upgrade":       {[2]string{"x", "y"}, ask("/", [2]string{"upgrade", "websocket"}), slotted},
		"not listed":    {[2]string{"x", "y"}, ask("/shop"), slotted},
		"no method":     {[2]string{"x", "y"}, ask("/")[:2], slotted},
	} {
		head := append(without(html(), c.change[0]), c.change)
		e := h.open(c.request, nil, head, []byte(slotted)).run()
		if string(e.out) != c.want || (c.want == slotted) != (e.response.get("set-cookie") == "") {
			t.Errorf("%s: the page comes as %q with %v", name, e.out, e.response)
		}
	}
	many := ask("/")
	for range 200 {
		many = append(many, [2]string{"sec-gpc", "1"})
	}
	h.served(h.open(many, nil, html(), []byte(slotted)).run(), slotted)
	large := ask("/", [2]string{"x", strings.Repeat("x", 100<<10)})
	h.served(h.open(large, nil, html(), []byte(slotted)).run(), slotted)
	if e := h.open(ask("/"), nil, html()).run(); e.response.get("set-cookie") != "" {
		t.Errorf("a page without a body comes with %v", e.response)
	}
}
