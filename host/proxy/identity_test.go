package proxy_test

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// TestIdentity holds who is named to the module where a configured identity
// tells of a person: nobody beside whom a token of ours or a peer names.
func TestIdentity(t *testing.T) {
	token := func(key string, expires int64) string {
		b, err := seal.AppendToken(nil, seal.TestKeyring(), "main", key, expires, nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	good, old := token("1001", testTime.Unix()+60), token("1001", testTime.Unix())
	peers := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	for name, c := range map[string]struct {
		peers   []netip.Prefix
		headers []string
		none    bool // the identity tells of nobody
		want    string
	}{
		"nothing":                      {want: "club/K"},
		"nobody":                       {none: true},
		"an identity token":            {headers: []string{"Cookie: a=b; proffer_identity=" + good}},
		"one that is over":             {headers: []string{"Cookie: proffer_identity=" + old}, want: "club/K"},
		"one that is broken":           {headers: []string{"Cookie: proffer_identity=" + good + "x"}, want: "club/K"},
		"one that is over, and a good": {headers: []string{"Cookie: proffer_identity=" + old + "; proffer_identity=" + good}},
		"a token in another cookie":    {headers: []string{"Cookie: identity=" + good}, want: "club/K"},
		"a peer's token":               {peers: peers, headers: []string{"Proffer-Identity: " + good}},
		"a peer's token that is over":  {peers: peers, headers: []string{"Proffer-Identity: " + old}, want: "club/K"},
		"a stranger's header":          {headers: []string{"Proffer-Identity: " + good}, want: "club/K"},
		"a peer's person":              {peers: peers, headers: []string{"X-Person: 1001"}},
		"a peer's person, empty":       {peers: peers, headers: []string{"X-Person: "}, want: "club/K"},
		"a stranger's person":          {headers: []string{"X-Person: 1001"}, want: "club/K"},
		"another header of a peer":     {peers: peers, headers: []string{"X-Country: FR"}, want: "club/K"},
	} {
		t.Run(name, func(t *testing.T) {
			var seen []string
			asked := 0
			engine := handling(t, func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
				var r abi.Request
				if status, text := r.Decode(request); status != abi.StatusOK {
					t.Errorf("the request is refused: %s", text)
				}
				seen = append(seen, strings.Trim(string(r.Target.Source)+"/"+string(r.Target.Key), "/"))
				return inner.Handle(ctx, dst, request)
			})
			m := middleware(t, proxy.Config{
				Engine: engine, Peers: c.peers, PersonHeader: "X-Person", CountryHeader: "X-Country", Clock: func() time.Time { return testTime }, Keyring: seal.TestKeyring,
				Identity: func(r *http.Request) (source, key string, ok bool) {
					asked++
					return "club", "K", !c.none
				},
			})
			url := reverse(t, m, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer T" {
					t.Errorf("the origin gets %q", r.Header["Authorization"])
				}
				if r.URL.Path == "/" {
					page(slotted)(w, r)
				}
			})))
			headers := append(c.headers, "Authorization: Bearer T")
			ask(t, url, http.MethodGet, "/", append(headers, "Accept: text/html")...)
			pages := len(seen)
			if pages == 0 || seen[0] != c.want {
				t.Fatalf("a page: %q, want %q", seen, c.want)
			}
			before := asked
			ask(t, url, http.MethodGet, "/style.css", append(headers, "Sec-Fetch-Dest: style")...)
			if len(seen) != pages || asked != before || asked > 1 {
				t.Errorf("a page and a style sheet ask the module %d times, the identity %d times", len(seen), asked)
			}
			send(t, http.MethodPost, url+"/.proffer/seen", strings.NewReader("t=x"), headers...)
			if len(seen) != pages+1 || seen[pages] != c.want {
				t.Errorf("an event: %q, want %q", seen[pages:], c.want)
			}
		})
	}
}

func TestIdentityNeedsKeys(t *testing.T) {
	_, err := proxy.New(proxy.Config{Engine: nativeEngine(t), Identity: func(*http.Request) (string, string, bool) { return "", "", false }})
	if err == nil || !strings.Contains(err.Error(), "an identity without a keyring") {
		t.Errorf("got %v", err)
	}
}
