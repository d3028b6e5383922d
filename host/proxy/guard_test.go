package proxy_test

import (
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/internal/nameserver"
	"github.com/profferhq/proffer/host/proxy"
)

// logged is a rig and what it logs.
func logged(t *testing.T, c proxy.Config) (*rig, *bytes.Buffer) {
	t.Helper()
	var b bytes.Buffer
	c.Logger = slog.New(slog.NewTextHandler(&b, nil))
	return middleware(t, c), &b
}

// TestOriginAddresses: a name leads to this machine or to a private network, but
// never to where a cloud keeps its secrets, or to many.
func TestOriginAddresses(t *testing.T) {
	origin := newRawOrigin(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
	_, port, err := net.SplitHostPort(origin.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for address, refused := range map[string]string{
		"127.0.0.1": "", "169.254.169.254": "link-local", "100.100.100.200": "a cloud's metadata", "168.63.129.16": "a cloud's metadata",
		"0.0.0.0": "no host's", "224.0.0.1": "no host's", "255.255.255.255": "no host's",
	} {
		m, log := logged(t, proxy.Config{Origin: proxy.Origin{Resolver: nameserver.New(address)}})
		a := ask(t, reverse(t, m, "http://origin.example:"+port), "GET", "/listed", navigation...)
		switch {
		case refused == "" && a.status != 200:
			t.Errorf("%s: %v", address, a)
		case refused != "" && (a.status != 502 || !strings.Contains(log.String(), address+" is "+refused+", where no origin is looked for")):
			t.Errorf("%s: %v, log %s", address, a, log)
		}
	}
}

// TestOriginNameTurns: a name that leads elsewhere the second time is looked at the
// second time, too.
func TestOriginNameTurns(t *testing.T) {
	origin := newRawOrigin(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
	_, port, err := net.SplitHostPort(origin.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	m, log := logged(t, proxy.Config{Origin: proxy.Origin{Resolver: nameserver.New("127.0.0.1", "169.254.169.254")}})
	server := reverse(t, m, "http://origin.example:"+port)
	if a := ask(t, server, "GET", "/any"); a.status != 200 || a.body != "ok" {
		t.Fatalf("got %v", a)
	}
	if a := ask(t, server, "GET", "/any"); a.status != 502 || !strings.Contains(log.String(), "169.254.169.254 is link-local") {
		t.Errorf("got %v, log %s", a, log)
	}
	if requests, raw := origin.got(); len(requests) != 1 {
		t.Errorf("the origin saw %q", raw)
	}
	m.expect(t, map[string]float64{"origin_errors_total/unreachable": 1})
}

// TestOriginNamedAddress: what the operator wrote is where the origin is.
func TestOriginNamedAddress(t *testing.T) {
	origin := newRawOrigin(t, rawPage)
	_, port, err := net.SplitHostPort(origin.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		host     string
		networks []netip.Prefix
		says     string
	}{
		"an address":      {"0.0.0.0", nil, ""}, // which Linux takes for this machine
		"mapped":          {"[::ffff:0.0.0.0]", nil, ""},
		"no host":         {"", nil, ""},
		"a network":       {"origin.example", []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")}, ""},
		"another network": {"origin.example", []netip.Prefix{netip.MustParsePrefix("169.254.0.0/16")}, "0.0.0.0 is no host's"},
	} {
		m, log := logged(t, proxy.Config{Origin: proxy.Origin{Resolver: nameserver.New("0.0.0.0"), Networks: c.networks}})
		a := ask(t, reverse(t, m, "http://"+c.host+":"+port), "GET", "/any")
		if (a.status == 200) != (c.says == "") || !strings.Contains(log.String(), c.says) {
			t.Errorf("%s: %v, log %s", name, a, log)
		}
	}
}

// TestOriginRedirects: where an origin sends a visitor, we do not go.
func TestOriginRedirects(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		m := middleware(t, proxy.Config{})
		server := reverse(t, m, serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://169.254.169.254/latest/meta-data/")
			w.WriteHeader(status)
		})))
		a := ask(t, server, "GET", "/listed", navigation...)
		if a.status != status || a.header.Get("Location") != "http://169.254.169.254/latest/meta-data/" {
			t.Errorf("got %v", a)
		}
		m.expect(t, map[string]float64{"origin_errors_total/unreachable": 0, "decision_seconds": 0})
	}
}
