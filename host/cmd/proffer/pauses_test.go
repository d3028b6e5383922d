package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/live"
	"github.com/profferhq/proffer/host/service"
	"github.com/profferhq/proffer/plugin/abi"
)

// slotPage is an origin whose pages have one slot.
func slotPage(t *testing.T) string {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><div data-offer-space="hero">own</div>`)
	}))
	t.Cleanup(site.Close)
	return site.URL
}

const (
	helloPage = `<!doctype html><div data-offer-space="hero"><b>Hello</b></div>`
	ownPage   = `<!doctype html><div data-offer-space="hero">own</div>`

	pauseOne  = `{"environment":"visitors","kind":"offer","name":"one"}`
	pauseHero = `{"environment":"visitors","kind":"space","name":"hero"}`
)

// post sends a request to the admin listener. Headers are "Name: value".
func post(t *testing.T, url, media, body string, headers ...string) (int, string) {
	t.Helper()
	method := http.MethodPost
	if media == "" {
		method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", media)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, strings.TrimSpace(string(b))
}

const (
	asJSON = "application/json"
	asForm = "application/x-www-form-urlencoded"
)

func see(t *testing.T, s serving, want string) {
	t.Helper()
	if page, _ := get(t, person(t), s.url+"/"); page != want {
		t.Errorf("got %s, want %s", page, want)
	}
}

// inProcess lets the command decide in this process.
func inProcess(c *serveCommand) { c.Engine = "native" }

// TestPause pauses and resumes by the admin listener, on both engines.
func TestPause(t *testing.T) {
	for name, option := range map[string]func(*serveCommand){"native": inProcess, "wasm": func(*serveCommand) {}} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, slotPage(t), catalogFile(t, smallCatalog), newKeys(t), option)
			see(t, s, helloPage)
			for _, step := range []struct{ path, media, body, want, page string }{
				{"/v1/pause", asJSON, pauseOne, `{"paused":[{"environment":"visitors","kind":"offer","name":"one","known":true}],"changed":true,"kept":"until the restart"}`, ownPage},
				{"/v1/pause", asForm, "environment=visitors&kind=offer&name=one", `{"paused":[{"environment":"visitors","kind":"offer","name":"one","known":true}],"changed":false,"kept":"until the restart"}`, ownPage},
				{"/v1/resume", asForm, "environment=visitors&kind=offer&name=one", `{"paused":[],"changed":true,"kept":"until the restart"}`, helloPage},
				{"/v1/pause", asJSON, pauseHero, `{"paused":[{"environment":"visitors","kind":"space","name":"hero","known":true}],"changed":true,"kept":"until the restart"}`, ownPage},
				{"/v1/paused", "", "", `{"paused":[{"environment":"visitors","kind":"space","name":"hero","known":true}],"kept":"until the restart"}`, ownPage},
			} {
				if status, got := post(t, s.admin+step.path, step.media, step.body); status != http.StatusOK || got != step.want {
					t.Errorf("%s %s: status %d\n got %s\nwant %s", step.path, step.body, status, got, step.want)
				}
				see(t, s, step.page)
			}
			if _, metrics := post(t, s.admin+"/metrics", "", ""); !strings.Contains(metrics, "\nproffer_paused_entries 1\n") {
				t.Error("the metrics do not tell of one pause")
			}
		})
	}
}

// TestPauseRefuses holds what the admin listener refuses, and that nothing is
// paused by it.
func TestPauseRefuses(t *testing.T) {
	s := serve(t, slotPage(t), catalogFile(t, smallCatalog), newKeys(t), inProcess, func(c *serveCommand) {
		c.Config = filepath.Join(t.TempDir(), "config.json")
		if err := os.WriteFile(c.Config, []byte(`{"admin_hosts":["Ops.example"]}`), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	for name, c := range map[string]struct {
		path, media, body string
		headers           []string
		status            int
		says              string
	}{
		"unknown offer":            {"/v1/pause", asJSON, `{"environment":"visitors","kind":"offer","name":"two"}`, nil, 404, `no offer \"two\" in an environment \"visitors\"`},
		"a space as an offer":      {"/v1/pause", asJSON, `{"environment":"visitors","kind":"offer","name":"hero"}`, nil, 404, "no offer"},
		"unknown environment":      {"/v1/pause", asJSON, `{"environment":"customers","kind":"space","name":"hero"}`, nil, 404, "no space"},
		"not paused":               {"/v1/resume", asJSON, pauseOne, nil, 404, "not paused"},
		"unknown kind":             {"/v1/pause", asJSON, `{"environment":"visitors","kind":"category","name":"all"}`, nil, 400, "offer or space"},
		"unknown field":            {"/v1/pause", asJSON, `{"environment":"visitors","kind":"offer","code":"one"}`, nil, 400, "code"},
		"not JSON":                 {"/v1/pause", asJSON, `pause it`, nil, 400, "invalid"},
		"no name":                  {"/v1/pause", asForm, `environment=visitors&kind=offer`, nil, 400, "name is missing"},
		"another media type":       {"/v1/pause", "text/plain", pauseOne, nil, 415, "text/plain"},
		"too long":                 {"/v1/pause", asJSON, strings.Repeat(" ", 64<<10+1), nil, 413, "too large"},
		"GET":                      {"/v1/pause", "", "", nil, 405, "Not Allowed"},
		"another site's form":      {"/v1/pause", asForm, "environment=visitors&kind=offer&name=one", []string{"Sec-Fetch-Site: cross-site"}, 403, "cross-origin"},
		"a site beside it":         {"/v1/pause", asForm, "environment=visitors&kind=offer&name=one", []string{"Sec-Fetch-Site: same-site"}, 403, "cross-origin"},
		"an older browser":         {"/v1/pause", asJSON, pauseOne, []string{"Origin: http://evil.example"}, 403, "cross-origin"},
		"a hidden origin":          {"/v1/pause", asJSON, pauseOne, []string{"Origin: null"}, 403, "cross-origin"},
		"a name made to lead here": {"/v1/pause", asJSON, pauseOne, []string{"Host: evil.example", "Origin: http://evil.example", "Sec-Fetch-Site: same-origin"}, 403, "admin_hosts"},
		"reading by such a name":   {"/v1/paused", "", "", []string{"Host: evil.example:9090"}, 403, "admin_hosts"},
	} {
		t.Run(name, func(t *testing.T) {
			status, got := post(t, s.admin+c.path, c.media, c.body, c.headers...)
			if status != c.status || !strings.Contains(got, c.says) {
				t.Errorf("status %d, want %d; %q, want %q in it", status, c.status, got, c.says)
			}
		})
	}
	see(t, s, helloPage)
	for _, host := range []string{"localhost:9090", "admin.localhost", "[::1]:9090", "10.1.2.3", "ops.example:1", "OPS.example."} {
		if status, got := post(t, s.admin+"/v1/paused", "", "", "Host: "+host); status != http.StatusOK {
			t.Errorf("Host %s: status %d, %s", host, status, got)
		}
	}
	if status, _ := post(t, s.admin+"/metrics", "", "", "Host: proffer.monitoring.svc"); status != http.StatusOK {
		t.Errorf("metrics by another name: status %d", status)
	}
	if status, got := post(t, s.admin+"/v1/pause", asJSON, pauseOne, "Sec-Fetch-Site: same-origin", "Origin: "+s.admin); status != http.StatusOK {
		t.Errorf("a page of our own: status %d, %s", status, got)
	}
	see(t, s, ownPage)
}

// TestPausedFile holds that the file is the truth: it counts at the start and
// when it is saved, a broken one changes nothing, and the listener writes it.
func TestPausedFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "paused.json")
	save := func(text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file := func(c *serveCommand) { c.Paused = name }
	keys, page := newKeys(t), slotPage(t)
	s := serve(t, page, catalogFile(t, smallCatalog), keys, inProcess, file)
	s.out.wait(t, "no file of pauses yet")
	see(t, s, helloPage)
	save(`{"paused":[` + pauseHero + `,{"environment":"visitors","kind":"offer","name":"later"}]}`)
	s.out.wait(t, `pauses changed" paused=2`)
	s.out.wait(t, `nothing of that name to pause" environment=visitors offer=later`)
	see(t, s, ownPage)

	save(`{"paused":[`)
	s.out.wait(t, "pauses refused, the last good ones stay")
	see(t, s, ownPage)
	if status, got := post(t, s.admin+"/v1/resume", asJSON, pauseHero); status != http.StatusConflict || !strings.Contains(got, name) {
		t.Errorf("a broken file: status %d, %s", status, got)
	}
	if _, got := post(t, s.admin+"/v1/paused", "", ""); !strings.Contains(got, `"refused":true`) {
		t.Errorf("a broken file: %s", got)
	}

	save(`{"paused":[` + pauseHero + `]}`)
	s.out.wait(t, `pauses changed" paused=1`)
	if status, got := post(t, s.admin+"/v1/resume", asJSON, pauseHero); status != http.StatusOK || !strings.Contains(got, `"kept":"in `+name) {
		t.Errorf("status %d, %s", status, got)
	}
	see(t, s, helloPage)
	if status, got := post(t, s.admin+"/v1/pause", asJSON, pauseOne); status != http.StatusOK {
		t.Errorf("status %d, %s", status, got)
	}
	list, err := config.LoadPaused(name)
	if err != nil || len(list) != 1 || list[0].Name != "one" {
		t.Fatalf("the file has %v, error %v", list, err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode became %v, error %v", info.Mode(), err)
	}
	see(t, serve(t, page, catalogFile(t, smallCatalog), keys, inProcess, file), ownPage) // after a restart

	save(`{"paused":1}`)
	status, _, errs := proffer(t, "", "serve", "--engine", "native", "--origin", page, "--catalog", catalogFile(t, smallCatalog), "--keys", keys, "--paused", name)
	if status != 1 || !strings.Contains(errs, name) {
		t.Errorf("a start with a broken file: status %d, %s", status, errs)
	}
}

// stubborn is an engine that takes no other configuration.
type stubborn struct{ service.Engine }

func (stubborn) Reconfigure(context.Context, []byte) error { return errors.New("not today") }

// TestPauseFails holds that a pause which cannot be put in force is not in the
// file either, and that nothing is paused where the file cannot be written.
func TestPauseFails(t *testing.T) {
	snapshot, err := loadCatalog(catalogFile(t, smallCatalog), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	e, err := openEngine(t.Context(), &engineOptions{Engine: "native"}, nil, snapshot)
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	one := abi.Paused{Environment: "visitors", Kind: abi.PausedOffer, Name: "one"}
	dir := t.TempDir()
	for name, c := range map[string]struct {
		engine service.Engine
		file   string
	}{
		"engine": {stubborn{e}, filepath.Join(dir, "paused.json")},
		"file":   {e, filepath.Join(dir, "none", "paused.json")},
	} {
		t.Run(name, func(t *testing.T) {
			p := &service.Pauses{File: c.file, Engine: c.engine, Logger: logger}
			p.Configuration = live.NewConfiguration(c.engine, abi.DefaultConfig(), logger)
			if changed, err := p.Pause(t.Context(), one); changed || err == nil {
				t.Errorf("changed %t, error %v", changed, err)
			}
			list, err := config.LoadPaused(c.file)
			if len(list) > 0 || err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the file has %v, error %v", list, err)
			}
			if list, _ := p.State(); len(list)+len(p.Configuration.Current().Paused) > 0 {
				t.Errorf("paused are %v", list)
			}
			if s, err := e.Acquire(); err != nil || s.Snapshot().Settings != nil {
				t.Errorf("the engine has another configuration, or error %v", err)
			}
		})
	}
}

// TestPauseUnderTraffic holds that no page which is asked for after the answer
// shows what was paused, and that every page is whole.
func TestPauseUnderTraffic(t *testing.T) {
	s := serve(t, slotPage(t), catalogFile(t, smallCatalog), newKeys(t))
	var turn atomic.Int64 // odd: surely paused
	var over atomic.Bool
	var visitors sync.WaitGroup
	for range 4 {
		visitors.Go(func() {
			for !over.Load() {
				before := turn.Load()
				page, err := fetch(s.url + "/")
				surely := before%2 == 1 && turn.Load() == before
				if err != nil || page != ownPage && (page != helloPage || surely) {
					t.Errorf("surely paused %t: %q, error %v", surely, page, err)
					return
				}
			}
		})
	}
	for range 10 {
		for _, path := range []string{"/v1/pause", "/v1/resume"} {
			if path == "/v1/resume" {
				turn.Add(1)
			}
			if status, got := post(t, s.admin+path, asJSON, pauseOne); status != http.StatusOK {
				t.Errorf("%s: status %d, %s", path, status, got)
			}
			if path == "/v1/pause" {
				turn.Add(1)
				see(t, s, ownPage)
			} else {
				see(t, s, helloPage)
			}
		}
	}
	over.Store(true)
	visitors.Wait()
}

func fetch(url string) (string, error) {
	r, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", r.StatusCode)
	}
	return string(b), err
}
