package proxy_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
)

// TestSentHeaders: the module is shown the headers that the catalog's expressions
// read, the first line of each, and of those that count from peers alone nothing
// by another way.
func TestSentHeaders(t *testing.T) {
	text := `
sites: {` + site + `: visitors}
consent: {header: x-consent, value: yes}
environments:
  visitors:
    kind: anonymous
    filter: ['"x-own" in request.header', '"x-country" in request.header', '"proffer_x" in request.header', '"x-consent" in request.header', '"user-agent" in request.header', '"x-long" in request.header', '"x-own" in request.query']
    spaces: {hero: {channel: web}}
    categories: {all: {offers: {one: {content: {hero: {}}}}}}
`
	b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := native.New(hosttest.Settings())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Swap(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		peers []netip.Prefix
		send  []string
		want  string
	}{
		"a stranger":          {nil, []string{"X-Own: 1", "X-Own: 2", "X-Country: FR", "Proffer_x: 3", "X-Consent: yes", "X-Other: 4"}, "user-agent=test | x-consent=yes | x-own=1 | proffer_x=3"},
		"a peer":              {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, []string{"X-Own: 1", "X-Country: FR"}, "user-agent=test | x-country=FR | x-own=1"},
		"two lines of a peer": {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, []string{"X-Country: DE", "X-Country: FR"}, "user-agent=test"},
		"too long":            {nil, []string{"X-Long: " + strings.Repeat("1", 4097), "X-Long: 1"}, "user-agent=test"},
	} {
		t.Run(name, func(t *testing.T) {
			var got *abi.Request
			engine := engineFunc(func() (host.Session, error) {
				inner, err := e.Acquire()
				if err != nil {
					return nil, err
				}
				return session{inner, func(ctx context.Context, dst, request []byte) ([]byte, error) {
					got = new(abi.Request)
					got.Decode(append([]byte(nil), request...))
					return inner.Handle(ctx, dst, request)
				}}, nil
			})
			m := middleware(t, proxy.Config{Engine: engine, Peers: c.peers, CountryHeader: "x-country"})
			ask(t, serve(t, m.Wrap(page(slotted))), "GET", "/any", append([]string{"Accept: text/html", "Host: " + site}, c.send...)...)
			if got == nil {
				t.Fatal("nothing was asked")
			}
			var headers []string
			for _, h := range got.Headers {
				headers = append(headers, string(h.Name)+"="+string(h.Value))
			}
			if s := strings.Join(headers, " | "); s != c.want {
				t.Errorf("got %s, want %s", s, c.want)
			}
		})
	}
}
