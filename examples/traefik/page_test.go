package traefik_test

import (
	"net/http/httptest"
	"testing"

	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// TestPages runs the cases of the http-wasm example, which are written down there
// as that host library answers them: Traefik does the same, byte for byte.
func TestPages(t *testing.T) {
	pagecase.Run(t, func(t *testing.T, c *pagecase.Case) {
		origin, cookie := &pagecase.Origin{}, ""
		h, log := middleware(t, inline(c.Snapshot, pagecase.Settings(c.Paused...)), origin)
		s := httptest.NewServer(h)
		defer s.Close()
		var got string
		for _, f := range c.Files {
			switch f.Name {
			case "origin":
				origin.Say(string(f.Data))
			case "request":
				got = send(t, s, pagecase.Fill(t, string(f.Data), cookie)+"\n", &cookie)
			case "passed", "decided":
				if got != string(f.Data) {
					t.Errorf("%s\n got:\n%s\nwant:\n%s", f.Name, got, f.Data)
				}
			}
		}
		if log.String() != "" {
			t.Errorf("the log has %s", log)
		}
	})
}

// send writes a request as it is and returns the response as text. A visitor cookie
// goes to cookie.
func send(t *testing.T, s *httptest.Server, request string, cookie *string) string {
	t.Helper()
	r := pagecase.Send(t, s.Listener.Addr().String(), request)
	if set := r.Cookie(); set != "" {
		*cookie = set
	}
	return r.String()
}
