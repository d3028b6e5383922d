package edge_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
)

// TestCookiesThatAreWorthNothing: their sender is a stranger, who gets a page
// with offers and a cookie; more fields than the contract takes leave the page
// as it came. Neither is an error, and the next page is decided.
func TestCookiesThatAreWorthNothing(t *testing.T) {
	e := newEdge(t, settings())
	for name, sent := range map[string]string{
		"forged": "proffer=" + strings.Repeat("A", 100), "64 KiB": "proffer=" + strings.Repeat("A", 64<<10),
		"a thousand": strings.Repeat("proffer=x; ", 1000), "zero bytes": "proffer=\x00; \x00=a", "$Version": "$Version=1; proffer=x",
		"not UTF-8": "proffer=\xff", "a token": "proffer_identity=p1.0.AAAA.AAAA", "a planted id": "proffer=" + strings.Repeat("ab", 16),
	} {
		x := exchange()
		x.Headers = append(x.Headers, abi.Header{Name: []byte("cookie"), Value: []byte(sent)})
		out, ok := e.Decide(x, []byte(page))
		if !ok || len(out.Cookies) != 1 || !strings.HasPrefix(string(out.Cookies[0]), "proffer=AQ") || len(out.Body) <= len(page) {
			t.Errorf("%s: %v, %+v", name, ok, out)
		}
	}
	x := exchange()
	for i := range 1000 {
		x.Headers = append(x.Headers, abi.Header{Name: []byte("cookie"), Value: fmt.Append(nil, "c=", i)})
	}
	if out, ok := e.Decide(x, []byte(page)); ok {
		t.Errorf("a thousand header fields are decided: %+v", out)
	}
	if out, ok := e.Decide(exchange(), []byte(page)); !ok || out.Body == nil {
		t.Error("the next page is not decided")
	}
}
