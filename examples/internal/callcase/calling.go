package callcase

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// calling is a test of one edge.
type calling struct {
	*testing.T
	host, edge Edge
	jar        map[string]string
}

// post is a call.
func post(body string, headers ...string) string {
	if !strings.Contains(strings.Join(headers, "\n"), "Content-Type") {
		headers = append(headers, "Content-Type: application/json")
	}
	return fmt.Sprintf("POST /.proffer/decide HTTP/1.1\nHost: %s\nContent-Length: %d\n%s\n\n%s", site, len(body), strings.Join(headers, "\n"), body)
}

// same sends a request to both and compares what comes.
func (c *calling) same(name, request string, status int) pagecase.Response {
	c.Helper()
	want := c.host.Send(request)
	got := c.edge.Send(request)
	if want.StatusCode != status {
		c.Errorf("%s: host/proxy answers %s, want %d", name, want, status)
	}
	if a, b := told(got), told(want); a != b {
		c.Errorf("%s:\n got %s\nwant %s", name, a, b)
	}
	lines := c.host.Lines()
	if c.edge.Lines != nil {
		if told := c.edge.Lines(); !slices.Equal(told, lines) {
			c.Errorf("%s: tells %q, host/proxy %q", name, told, lines)
		}
	}
	return want
}

// told is a response without what a server adds to any.
func told(r pagecase.Response) string {
	_, rest, _ := strings.Cut(r.Without("Content-Length"), "\n")
	return fmt.Sprint(r.StatusCode, "\n", rest)
}

// one is the least call.
const one = `{"slots":[{"space":"hero"}]}`

// with is a call with more members.
func with(more string) string { return `{"slots":[{"space":"hero"}],` + more + `}` }
