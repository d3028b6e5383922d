package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/service"
	"github.com/profferhq/proffer/plugin/abi"
)

// storedCatalog is one whose visitors are in a store.
func storedCatalog(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "proxy", "testdata", "store.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "catalog.yaml")
	if err := os.WriteFile(name, bytes.ReplaceAll(b, []byte("shop.example"), []byte("*")), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// slottedSite is an origin of which every page has all slots.
func slottedSite(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><p data-offer-space="hero">own</p><p data-offer-space="side">own</p><p data-offer-space="ask">own</p>`)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// keeping is a command with a store that is being run; stop ends it as a signal
// does, and gives what it answers.
func keeping(t *testing.T, c serveCommand) (s serving, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out := &output{wrote: make(chan struct{}, 1)}
	c.Listen, c.Admin, c.Engine = "127.0.0.1:0", "127.0.0.1:0", "native"
	done := make(chan error, 1)
	go func() {
		err := c.serve(ctx, streams{nil, out, out})
		if err != nil {
			_, _ = fmt.Fprintf(out, "pages=none admin=none: %v\n", err)
		}
		done <- err
	}()
	ended := false
	stop = func() error {
		if ended {
			return nil
		}
		ended = true
		cancel()
		return <-done
	}
	t.Cleanup(func() { _ = stop() })
	m := out.wait(t, `pages=(\S+) admin=(\S+)`)
	if m[1] == "none" {
		t.Fatal(out)
	}
	return serving{m[1], m[2], out}, stop
}

// browse is a page for a browser with a cookie, and the cookie that it sets.
func browse(t *testing.T, method, u, cookie string) (page, set string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, u, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if list := res.Cookies(); len(list) > 0 {
		set = list[0].Name + "=" + list[0].Value
	}
	return string(b), set
}

// What was shown is known after the process has ended and another has begun, to a
// cookie that does not know of it; and whoever is forgotten is a stranger.
func TestServeStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	command := serveCommand{Origin: slottedSite(t), Catalog: storedCatalog(t), Keys: newKeys(t), Store: "file:" + dir}
	s, stop := keeping(t, command)
	_, cookie := browse(t, "GET", s.url+"/start", "")
	if page, _ := browse(t, "GET", s.url+"/capped", cookie); !strings.Contains(page, "<b>one</b>") {
		t.Fatalf("not shown: %s", page)
	}
	if text, _ := get(t, http.DefaultClient, s.admin+"/readyz"); !strings.Contains(text, "store file:"+dir+" works\n") {
		t.Errorf("ready: %s", text)
	}
	if err := (&serveCommand{Origin: command.Origin, Catalog: command.Catalog, Keys: command.Keys, Store: command.Store,
		engineOptions: engineOptions{Engine: "native"}}).serve(t.Context(), streams{nil, io.Discard, io.Discard}); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("a second process: %v", err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	s, stop = keeping(t, command)
	if page, _ := browse(t, "GET", s.url+"/capped", cookie); strings.Contains(page, "<b>one</b>") || !strings.Contains(page, "<b>two</b>") {
		t.Errorf("shown again: %s", page)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.admin+"/v1/record", bytes.NewReader(abi.AppendNeed(nil, &abi.Need{Folders: [][]byte{[]byte("visitors")}})))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+peerToken(t, command.Keys))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Header.Get("Proffer-Seq") == "" {
		t.Errorf("a peer is answered %d, %v", res.StatusCode, res.Header)
	}
	browse(t, "POST", s.url+"/.proffer/forget", cookie)
	if page, set := browse(t, "GET", s.url+"/capped", cookie); !strings.Contains(page, "<b>one</b>") || set == "" {
		t.Errorf("not forgotten: %s", page)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

func TestServeRefusesStores(t *testing.T) {
	for _, url := range []string{"file:", "nats://hub", "/var/lib/x", "cookie"} {
		c := serveCommand{Origin: "http://127.0.0.1:1", Catalog: storedCatalog(t), Keys: newKeys(t), Store: url, engineOptions: engineOptions{Engine: "native"}}
		if err := c.serve(t.Context(), streams{nil, io.Discard, io.Discard}); err == nil || !strings.Contains(err.Error(), `store "`+url+`" is neither cookie: nor file:DIR`) {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// A store that does not work is said, and pages go on.
func TestServeWithoutItsStore(t *testing.T) {
	command := serveCommand{Origin: slottedSite(t), Catalog: storedCatalog(t), Keys: newKeys(t), Store: "file:" + t.TempDir()}
	broken := make(chan *service.Storage, 1)
	command.opened = func(s *service.Storage) { broken <- s }
	s, _ := keeping(t, command)
	_, cookie := browse(t, "GET", s.url+"/start", "")
	if err := (<-broken).Close(); err != nil {
		t.Fatal(err)
	}
	if page, _ := browse(t, "GET", s.url+"/capped", cookie); !strings.Contains(page, "<b>one</b>") {
		t.Errorf("no page: %s", page)
	}
	text, res := get(t, http.DefaultClient, s.admin+"/readyz")
	if res.StatusCode != http.StatusOK || !strings.Contains(text, "does not work, pages are decided by cookies: ") {
		t.Errorf("%d %s", res.StatusCode, text)
	}
}
