package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/live"
	"github.com/profferhq/proffer/host/service"
	"github.com/profferhq/proffer/plugin/seal"
)

func peerToken(t *testing.T, keys string, flags ...string) string {
	t.Helper()
	status, out, errs := proffer(t, "", append([]string{"token", "peer", "--keys", keys}, flags...)...)
	if status != 0 || strings.Count(out, "\n") != 1 {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	return strings.TrimSpace(out)
}

func TestPeerToken(t *testing.T) {
	keys := newKeys(t)
	_, ring, err := live.ServableKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	for hours, flags := range map[int][]string{24: nil, 1: {"--hours", "1"}} {
		token := []byte(peerToken(t, keys, flags...))
		now, end := time.Now(), time.Duration(hours)*time.Hour
		for at, want := range map[time.Duration]seal.Status{0: seal.Valid, end - time.Minute: seal.Valid, end + time.Minute: seal.Expired} {
			if got := seal.VerifyPeer(ring, token, now.Add(at).UnixMilli()); got != want {
				t.Errorf("of %d hours, after %v: %v, want %v", hours, at, got, want)
			}
		}
	}
	for flags, want := range map[string]string{
		"--keys " + keys + " --hours 0":           "--hours is 0 (have 1..24)",
		"--keys " + keys + " --hours 25":          "--hours is 25 (have 1..24)",
		"--keys " + keys + "x":                    "no such file",
		"--hours 1":                               "missing flags: --keys",
		"--keys " + keys + " --hours 99999999999": "--hours",
	} {
		if status, out, errs := proffer(t, "", append([]string{"token", "peer"}, strings.Fields(flags)...)...); status == 0 || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %s%s", flags, status, out, errs)
		}
	}
}

// TestAuthorizePeer: only a token under a key of the use lets in, and a key that
// is changed lets in no more.
func TestAuthorizePeer(t *testing.T) {
	keys := newKeys(t)
	_, ring, err := live.ServableKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	token, identity := peerToken(t, keys), identityToken(t, keys)
	now := time.Now()
	authorize := service.AuthorizePeer(func() *seal.Keyring { return ring }, func() time.Time { return now })
	ask := func(values ...string) string {
		r := httptest.NewRequest(http.MethodPost, "http://localhost/v1/record", nil)
		r.RemoteAddr = "127.0.0.1:4000"
		for _, v := range values {
			r.Header.Add("Authorization", v)
		}
		if err := authorize(r); err != nil {
			return err.Error()
		}
		return "in"
	}
	for name, c := range map[string]struct {
		values []string
		want   string
	}{
		"the token":            {[]string{"Bearer " + token}, "in"},
		"the token, otherwise": {[]string{"bearer  " + token + " "}, "in"},
		"nothing, from here":   {nil, "no peer token"},
		"without scheme":       {[]string{token}, "no peer token"},
		"another scheme":       {[]string{"Basic " + token}, "no peer token"},
		"no token":             {[]string{"Bearer"}, "peer token: malformed"},
		"two":                  {[]string{"Bearer " + token, "Bearer " + token}, "no peer token"},
		"two in one":           {[]string{"Bearer " + token + ", Bearer " + token}, "peer token: malformed"},
		"an identity token":    {[]string{"Bearer " + identity}, "peer token:"},
		"a token that is cut":  {[]string{"Bearer " + token[:len(token)-4]}, "peer token: malformed"},
		"a forged one":         {[]string{"Bearer " + token[:len(token)-43] + strings.Repeat("A", 43)}, "peer token: bad_mac"},
		"under another key":    {[]string{"Bearer " + strings.Replace(token, "p1.1.", "p1.2.", 1)}, "peer token: unknown_key"},
		"a long one":           {[]string{"Bearer " + token + strings.Repeat("A", 1<<20)}, "peer token: malformed"},
	} {
		if got := ask(c.values...); !strings.HasPrefix(got, c.want) || strings.Contains(got, token[:30]) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	now = now.Add(24*time.Hour + time.Second)
	if got := ask("Bearer " + token); got != "peer token: expired" {
		t.Errorf("a day later: %s", got)
	}
	now = now.Add(-48 * time.Hour)
	if got := ask("Bearer " + token); got != "peer token: too_far_ahead" {
		t.Errorf("a day earlier: %s", got)
	}
	now = time.Now()
	rotate(t, "prepare", keys, "--use", "peer")
	rotate(t, "promote", keys, "--use", "peer")
	if _, ring, err = live.ServableKeys(keys); err != nil {
		t.Fatal(err)
	}
	if got := ask("Bearer " + token); got != "in" {
		t.Errorf("after a promotion: %s", got)
	}
	if got := ask("Bearer " + peerToken(t, keys)); got != "in" {
		t.Errorf("under the new key: %s", got)
	}
	rotate(t, "retire", keys, "--use", "peer", "--id", "1", "--now")
	if _, ring, err = live.ServableKeys(keys); err != nil {
		t.Fatal(err)
	}
	if got := ask("Bearer " + token); got != "peer token: unknown_key" {
		t.Errorf("after a retirement: %s", got)
	}
	ring = seal.TestKeyring()
	made, err := seal.AppendPeer(nil, ring, now.Unix()+60)
	if got := ask("Bearer " + string(made)); err != nil || got == "in" {
		t.Errorf("under the published key: %s, %v", got, err)
	}
}
