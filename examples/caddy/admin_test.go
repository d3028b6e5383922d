package caddy

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/profferhq/proffer/plugin/abi"
)

// administered is a site whose admin endpoint is at the address that it gives.
func administered(t *testing.T, options string) (s *site, operators *site) {
	t.Helper()
	s = newSite(t)
	operators = &site{T: t, addr: free(t), dir: s.dir, client: s.client}
	text := s.caddyfile(options, "reverse_proxy "+startOrigin(t, own))
	if err := s.try(strings.Replace(text, "admin off", "admin "+operators.addr, 1)); err != nil {
		t.Fatal(err)
	}
	return s, operators
}

// TestAdmin: operators see at Caddy's admin endpoint what runs and whether it is
// ready, pause and resume there, and ask what is kept of whom with a peer token.
func TestAdmin(t *testing.T) {
	s, operators := administered(t, "engine native\nstore file:"+t.TempDir())
	ready := operators.ask("/proffer/readyz")
	if ready.StatusCode != http.StatusOK || !strings.Contains(ready.body, "ready\nsnapshot ") || !strings.Contains(ready.body, "store file:") || !strings.Contains(ready.body, " works\n") {
		t.Errorf("%s: %s", ready.Status, ready.body)
	}
	s.save("catalog.yaml", "broken")
	operators.until("readiness tells of the catalog", func() bool {
		got := operators.ask("/proffer/readyz")
		return got.StatusCode == http.StatusOK && strings.Contains(got.body, "the catalog on disk was refused; this is the last good one")
	})
	var all []struct{ Path, Catalog, Prefix, Store string }
	if err := json.Unmarshal([]byte(operators.ask("/proffer/").body), &all); err != nil || len(all) != 1 || all[0].Catalog != s.path("catalog.yaml") || all[0].Prefix != "/.proffer/" {
		t.Fatalf("%v: %+v", err, all)
	}
	const one = `{"environment":"visitors","kind":"offer","name":"one"}`
	for _, path := range []string{"/proffer/", all[0].Path} {
		if got := operators.post(path+"v1/pause", one); got.StatusCode != http.StatusOK || s.ask("/").body != own {
			t.Errorf("%s paused: %s %s", path, got.Status, got.body)
		}
		if got := operators.post(path+"v1/resume", one); got.StatusCode != http.StatusOK || s.ask("/").body != offered("first 0") {
			t.Errorf("%s resumed: %s %s", path, got.Status, got.body)
		}
	}
	if got := operators.post("/proffer/v1/pause", one, "Origin", "http://evil.example"); got.StatusCode != http.StatusForbidden {
		t.Errorf("a page of another site: %s %s", got.Status, got.body)
	}
	if got := operators.post("/proffer/v1/resume", one, "Origin", "http://"+operators.addr); got.StatusCode != http.StatusNotFound || !strings.Contains(got.body, "is not paused") {
		t.Errorf("a page of the admin endpoint: %s %s", got.Status, got.body)
	}
	const nobody = "/proffer/v1/visitor?id=00112233445566778899aabbccddeeff"
	if got := operators.ask(nobody); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a token: %s %s", got.Status, got.body)
	}
	if got := operators.ask(nobody, "Authorization", "Bearer "+s.peerToken()); got.StatusCode != http.StatusNotFound || !strings.Contains(got.body, "nothing is held of") {
		t.Errorf("with a token: %s %s", got.Status, got.body)
	}
	if got := operators.ask("/proffer/explain"); got.StatusCode != http.StatusOK || !strings.Contains(got.body, "Describe a visitor") {
		t.Errorf("why: %s %.100s", got.Status, got.body)
	}
	metrics := operators.ask("/metrics").body
	for _, want := range []string{`proffer_pages_total{catalog="`, "proffer_catalog_refused{", "proffer_paused_entries{", "proffer_store_"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("%s is not in the metrics of the admin endpoint", want)
		}
	}
}

// TestAdminOfSeveral: with more handlers than one, operators say which.
func TestAdminOfSeveral(t *testing.T) {
	s := newSite(t)
	operators := &site{T: t, addr: free(t), dir: s.dir, client: s.client}
	text := s.caddyfile("engine native", "respond ok")
	text += strings.NewReplacer(s.addr, free(t), "engine native", "engine native\nprefix /-/").Replace(text[strings.Index(text, "http://"):])
	if err := s.try(strings.Replace(text, "admin off", "admin "+operators.addr, 1)); err != nil {
		t.Fatal(err)
	}
	var all []struct{ Path, Prefix string }
	if err := json.Unmarshal([]byte(operators.ask("/proffer/").body), &all); err != nil || len(all) != 2 || all[0].Path == all[1].Path || all[0].Prefix == all[1].Prefix {
		t.Fatalf("%v: %+v", err, all)
	}
	if got := operators.ask("/proffer/v1/paused"); got.StatusCode != http.StatusNotFound || !strings.Contains(got.body, "2 handlers run") {
		t.Errorf("one of two: %s %s", got.Status, got.body)
	}
	for _, one := range all {
		if got := operators.ask(one.Path + "v1/paused"); got.StatusCode != http.StatusOK || !strings.Contains(got.body, `"paused":[]`) {
			t.Errorf("%s: %s %s", one.Path, got.Status, got.body)
		}
		if got := operators.ask("/proffer/readyz"); got.StatusCode != http.StatusOK || !strings.Contains(got.body, one.Path+" catalog ") {
			t.Errorf("%s: %s %s", one.Path, got.Status, got.body)
		}
	}
}

// TestAdminOfNothing: Caddy without a handler is not ready to show offers.
func TestAdminOfNothing(t *testing.T) {
	s := newSite(t)
	operators := &site{T: t, addr: free(t), dir: s.dir, client: s.client}
	if err := s.try("{\nadmin " + operators.addr + "\npersist_config off\n}\nhttp://" + s.addr + " {\nbind " + s.bind + "\nrespond ok\n}\n"); err != nil {
		t.Fatal(err)
	}
	s.until("nothing runs", func() bool { return runs(t) == 0 })
	if got := operators.ask("/proffer/readyz"); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%s: %s", got.Status, got.body)
	}
}

// TestAdminDuringAStart: operators are answered while an engine starts.
func TestAdminDuringAStart(t *testing.T) {
	s, operators := administered(t, "engine native")
	begun, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
	h := Handler{Catalog: s.path("catalog.yaml"), Keys: s.path("keys.json"), Engine: native, Prefix: "/other/"}
	o, err := h.read()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _, err := pool.LoadOrNew(o, func() (caddy.Destructor, error) {
			return start(o, slog.DiscardHandler, func(*abi.Config) { close(begun); <-release })
		})
		done <- err
	}()
	<-begun
	operators.client = &http.Client{Timeout: 10 * time.Second}
	r, err := operators.client.Get("http://" + operators.addr + "/proffer/readyz")
	if err != nil {
		t.Error(err)
	} else if r.Body.Close(); r.StatusCode != http.StatusOK {
		t.Error(r.Status)
	}
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n := len(present.sorted()); n != 2 {
		t.Errorf("%d run, want 2", n)
	}
	if _, err := pool.Delete(o); err != nil || len(present.sorted()) != 1 {
		t.Errorf("%v, and %d run, want 1", err, len(present.sorted()))
	}
}

// TestPausesEnd: pauses that no file has end with a reload that changes an option, as
// operators are told, and the log says which.
func TestPausesEnd(t *testing.T) {
	s, operators := administered(t, "engine native")
	got := operators.post("/proffer/v1/pause", `{"environment":"visitors","kind":"offer","name":"one"}`)
	if got.StatusCode != http.StatusOK || !strings.Contains(got.body, `"kept":"`+pausesLast+`"`) {
		t.Errorf("%s: %s", got.Status, got.body)
	}
	s.load("engine native\nprefix /other/", "reverse_proxy "+startOrigin(t, own))
	s.see(offered("first 0"))
	s.logged(`"a pause ends with the handler","environment":"visitors","offer":"one"`)
}
