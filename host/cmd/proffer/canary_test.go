package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// canaries are what must never be in a log or a metric, by what they are.
type canaries map[string][]byte

// found are the names of those that a text holds, as bytes, as hex digits or in
// base64, whatever stands before them.
func (c canaries) found(text []byte) (names []string) {
	for name, secret := range c {
		forms := [][]byte{secret, []byte(hex.EncodeToString(secret)), []byte(fmt.Sprintf("%X", secret))}
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			for shift := range 3 {
				whole := e.EncodeToString(append(make([]byte, shift), secret...))
				forms = append(forms, []byte(whole[4:len(whole)-4]))
			}
		}
		for _, form := range forms {
			if bytes.Contains(text, form) {
				names = append(names, name)
				break
			}
		}
	}
	return names
}

// parrot is an origin that says all that it was asked with, on a page, and in
// answers that are none.
func parrot(w http.ResponseWriter, r *http.Request) {
	var said bytes.Buffer
	fmt.Fprintf(&said, "%s ", r.RequestURI)
	for name, values := range r.Header {
		fmt.Fprintf(&said, "%s: %s ", name, values)
	}
	var raw string
	switch r.URL.Path {
	case "/no-http":
		raw = said.String() + "\r\n\r\n"
	case "/no-header":
		raw = "HTTP/1.1 200 OK\r\n" + strings.ReplaceAll(said.String(), ":", "") + "\r\n\r\n"
	case "/no-beginning":
		raw = "HTTP/1.1 200 OK\r\n " + said.String() + "\r\n\r\n"
	case "/no-name":
		raw = "HTTP/1.1 200 OK\r\nCookie " + said.String() + "\r\n\r\n"
	case "/no-length":
		raw = "HTTP/1.1 200 OK\r\nContent-Length: " + said.String() + "\r\n\r\n"
	case "/no-chunk":
		raw = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n" + said.String() + "\r\n\r\n"
	case "/unasked":
		raw = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + said.String()
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><div data-offer-space="hero">own</div><p>%s`, said.Bytes())
		return
	}
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_, _ = conn.Write([]byte(raw))
		_ = conn.Close()
	}
}

// TestNothingPersonalIsLogged plants a visitor's id, a person's key, a token, an
// answer about consent and the keys themselves in requests, good and bad, for
// origins good and bad, with all that can be logged: no line and no metric has
// any of it.
func TestNothingPersonalIsLogged(t *testing.T) {
	keys := newKeys(t)
	list, err := config.LoadKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	secret := canaries{"a query": []byte("CANARY-in-a-query"), "a consent": []byte("CANARY-of-consent"), "a broken cookie": []byte("CANARY.in.a.cookie"), "a person": []byte("CANARY-person-1001"), "a header's person": []byte("CANARY-person-1002")}
	for i := range list {
		secret["key "+list[i].Use] = list[i].Secret[:]
	}
	ring, err := config.Keyring(list)
	if err != nil {
		t.Fatal(err)
	}
	token, err := seal.AppendToken(nil, ring, "main", string(secret["a person"]), july().Unix()+3600, nil)
	if err != nil {
		t.Fatal(err)
	}
	secret["a token"] = token

	ground := t.TempDir()
	shared := filepath.Join(ground, "jwt.key")
	secret["a secret of JWTs"], secret["a JWT's person"] = []byte("CANARY-of-32-bytes-for-the-HS256"), []byte("CANARY-person-1003")
	if err := os.WriteFile(shared, []byte(base64.RawURLEncoding.EncodeToString(secret["a secret of JWTs"])), 0o600); err != nil {
		t.Fatal(err)
	}
	web, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "CANARY-person-1003", "exp": july().Add(24 * time.Hour).Unix()}).
		SignedString(secret["a secret of JWTs"])
	if err != nil {
		t.Fatal(err)
	}
	secret["a JWT"] = []byte(web)
	settings := filepath.Join(ground, "config.json")
	if err := os.WriteFile(settings, []byte(`{"peers": ["127.0.0.1"], "person_header": "X-Person", "log": {"level": "debug"},
		"jwt": {"cookie": "session", "algorithms": ["HS256"], "key_file": "`+shared+`"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(smallCatalog, "consent: assumed", "consent: {cookie: agreed, value: CANARY-of-consent}", 1)
	origin := httptest.NewServer(http.HandlerFunc(parrot))
	defer origin.Close()
	var ticks atomic.Int64 // warnings come at most once a second
	elsewhere := &output{wrote: make(chan struct{}, 1)}
	defer log.SetOutput(log.Writer())
	log.SetOutput(elsewhere)
	s := start(t, serveCommand{
		Origin: origin.URL, Catalog: catalogFile(t, text), Keys: keys, Config: settings,
		clock: func() time.Time { return july().Add(time.Duration(ticks.Add(1)) * 2 * time.Second) },
	})

	ask := func(path, cookies string, headers ...string) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", "agreed=CANARY-of-consent; "+cookies)
		r.Header.Set("Accept", "text/html")
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Add(name, value)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			if !strings.HasPrefix(path, "/no-chunk") { // a page that breaks off
				t.Fatal(err)
			}
			return nil
		}
		if _, err := io.ReadAll(answer.Body); err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer
	}
	set := ask("/", "").Cookies()
	var state visitor.State
	if len(set) != 1 {
		t.Fatalf("cookies %v, want the visitor's", set)
	}
	mine := set[0].Name + "=" + set[0].Value
	if _, _, ok := state.Open(make([]byte, 0, visitor.MaxBody), ring, []byte(mine), false); !ok {
		t.Fatal("the visitor's cookie does not open")
	}
	secret["a visitor"], secret["a cookie"] = state.ID[:], []byte(set[0].Value)

	everything := mine + "; proffer_identity=" + string(token)
	broken := "proffer=CANARY.in.a.cookie; proffer_e=CANARY.in.a.cookie; proffer_identity=CANARY.in.a.cookie; proffer=" + set[0].Value + "x"
	for _, path := range []string{"/", "/any", "/no-http", "/no-header", "/no-beginning", "/no-name", "/no-length", "/no-chunk", "/unasked", "/.proffer/click"} {
		for _, cookies := range []string{everything, broken} {
			ask(path+"?t=CANARY-in-a-query", cookies, "X-Person: CANARY-person-1002", "Proffer-Identity: "+string(token))
			ask(path, cookies, "X-Person: CANARY-person-1002", "Upgrade: h2c", "Connection: Upgrade", "Sec-GPC: 1")
		}
		ask(path, mine+"; session="+web)
		ask(path, "session="+web+"x; session=CANARY.in.a.cookie; session="+web[:len(web)-4])
	}
	if r := ask("/", everything+"; x="+strings.Repeat("CANARY.in.a.cookie", 2000)); r.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of 36 KB: status %d", r.StatusCode)
	}

	admin := s.out.wait(t, `admin=(\S+)`)[1]
	for _, page := range []string{"/metrics", "/readyz", "/healthz"} {
		shown, _ := get(t, http.DefaultClient, admin+page)
		if names := secret.found([]byte(shown)); len(names) > 0 || page == "/metrics" && (!strings.Contains(shown, "proffer_pages_total") || strings.Contains(shown, `jwt_total{result="verified"} 0`)) {
			t.Errorf("%s has %q", page, names)
		}
	}
	logged := s.out.String()
	if names := secret.found([]byte(logged)); len(names) > 0 {
		t.Errorf("%q are in the log:\n%s", names, logged)
	}
	if n := strings.Count(logged, "no answer from the origin"); n < 20 || !strings.Contains(logged, "level=DEBUG") {
		t.Errorf("%d warnings are not all that can be logged:\n%s", n, logged)
	}
	if unasked := elsewhere.String(); unasked != "" {
		t.Errorf("written past the log: %q", unasked)
	}
}
