package proxy_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/seal"
)

// A stranger sees nothing of what a trusted caller does.
func TestDecideForWhom(t *testing.T) {
	_, url := api(t, proxy.Config{Events: &taken{}})
	const body = `{"slots":[{"space":"hero"}]}`
	_, _, text := call(t, url, body)
	_, header, whole := call(t, url, body, "Authorization: Bearer peer")
	d := read(t, whole)
	if d.Visitor == nil || !d.Visitor.New || len(d.Propositions) != 1 || len(d.SetCookies) != 1 || d.SetCookies[0] != header.Get("Set-Cookie") ||
		d.Slots[0].Weight == nil || *d.Slots[0].Weight != 9 || strings.Contains(whole, "proffer-event") {
		t.Errorf("a trusted caller gets %s", whole)
	}
	for _, secret := range []string{d.Visitor.ID, d.Propositions[0].ID, "weight", "visitor\"", "proposition", "cookie", "attributes", "proffer-event", header.Get("Set-Cookie")} {
		if strings.Contains(text, secret) {
			t.Errorf("a stranger sees %q in %s", secret, text)
		}
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &fields); err != nil || len(fields) != 4 {
		t.Errorf("a stranger's answer is %s", text)
	}
}

// Who is not trusted may not say who the visitor is; a token that is not good
// makes nobody trusted, and a site's own does no harm.
func TestDecideTrust(t *testing.T) {
	for name, trust := range map[string]func(*http.Request) error{"trusts": trusted, "trusts nobody": nil} {
		t.Run(name, func(t *testing.T) {
			url := serve(t, middleware(t, proxy.Config{Engine: swapped(t, nativeEngine(t)), Trusted: trust}).Wrap(nobody(t)))
			for _, field := range []string{`"target":"1001"`, `"visitor":{"id":"00112233445566778899aabbccddeeff"}`, `"consent":true`, `"consent":false`, `"no_store":true`} {
				name := strings.Split(field, `"`)[1]
				for _, headers := range [][]string{nil, {"Authorization: Bearer old"}, {"Authorization: Basic cGVlcg=="}} {
					status, header, text := call(t, url, `{"slots":[{"space":"hero"}],`+field+`}`, headers...)
					if status != 403 || header.Get("Content-Type") != "application/problem+json" || len(header["Set-Cookie"]) != 0 ||
						!strings.Contains(text, `"field":"`+name+`"`) || !strings.Contains(text, "only a trusted caller may say "+name) {
						t.Errorf("%s %s: %d %s", field, headers, status, text)
					}
				}
			}
			if status, _, text := call(t, url, `{"slots":[{"space":"hero"}]}`, "Authorization: Bearer of the site"); status != 200 || strings.Contains(text, "propositions") {
				t.Errorf("a site's token: %d %s", status, text)
			}
		})
	}
}

// An explicit person of a trusted caller goes before what others sign.
func TestDecideTarget(t *testing.T) {
	asked := 0
	_, base := api(t, proxy.Config{
		Identity: func(*http.Request) (string, string, bool) { asked++; return "main", "of the token", true }, Keyring: seal.TestKeyring,
	})
	status, _, text := call(t, base, `{"slots":[{"space":"hero","environment":"customers"}],"target":"1001"}`, "Authorization: Bearer peer")
	if status != 200 || asked != 0 {
		t.Errorf("%d, the identity is asked %d times: %s", status, asked, text)
	}
}
