package caddy

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/live"
	"github.com/profferhq/proffer/plugin/seal"
)

// TestPaused: what is paused in the file is not shown, from the start and when it is
// saved; a broken file changes nothing.
func TestPaused(t *testing.T) {
	const one = `{"paused":[{"environment":"visitors","kind":"offer","name":"one"}]}`
	for name, options := range engines(t) {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.save("paused.json", one)
			s.load(options+"\npaused "+s.path("paused.json"), "reverse_proxy "+startOrigin(t, own))
			if got := s.ask("/"); got.body != own {
				t.Errorf("paused at the start: %s", got.body)
			}
			s.save("paused.json", `{"paused":[]}`)
			s.see(offered("first 0"))
			s.save("paused.json", "broken")
			s.logged("pauses refused, the last good ones stay")
			s.see(offered("first 0"))
			s.save("paused.json", one)
			s.see(own)
		})
	}
	s := newSite(t)
	s.save("paused.json", "broken")
	if err := s.try(s.caddyfile("engine native\npaused "+s.path("paused.json"), "respond ok")); err == nil || !strings.Contains(err.Error(), "paused.json") {
		t.Errorf("a start with a broken file: %v", err)
	}
}

// TestPeers: who has a peer token may say who the visitor is, and others may not.
func TestPeers(t *testing.T) {
	s := newSite(t)
	s.load("engine native", "respond ok")
	const question = `{"slots":[{"space":"hero"}],"visitor":{"id":"00112233445566778899aabbccddeeff"}}`
	if got := s.post("/.proffer/decide", question); got.StatusCode == http.StatusOK {
		t.Errorf("a stranger: %s %s", got.Status, got.body)
	}
	if got := s.post("/.proffer/decide", question, "Authorization", "Bearer "+s.peerToken()); got.StatusCode != http.StatusOK || !strings.Contains(got.body, "first 0") {
		t.Errorf("a peer: %s %s", got.Status, got.body)
	}
}

// peerToken is one under the site's keys.
func (s *site) peerToken() string {
	s.Helper()
	_, ring, err := live.ServableKeys(s.path("keys.json"))
	if err != nil {
		s.Fatal(err)
	}
	token, err := seal.AppendPeer(nil, ring, time.Now().Add(time.Hour).Unix())
	if err != nil {
		s.Fatal(err)
	}
	return string(token)
}

// club has offers for people and others for strangers.
const club = `catalog: club
consent: assumed
sites: {"*": members}
environments:
  members:
    kind: identified
    pages: [{match: "/", slots: [hero]}]
    spaces:
      hero:
        channel: web
        fields: {title: {type: text, required: true}}
        render: {html: '<b>{{ title }}</b>'}
        identification: {implicit: true, fallback: visitors/hero}
    categories:
      all: {offers: {known: {weights: 1, content: {hero: {title: known}}}}}
  visitors:
    kind: anonymous
    spaces:
      hero:
        channel: web
        fields: {title: {type: text, required: true}}
        render: {html: '<b>{{ title }}</b>'}
    categories:
      all: {offers: {stranger: {weights: 1, content: {hero: {title: stranger}}}}}
`

// TestWebTokens: the site's own tokens say who asks, and a key that is changed counts
// at once.
func TestWebTokens(t *testing.T) {
	s := newSite(t)
	s.save("catalog.yaml", club)
	login := s.newLogin()
	s.save("config.json", `{"jwt":{"cookie":"session","algorithms":["EdDSA"],"key_file":"`+s.path("login.pem")+`"}}`)
	s.load("engine native\nconfig "+s.path("config.json"), "reverse_proxy "+startOrigin(t, own))
	if got := s.ask("/", "Cookie", "session="+token(login)); got.body != offered("known") {
		t.Errorf("with a token: %s", got.body)
	}
	other := s.newLogin()
	s.until("the other key counts", func() bool {
		return s.ask("/", "Cookie", "session="+token(other)).body == offered("known")
	})
	for name, cookie := range map[string]string{"none": "a=b", "under the first key": "session=" + token(login)} {
		if got := s.ask("/", "Cookie", cookie); got.body != offered("stranger") {
			t.Errorf("%s: %s", name, got.body)
		}
	}
}

// newLogin makes a key that signs tokens, and saves its public half.
func (s *site) newLogin() ed25519.PrivateKey {
	s.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		s.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		s.Fatal(err)
	}
	s.save("login.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
	return private
}

// token is the JSON Web Token of anna.
func token(key ed25519.PrivateKey) string {
	part := base64.RawURLEncoding.EncodeToString
	text := part([]byte(`{"alg":"EdDSA"}`)) + "." + part(fmt.Appendf(nil, `{"sub":"anna","exp":%d}`, time.Now().Add(time.Hour).Unix()))
	return text + "." + part(ed25519.Sign(key, []byte(text)))
}

// TestLimits: limits of the configuration file bound bodies and decisions.
func TestLimits(t *testing.T) {
	s := newSite(t)
	asked, answer := make(chan struct{}), make(chan struct{})
	behind := serveOn(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			asked <- struct{}{}
			<-answer
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(own))
	})})
	s.save("config.json", `{"limits":{"requests":2,"decisions":1,"body_bytes":1000}}`)
	s.load("engine native\nconfig "+s.path("config.json"), "reverse_proxy "+behind)
	if got := s.post("/form", strings.Repeat("x", 1001)); got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a long body: %s", got.Status)
	}
	if got := s.post("/form", strings.Repeat("x", 1000)); got.StatusCode != http.StatusOK {
		t.Errorf("a body: %s", got.Status)
	}
	s.see(offered("first 0"))
	through := make(chan struct{}, 2)
	slow := func() { s.ask("/slow"); through <- struct{}{} }
	go slow()
	<-asked
	if got := s.ask("/"); got.body != own {
		t.Errorf("two in flight: %s", got.body)
	}
	go slow()
	<-asked
	if got := s.ask("/"); got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
		t.Errorf("three in flight: %s", got.Status)
	}
	close(answer)
	<-through
	<-through
	s.see(offered("first 0"))
}

// TestConfigurationKeys: a key of the configuration file is in force, or refused with
// its name and what Caddy has in its place.
func TestConfigurationKeys(t *testing.T) {
	s := newSite(t)
	s.newLogin()
	stores := 0
	s.save("secret", "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n")
	for text, want := range map[string]string{
		`{"prefix":"/-/"}`:                                                                       "",
		`{"peers":["10.0.0.0/8"]}`:                                                               "",
		`{"identity":{"cookie":"a","header":"b"}}`:                                               "",
		`{"person_header":"a","country_header":"b","device_header":"c"}`:                         "",
		`{"admin_hosts":["ops.example"]}`:                                                        "",
		`{"events":{"dir":"` + s.path("events") + `","max_bytes":5000,"keep_days":3}}`:           "",
		`{"store":{"delay_ms":50,"max_visitors":1000}}`:                                          "",
		`{"webhook":{"url":"https://events.example/","secret_file":"` + s.path("secret") + `"}}`: "",
		`{"jwt":{"cookie":"s","algorithms":["EdDSA"],"key_file":"` + s.path("login.pem") + `"}}`: "",
		`{"cors":{"origins":["https://app.example"]}}`:                                           "",
		`{"limits":{"requests":9,"decisions":8,"body_bytes":7,"body_idle_ms":6}}`:                "",

		`{"log":{"level":"info"}}`:               `"log" is Caddy's own: global option log`,
		`{"log":{}}`:                             `"log" is Caddy's own`,
		`{"record":{"days":1}}`:                  `"record" is for proffer serve alone`,
		`{"origin":{"networks":["10.0.0.0/8"]}}`: `"origin" is for reverse_proxy to say`,
		`{"limits":{"connections":10}}`:          `"limits.connections" is not Caddy's to bound`,
		`{"limits":{"streams":10}}`:              `"limits.streams" is not Caddy's to set`,
		`{"limits":{"header_bytes":10000}}`:      `"limits.header_bytes" is Caddy's own: global option servers, max_header_size`,
		`{"limits":{"header_ms":10}}`:            `"limits.header_ms" is Caddy's own: global option servers, timeouts, read_header`,
		`{"limits":{"write_idle_ms":10}}`:        `"limits.write_idle_ms" is Caddy's own`,
		`{"limits":{"idle_ms":10}}`:              `"limits.idle_ms" is Caddy's own: global option servers, timeouts, idle`,
		`{"limits":{"notice_ms":10}}`:            `"limits.notice_ms" is Caddy's own: global option shutdown_delay`,
		`{"limits":{"drain_ms":10}}`:             `"limits.drain_ms" is Caddy's own: global option grace_period`,
		`{"Log":{}}`:                             `"log" is Caddy's own`,
		`{"listen":":80"}`:                       "unknown field",
	} {
		s.save("config.json", text)
		stores++ // for the settings of one that is open stay as they are
		err := s.try(s.caddyfile(fmt.Sprintf("engine native\nstore file:%s%d\nconfig %s", s.path("store"), stores, s.path("config.json")), "respond ok"))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
