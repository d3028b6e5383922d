package caddy

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/profferhq/proffer/host/service"
)

// TestMain gives pages time for the store: a busy machine is held to what they show.
// A process that a test started is Caddy.
func TestMain(m *testing.M) {
	lookupWait = time.Minute
	if file := os.Getenv(caddyfileOfChild); file != "" {
		beCaddy(file)
	}
	os.Exit(m.Run())
}

// slots is a page for it.
const slots = `<!doctype html><p data-offer-space="hero">own</p><p data-offer-space="side">own</p>`

// stored is a site that keeps visitors in a directory. Its catalog shows an offer at
// /capped once to a visitor, and another one after it; at /start visitors become known.
func stored(t *testing.T) *site {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "host", "proxy", "testdata", "store.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	s.save("catalog.yaml", strings.ReplaceAll(string(b), "shop.example", "*"))
	return s
}

// startOf is a visitor's first page, and gives the cookie.
func (s *site) startOf() string {
	s.Helper()
	list := s.ask("/start").Cookies()
	if len(list) == 0 {
		s.Fatal("no cookie")
	}
	return list[0].Name + "=" + list[0].Value
}

// open counts the directories that are.
func open() (n int) {
	storages.mu.Lock()
	defer storages.mu.Unlock()
	journals.mu.Lock()
	defer journals.mu.Unlock()
	return len(storages.things) + len(journals.things)
}

// TestStore: what was shown is known after a reload that starts another engine, for
// both are there at once and share the directory, and to a cookie that does not know
// of it. Other settings for the directory are refused, and without a
// configuration that names it it is free.
func TestStore(t *testing.T) {
	s := stored(t)
	options := "engine native\nstore file:" + s.path("store") + "\nevents " + s.path("events") + "\n"
	behind := "reverse_proxy " + startOrigin(t, slots)
	s.load(options, behind)
	cookie := s.startOf()
	if got := s.ask("/capped", "Cookie", cookie); !strings.Contains(got.body, "<b>one</b>") {
		t.Fatalf("at first: %.200s", got.body)
	}
	s.load(options+"prefix /other/", behind)
	if got := s.ask("/capped", "Cookie", cookie); !strings.Contains(got.body, "<b>two</b>") {
		t.Errorf("after a reload: %.200s", got.body)
	}
	s.save("other.json", `{"store":{"delay_ms":50}}`)
	if err := s.try(s.caddyfile(options+"config "+s.path("other.json"), behind)); err == nil || !strings.Contains(err.Error(), "is in use with other settings (store or webhook of the configuration file)") {
		t.Errorf("other settings of the same directory: %v", err)
	}
	if err := caddy.Stop(); err != nil {
		t.Fatal(err)
	}
	s.until("the directories are free", func() bool { return open() == 0 })
	again, err := service.OpenStorage(service.StorageConfig{URL: "file:" + s.path("store"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	again.End()
	files, err := filepath.Glob(filepath.Join(s.path("events"), "*.jsonl"))
	if err != nil || len(files) == 0 {
		list, _ := os.ReadDir(s.path("events"))
		t.Errorf("files of events: %v, %v of %v", files, err, list)
	}
}

// TestWebhook: events of a store are delivered, by one sender, whatever is loaded.
func TestWebhook(t *testing.T) {
	got := make(chan string, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var body struct{ Events []struct{ ID, Event string } }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		for _, e := range body.Events {
			got <- e.ID + " " + e.Event
		}
	}))
	defer receiver.Close()
	s := stored(t)
	s.save("secret", "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n")
	s.save("config.json", `{"webhook":{"url":"`+receiver.URL+`/in","secret_file":"`+s.path("secret")+`","allow_private":true}}`)
	behind := "reverse_proxy " + startOrigin(t, slots)
	options := "engine native\nconfig " + s.path("config.json") + "\nstore file:" + s.path("store")
	seen := map[string]bool{}
	for _, prefix := range []string{"/a/", "/b/"} {
		s.load(options+"\nprefix "+prefix, behind)
		s.startOf()
		select {
		case event := <-got:
			if !strings.HasSuffix(event, " shown") || seen[event] {
				t.Errorf("delivered is %q, after %v", event, seen)
			}
			seen[event] = true
		case <-time.After(time.Minute):
			t.Fatal("nothing is delivered in a minute")
		}
	}
	s.save("config.json", `{"webhook":{"url":"`+receiver.URL+`","secret_file":"none","allow_private":true}}`)
	if err := s.try(s.caddyfile("engine native\nconfig "+s.path("config.json"), behind)); err == nil || !strings.Contains(err.Error(), "webhook needs a store") {
		t.Errorf("a webhook without a store: %v", err)
	}
}

// TestEventFiles: events are in files for "proffer events", in place of the log.
func TestEventFiles(t *testing.T) {
	s := newSite(t)
	s.save("config.json", `{"events":{"dir":"`+s.path("events")+`"}}`)
	s.load("engine native\nconfig "+s.path("config.json"), "reverse_proxy "+startOrigin(t, own))
	s.ask("/")
	s.until("the file has what was decided", func() bool {
		list, _ := filepath.Glob(filepath.Join(s.path("events"), "*"))
		for _, name := range list {
			if b, err := os.ReadFile(name); err == nil && strings.Contains(string(b), `"event":"decided"`) {
				return true
			}
		}
		return false
	})
	if err := s.try(s.caddyfile("engine native\nevents\nconfig "+s.path("config.json"), "respond ok")); err == nil || !strings.Contains(err.Error(), "events: give one of the log and the directory") {
		t.Errorf("both: %v", err)
	}
}

// post sends JSON to the site.
func (s *site) post(path, body string, header ...string) answer {
	s.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://"+s.addr+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	a, err := exchange(s.client, r)
	if err != nil {
		s.Fatal(err)
	}
	return a
}
