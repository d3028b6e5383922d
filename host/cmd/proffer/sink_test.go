package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/events"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/host/service"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// telling is an engine whose module tells, of each page and each request below
// the prefix, all that it knows of the visitor, where a module may say nothing.
type telling struct {
	service.Engine
	secrets []string
}

type tellingSession struct {
	host.Session
	engine *telling
}

func (e *telling) Acquire() (host.Session, error) {
	s, err := e.Engine.Acquire()
	return &tellingSession{s, e}, err
}

func (s *tellingSession) Handle(ctx context.Context, dst, request []byte) ([]byte, error) {
	q := new(abi.Request)
	if status, text := q.Decode(request); status != abi.StatusOK {
		return nil, fmt.Errorf("the request is refused: %s", text)
	}
	cookie := ""
	for _, h := range q.Headers {
		if string(h.Name) == "cookie" {
			cookie = string(h.Value)
		}
	}
	told := "&u=" + url.QueryEscape(cookie) + "&visitor=" + url.QueryEscape(strings.Join(s.engine.secrets, " "))
	if q.Kind == abi.KindEvent {
		return abi.AppendReply(dst, &abi.Reply{
			Snapshot: s.Snapshot().Hash[:], Code: 204,
			Events: [][]byte{[]byte(eventLine("accepted", july(), 7, "beach") + told)},
		}), nil
	}
	b, err := s.Session.Handle(ctx, nil, request)
	if err != nil {
		return nil, err
	}
	r, err := abi.DecodeResponse(b)
	if err != nil {
		return nil, err
	}
	r.Answer.Events = [][]byte{
		[]byte(eventLine("shown", july(), 7, "beach") + told),
		[]byte(eventLine("shown", july(), 8, url.QueryEscape(cookie)) + told), // in the place of a name
	}
	return abi.AppendAnswer(dst, &r.Answer), nil
}

// Files of events hold no visitor id, no cookie and no key, whatever the module
// says (T27), and an acceptance is there before it is acknowledged.
func TestServedEventsNameNoVisitor(t *testing.T) {
	keys := newKeys(t)
	list, err := config.LoadKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	file := config.Default()
	file.Events.Dir = filepath.Join(t.TempDir(), "events")
	inner, err := openEngine(t.Context(), &engineOptions{Engine: "native"}, file.Settings(list), mustLoad(t, catalogFile(t, smallCatalog)))
	if err != nil {
		t.Fatal(err)
	}
	e := &telling{Engine: inner}
	sink, end, err := service.OpenEvents(service.EventsConfig{Events: file.Events, Clock: july, Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><div data-offer-space="hero">own</div>`)
	}))
	defer site.Close()
	u, err := url.Parse(site.URL)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := proxy.New(proxy.Config{Engine: e, Clock: july, Events: sink})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(proxy.NewReverseProxy(pages, u))
	defer front.Close()
	me := person(t)
	_, r := get(t, me, front.URL+"/")
	if len(r.Cookies()) != 1 {
		t.Fatalf("cookies are %v", r.Cookies())
	}
	cookie := r.Cookies()[0]
	secrets := []string{cookie.Value, cookie.Value[:40], visitorID(t, list, cookie), hex.EncodeToString(list[0].Secret[:]), "127.0.0.1"}
	e.secrets = secrets
	get(t, me, front.URL+"/")
	if answer, err := me.Post(front.URL+"/.proffer/event", "text/plain", nil); err != nil || answer.StatusCode != http.StatusNoContent {
		t.Fatalf("%v, %v", answer, err)
	}
	accepted := eventFiles(t, file.Events.Dir)
	if !strings.Contains(accepted, `"accepted"`) {
		t.Errorf("an acceptance was acknowledged, and the files hold %s", accepted)
	}
	end()
	got := eventFiles(t, file.Events.Dir)
	if strings.Count(got, "\n") != 3 || strings.Count(got, `"shown"`) != 2 {
		t.Errorf("the files hold %s", got)
	}
	for _, s := range secrets {
		if strings.Contains(got, s) || strings.Contains(got, url.QueryEscape(s)) {
			t.Errorf("%s is in %s", s, got)
		}
	}
}

// A directory that another proxy writes to is refused, by the flag and by the
// file.
func TestServeRefusesTheEventsOfAnother(t *testing.T) {
	dir := t.TempDir()
	log, err := events.Open(events.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close(context.Background()) }()
	file := filepath.Join(t.TempDir(), "config.json")
	text, err := json.Marshal(map[string]any{"events": map[string]any{"dir": dir}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"--events=" + dir, "--config=" + file} {
		status, _, errs := proffer(t, "", "serve", "--origin", "http://127.0.0.1:1", "--catalog", catalogFile(t, smallCatalog),
			"--keys", newKeys(t), "--engine", "native", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", flag)
		if status != 1 || !strings.Contains(errs, "another proffer writes events there") {
			t.Errorf("%s: status %d, %s", flag, status, errs)
		}
	}
}

// eventFiles is all that a directory's files hold, by whatever name.
func eventFiles(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}

func mustLoad(t *testing.T, name string) []byte {
	t.Helper()
	b, err := loadCatalog(name, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// visitorID is the id in a visitor's cookie, in hex.
func visitorID(t *testing.T, keys []abi.Key, cookie *http.Cookie) string {
	t.Helper()
	ring, err := config.Keyring(keys)
	if err != nil {
		t.Fatal(err)
	}
	var s visitor.State
	body := make([]byte, 0, seal.OpenSize)
	if _, _, ok := s.Open(body, ring, []byte(cookie.Name+"="+cookie.Value), false); !ok {
		t.Fatalf("%s does not verify", cookie)
	}
	return hex.EncodeToString(s.ID[:])
}
