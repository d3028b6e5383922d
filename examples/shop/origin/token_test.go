package origin_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/examples/shop/origin"
)

// secret is a key for tests; 32 bytes 0x01.
var secret = []byte(strings.Repeat("\x01", 32))

// payload takes a token apart as its reader does and checks the MAC.
func payload(t *testing.T, token string, id string, secret []byte) url.Values {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 4 || parts[0] != "p1" || parts[1] != id {
		t.Fatalf("token %q, want p1.%s.PAYLOAD.MAC", token, id)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(token[:strings.LastIndexByte(token, '.')]))
	if got, want := parts[3], base64.RawURLEncoding.EncodeToString(mac.Sum(nil)); got != want {
		t.Errorf("MAC %s, want %s", got, want)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatalf("payload %q: %v", parts[2], err)
	}
	values, err := url.ParseQuery(string(text))
	if err != nil {
		t.Fatalf("payload %q: %v", text, err)
	}
	return values
}

func TestToken(t *testing.T) {
	key := origin.Key{ID: 7, Secret: secret}
	got := payload(t, key.Token(origin.Claims{
		Source:  "main",
		Person:  "Zoë & Söhne",
		Expires: time.Unix(1795500000, 999),
		Attrs:   map[string]string{"country": "FR", "note": "a=b&c+d"},
	}), "7", secret)
	want := map[string]string{"source": "main", "key": "Zoë & Söhne", "exp": "1795500000", "a.country": "FR", "a.note": "a=b&c+d"}
	for name, value := range want {
		if got.Get(name) != value {
			t.Errorf("%s = %q, want %q", name, got.Get(name), value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("payload %v has %d fields, want %d", got, len(got), len(want))
	}
}

// The token of this test was computed with another implementation (Python's
// hmac and base64), so that a change of format does not pass unseen.
func TestTokenVector(t *testing.T) {
	key := origin.Key{ID: 2, Secret: secret}
	got := key.Token(origin.Claims{Source: "main", Person: "1001", Expires: time.Unix(1795500000, 0),
		Attrs: map[string]string{"country": "FR", "tier": "gold"}})
	const want = "p1.2.YS5jb3VudHJ5PUZSJmEudGllcj1nb2xkJmV4cD0xNzk1NTAwMDAwJmtleT0xMDAxJnNvdXJjZT1tYWlu.CPkRCC_NFjkwAKK3ZvoAIjbZVX3Pf0xiidNwtyFX6vw"
	if got != want {
		t.Errorf("token\n%s, want\n%s", got, want)
	}
}

func TestReadKey(t *testing.T) {
	const good = `{"id":2,"use":"identity","key":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","primary":true}`
	cases := []struct {
		name, text string
		want       string // part of the error; empty = key 2
	}{
		{"alone", `{"keys":[` + good + `]}`, ""},
		{"padded", `{"keys":[` + strings.Replace(good, `QE"`, `QE="`, 1) + `]}`, ""},
		{"among others", `{"keys":[{"id":1,"use":"cookie","key":"AAAA","primary":true},{"id":3,"use":"identity","key":"AAAA"},` + good + `]}`, ""},
		{"none", `{"keys":[{"id":1,"use":"cookie","key":"AAAA","primary":true}]}`, "no primary key for identity among 1 keys"},
		{"two", `{"keys":[` + good + `,` + good + `]}`, "two primary keys for identity: id 2 and id 2"},
		{"short", `{"keys":[{"id":9,"use":"identity","key":"AAAA","primary":true}]}`, "key with id 9 has 3 bytes, want 32"},
		{"not base64url", `{"keys":[{"id":9,"use":"identity","key":"+/+/","primary":true}]}`, "key with id 9 is not base64url"},
		{"the test key", `{"keys":[` + strings.Replace(good, `"id":2`, `"id":0`, 1) + `]}`, "key id 0 is not in 1..255"},
		{"id too large", `{"keys":[` + strings.Replace(good, `"id":2`, `"id":256`, 1) + `]}`, "key id 256 is not in 1..255"},
		{"not JSON", `keys: []`, "invalid character"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "keys.json")
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			key, err := origin.ReadKey(file)
			if c.want == "" {
				if err != nil || key.ID != 2 || string(key.Secret) != string(secret) {
					t.Fatalf("key %v, error %v, want key 2", key, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), file) {
				t.Fatalf("error %v, want one that names the file and has %q", err, c.want)
			}
		})
	}
	if _, err := origin.ReadKey(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("an absent file makes a key")
	}
}
