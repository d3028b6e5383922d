package proxy_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/proxy"
)

// TestTwins: fields that differ from ours by an underscore do not come to an origin
// that would take them for ours; others do.
func TestTwins(t *testing.T) {
	origin := newRawOrigin(t, rawPage)
	u, err := url.Parse(origin.url())
	if err != nil {
		t.Fatal(err)
	}
	m := middleware(t, proxy.Config{PersonHeader: "x-person"})
	s := httptest.NewServer(m.Limit(proxy.NewReverseProxy(m.Middleware, u)))
	defer s.Close()
	twins := []string{"X_Forwarded_For", "x-forwarded_proto", "X_Real-IP", "X_Person", "Proffer_Identity", "Content_Length", "Transfer_Encoding", "CDN_Loop", "Cookie_", "Host_", "Api_Key"}
	exchange(t, s.URL, "GET /any HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n"+strings.Join(twins, ": 9\r\n")+": 9\r\n\r\n")
	requests, raw := origin.got()
	if len(requests) != 1 {
		t.Fatalf("got %q", raw)
	}
	var came []string
	for name := range requests[0].Header {
		if strings.ContainsRune(name, '_') {
			came = append(came, name)
		}
	}
	if len(came) != 3 || requests[0].Header.Get("Api_key") != "9" {
		t.Errorf("%q came", came)
	}
}
