package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/profferhq/proffer/host/record"
)

// login is what signs a site's own tokens, and the file of its public key.
type login struct {
	file string
	key  ed25519.PrivateKey
}

func newLogin(t *testing.T) *login {
	t.Helper()
	l := &login{file: filepath.Join(t.TempDir(), "login.pem")}
	l.change(t)
	return l
}

// change makes another key.
func (l *login) change(t *testing.T) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	l.key = private
	l.save(t, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func (l *login) save(t *testing.T, text []byte) {
	t.Helper()
	if err := os.WriteFile(l.file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// token is one for a customer that is good for a while.
func (l *login) token(t *testing.T, customer any, life time.Duration) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
		"iss": "https://id.example", "aud": []string{"shop", "app"}, "uid": customer, "exp": july().Add(life).Unix(),
	}).SignedString(l.key)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// settings writes a configuration file that has the login's tokens count, where
// they are as place says.
func (l *login) settings(t *testing.T, place string) string {
	t.Helper()
	file, err := json.Marshal(l.file)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "config.json")
	text := `{"jwt":{` + place + `,"algorithms":["EdDSA"],"key_file":` + string(file) +
		`,"issuer":"https://id.example","audience":"shop","claim":"uid","leeway_seconds":0}}`
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestShopTellsByWebTokens: whom a site's own token names is a customer, with
// and without consent; whom a bad one names is the stranger without one.
func TestShopTellsByWebTokens(t *testing.T) {
	keys, l, records := newKeys(t), newLogin(t), filepath.Join(t.TempDir(), "records")
	t.Run("serve", func(t *testing.T) { // until its end all is recorded
		s := serve(t, shop(t, keys).URL, shopCatalog, keys, func(c *serveCommand) {
			c.Config, c.Record = l.settings(t, `"cookie":"session"`), records
		})
		look := func(me *http.Client, host, token string) (string, *http.Response) {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, host+"/", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", "text/html")
			if token != "" {
				r.AddCookie(&http.Cookie{Name: "session", Value: token})
			}
			answer, err := me.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			return text(t, answer), answer
		}
		customer := func(page string) bool { return strings.Contains(page, "For customers") }

		token := l.token(t, "1002", time.Hour)
		me := person(t)
		if page, r := look(me, s.url, token); !customer(page) || len(r.Cookies()) != 1 {
			t.Errorf("a customer: cookies %v, strip %q", r.Cookies(), strip(page))
		}
		page, _ := look(me, s.url, "")
		if hero, _, _ := strings.Cut(page, `data-offer-space="hero_2"`); !customer(hero) {
			t.Error("logged out but known: the hero allows implicit identification, and has no customer offer")
		}
		if page, r := look(named(t, s.url), "http://consent.localhost", token); !customer(page) || len(r.Cookies()) != 0 {
			t.Errorf("without consent: cookies %v, strip %q", r.Cookies(), strip(page))
		}
		if page, _ := look(person(t), s.url, l.token(t, 1002, time.Hour)); !customer(page) {
			t.Error("a customer whose number is a number: no customer offer")
		}
		for name, bad := range map[string]string{
			"expired": l.token(t, "1002", 0), "forged": token[:len(token)-4] + "AAAA", "not a person": l.token(t, true, time.Hour), "none": "",
		} {
			page, r := look(person(t), s.url, bad)
			if r.StatusCode != http.StatusOK || customer(page) || !strings.HasPrefix(strip(page), "New here?") || len(r.Cookies()) != 1 {
				t.Errorf("%s: status %d, cookies %v, strip %q", name, r.StatusCode, r.Cookies(), strip(page))
			}
		}
		metrics := func(want ...string) {
			t.Helper()
			_, page := post(t, s.admin+"/metrics", "", "")
			for _, line := range want {
				if !strings.Contains(page, "\n"+line+"\n") {
					t.Errorf("the metrics have no line %s", line)
				}
			}
		}
		metrics(`proffer_jwt_total{result="verified"} 3`, `proffer_jwt_total{result="expired"} 1`, `proffer_jwt_total{result="signature"} 1`,
			`proffer_jwt_total{result="claim"} 1`, `proffer_jwt_total{result="malformed"} 0`, `proffer_jwt_keys_refused 0`)

		l.save(t, []byte("-----BEGIN PUBLIC KEY-----\n"))
		s.out.wait(t, `keys of JSON Web Tokens refused, the last good ones stay`)
		metrics(`proffer_jwt_keys_refused 1`)
		if page, _ := look(person(t), s.url, token); !customer(page) {
			t.Error("a broken file of keys: no customer offer")
		}
		l.change(t)
		s.out.wait(t, `keys of JSON Web Tokens read`)
		metrics(`proffer_jwt_keys_refused 0`)
		if page, _ := look(person(t), s.url, token); customer(page) {
			t.Error("a token of a key that is gone counts")
		}
		if page, _ := look(person(t), s.url, l.token(t, "1002", time.Hour)); !customer(page) {
			t.Error("a token of the new key: no customer offer")
		}
		if logged := s.out.String(); strings.Contains(logged, token[:40]) || strings.Contains(logged, "1002") {
			t.Errorf("the log names a person:\n%s", logged)
		}
	})
	replayWebTokens(t, records, keys)
}

// replayWebTokens holds that what was decided for a person whom a token named is
// decided once more without that token.
func replayWebTokens(t *testing.T, records, keys string) {
	t.Helper()
	list, err := record.List(records, 100)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, e := range list {
		f, err := record.Find(records, e.Interaction)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(f.Document), "eyJ") {
			t.Errorf("a token is recorded: %s", f.Document)
		}
		if !strings.Contains(string(f.Document), `"target":{"source":"main","key":"1002"}`) {
			continue
		}
		told++
		status, out, errs := proffer(t, "", "decide", "--record", records, "--interaction", e.Interaction, "--keys", keys, "--engine", "native")
		if status != 0 || errs != "" || !strings.Contains(out, `"mode":"explicit"`) {
			t.Errorf("status %d, %s%s", status, errs, out)
		}
	}
	if told < 3 {
		t.Errorf("of %d records %d have a person whom a token named", len(list), told)
	}
}

// TestAuthorizationTellsAPerson: a bearer token counts, and the origin gets it.
func TestAuthorizationTellsAPerson(t *testing.T) {
	keys, l := newKeys(t), newLogin(t)
	s := serve(t, shop(t, keys).URL, shopCatalog, keys, func(c *serveCommand) { c.Config = l.settings(t, `"header":"Authorization"`) })
	for value, want := range map[string]bool{
		"Bearer " + l.token(t, "1002", time.Hour): true,
		"Bearer " + l.token(t, "1002", 0):         false,
		"Basic dXNlcjpwYXNz":                      false,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", value)
		if got := strings.Contains(body(t, r), "For customers"); got != want {
			t.Errorf("%.10s: a customer offer %v, want %v", value, got, want)
		}
	}
}

func TestServeRefusesWebTokens(t *testing.T) {
	keys := newKeys(t)
	for text, want := range map[string]string{
		`{"jwt":{}}`: "jwt: a token is either in a cookie or in a header",
		`{"jwt":{"cookie":"s","algorithms":["EdDSA"],"key_file":"` + keys + `"}}`:                      "EdDSA takes a public key in PEM",
		`{"jwt":{"cookie":"s","algorithms":["RS256"],"jwks_file":"` + keys + `x"}}`:                    "no such file",
		`{"jwt":{"cookie":"s","algorithm":"RS256"}}`:                                                   "unknown field",
		`{"jwt":{"cookie":"s","algorithms":["HS256"],"key_file":"` + keys + `","leeway_seconds":301}}`: "5m1s is not in",
	} {
		settings := filepath.Join(t.TempDir(), "config.json")
		if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		status, _, errs := proffer(t, "", "serve", "--origin", "http://127.0.0.1:1", "--catalog", catalogFile(t, countCatalog), "--keys", keys,
			"--config", settings, "--engine", "native", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
		if status != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %s, want %q", text, status, errs, want)
		}
	}
}
