package origin_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// page is an answer with its body parsed.
type page struct {
	*http.Response
	body  string
	root  *html.Node
	nodes []*html.Node // all nodes in document order
}

// get asks the shop without following redirects; customer, if not empty, is
// logged in.
func get(t *testing.T, shop http.Handler, path, customer string) page {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if customer != "" {
		r.AddCookie(&http.Cookie{Name: "shop_session", Value: customer})
	}
	return ask(t, shop, r)
}

func ask(t *testing.T, shop http.Handler, r *http.Request) page {
	t.Helper()
	w := httptest.NewRecorder()
	shop.ServeHTTP(w, r)
	p := page{Response: w.Result()}
	text, err := io.ReadAll(p.Body)
	if err != nil {
		t.Fatal(err)
	}
	p.body = string(text)
	if p.root, err = html.Parse(strings.NewReader(p.body)); err != nil {
		t.Fatal(err)
	}
	for n := range p.root.Descendants() {
		p.nodes = append(p.nodes, n)
	}
	return p
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// slots lists the page's slots in order, by the three forms of markup. What a
// slot holds must be more than white space.
func (p page) slots(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, n := range p.nodes {
		name := attr(n, "data-offer-space")
		if id, ok := strings.CutPrefix(attr(n, "id"), "i_"); ok {
			name = id
		}
		if n.Type == html.CommentNode {
			name, _ = strings.CutPrefix(strings.TrimSpace(n.Data), "offer:")
			if name == "/offer" {
				continue
			}
			if !closed(n) {
				t.Errorf("comment %q has no end with content before it", n.Data)
			}
		} else if name != "" && n.FirstChild == nil {
			t.Errorf("slot %s is empty", name)
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// closed reports whether elements and then <!-- /offer --> follow a comment
// among its siblings.
func closed(n *html.Node) bool {
	elements := 0
	for s := n.NextSibling; s != nil; s = s.NextSibling {
		if s.Type == html.CommentNode {
			return elements > 0 && strings.TrimSpace(s.Data) == "/offer"
		}
		if s.Type == html.ElementNode {
			elements++
		}
	}
	return false
}

// void elements have no end tag (HTML standard, 13.1.2).
var void = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

// balanced checks that every tag is closed in order, and that the parser made
// the elements that the text has, in the same order, so that it had nothing to
// repair.
func balanced(p page) error {
	var open, written []string
	for z := html.NewTokenizer(strings.NewReader(p.body)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		token := z.Token()
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			written = append(written, token.Data)
			if kind == html.StartTagToken && !slices.Contains(void, token.Data) {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				return fmt.Errorf("</%s> within %v", token.Data, open)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("%v not closed", open)
	}
	var parsed []string
	for _, n := range p.nodes {
		if n.Type == html.ElementNode {
			parsed = append(parsed, strings.ToLower(n.Data))
		}
	}
	if !slices.Equal(written, parsed) {
		return fmt.Errorf("written as %v, parsed as %v", written, parsed)
	}
	return nil
}

// wellFormed checks what every page of the shop must have.
func wellFormed(t *testing.T, p page) {
	t.Helper()
	if err := balanced(p); err != nil {
		t.Error(err)
	}
	if got := p.Header.Get("Content-Length"); got != strconv.Itoa(len(p.body)) {
		t.Errorf("Content-Length %s, want %d", got, len(p.body))
	}
	if got := p.Header.Get("Content-Encoding"); got != "" {
		t.Errorf("Content-Encoding %s, want none", got)
	}
	ids := map[string]bool{}
	headings := 0
	for _, n := range p.nodes {
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("two elements have id %q", id)
			}
			ids[id] = true
		}
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "h1":
			headings++
		case "style":
			t.Error("a <style>, want none")
		case "script":
			if src := attr(n, "src"); src != "/.proffer/offers.js" || n.FirstChild != nil {
				t.Errorf("a script %q of the shop's own, want none", src)
			}
		case "img":
			if !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "alt" }) {
				t.Errorf("image %s has no alt", attr(n, "src"))
			}
		}
	}
	if headings != 1 {
		t.Errorf("%d elements h1, want 1", headings)
	}
	for _, n := range p.nodes {
		if id := attr(n, "aria-labelledby"); id != "" && !ids[id] {
			t.Errorf("aria-labelledby names %q, which is not there", id)
		}
	}
}
