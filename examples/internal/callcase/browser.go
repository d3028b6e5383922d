package callcase

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/plugin/abi"
)

var link = regexp.MustCompile(`"(accept|seen)":"([^"]+)"`)

// session is one browser: what it is shown, sees and accepts counts for what it is
// shown next.
func (c *calling) session() {
	const both = `{"slots":[{"space":"hero"},{"space":"hero","n":2},{"space":"side"}],"path":"/page"}`
	for i := range 4 {
		name := fmt.Sprintf("visit %d", i+1)
		got := c.same(name, post(both, c.cookies()), http.StatusOK)
		c.take(got)
		if i == 0 && got.Cookie() == "" {
			c.Errorf("%s sets no cookie", name)
		}
		for _, m := range link.FindAllStringSubmatch(got.Text, 2) {
			event := fmt.Sprintf("POST %s HTTP/1.1\nHost: %s\nContent-Length: 0\n%s\n\n", m[2], site, c.cookies())
			c.take(c.same(name+", "+m[1], event, http.StatusNoContent))
		}
	}
	refused := c.same("a refusal", post(both, c.cookies(), "Sec-Gpc: 1"), http.StatusOK)
	if n := len(refused.Header.Values("Set-Cookie")); n != len(c.jar) {
		c.Errorf("a refusal removes %d cookies of %d", n, len(c.jar))
	}
}

// cookies are what the browser sends.
func (c *calling) cookies() string {
	var list []string
	for name, value := range c.jar {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return "Cookie: " + strings.Join(append(list, "a=b"), "; ")
}

// take keeps what a response sets.
func (c *calling) take(r pagecase.Response) {
	for _, set := range r.Cookies() {
		c.jar[set.Name] = set.Value
	}
}

// origins sends what pages of other origins do.
func (c *calling) origins() {
	c.Helper()
	for _, origin := range []string{"https://app.example", "http://localhost:3000", "https://evil.example", "null", "http://shop.example:8080", "https://app.example.evil.example"} {
		headers := "Origin: " + origin + "\nSec-Fetch-Site: cross-site\nCookie: a=b; proffer=x"
		if strings.Contains(origin, "shop") {
			headers = "Origin: " + origin + "\nSec-Fetch-Site: same-site"
		}
		both := func(name, request string) {
			got := c.host.Send(request)
			c.host.Lines()
			c.same(name+" of "+origin, request, got.StatusCode)
		}
		both("a call", post(one, headers))
		both("a form", post(one, headers, "Content-Type: text/plain"))
		both("a call that is too long", post(strings.Repeat(" ", abi.MaxBody+1), headers))
		for _, endpoint := range []string{"decide", "event", "forget", "click"} {
			at := " /.proffer/" + endpoint + " HTTP/1.1\nHost: " + site + "\nContent-Length: 0\n" + headers
			both("a preflight for "+endpoint, "OPTIONS"+at+"\nAccess-Control-Request-Method: POST\nAccess-Control-Request-Headers: content-type\n\n")
			both("OPTIONS for "+endpoint, "OPTIONS"+at+"\n\n")
		}
		both("to be forgotten", "POST /.proffer/forget HTTP/1.1\nHost: "+site+"\nContent-Length: 0\n"+headers+"\n\n")
	}
}
