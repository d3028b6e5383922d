package service_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/service"
)

// files are an operator's.
type files struct {
	*testing.T
	dir    string
	opened int // engines that are not closed
}

func newFiles(t *testing.T) *files {
	t.Helper()
	f := &files{T: t, dir: t.TempDir()}
	keys, err := config.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	f.save("keys.json", string(keys))
	b, err := os.ReadFile(filepath.Join("..", "proxy", "testdata", "store.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	f.save("catalog.yaml", strings.ReplaceAll(string(b), "shop.example", "*"))
	return f
}

func (f *files) path(name string) string { return filepath.Join(f.dir, name) }

func (f *files) save(name, text string) {
	f.Helper()
	if err := os.WriteFile(f.path(name), []byte(text), 0o600); err != nil {
		f.Fatal(err)
	}
}

// counted is an engine of which is known whether it is closed.
type counted struct {
	service.Engine
	files *files
}

func (c counted) Close(ctx context.Context) error {
	c.files.opened--
	return c.Engine.Close(ctx)
}

// config is one with the files of the directory.
func (f *files) config() service.Config {
	return service.Config{
		File: config.Default(), Catalog: f.path("catalog.yaml"), Keys: f.path("keys.json"), LookupWait: time.Minute,
		Engine: func(_ context.Context, settings []byte) (service.Engine, error) {
			e, err := native.New(settings)
			if err == nil {
				f.opened++
			}
			return counted{e, f}, err
		},
		Tell:       func([]catalog.File, catalog.Diagnostics) error { return nil },
		Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler),
	}
}

// open makes an instance.
func (f *files) open(c service.Config) *service.Instance {
	f.Helper()
	i, err := service.Open(f.Context(), c)
	if err != nil {
		f.Fatal(err)
	}
	return i
}

// page asks an instance for a page with all slots.
func (f *files) page(i *service.Instance, path, cookie string) *http.Response {
	f.Helper()
	site := i.Pages.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><p data-offer-space="hero">own</p><p data-offer-space="side">own</p>`)
	}))
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Cookie", cookie)
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestOpenRefuses: what is wrong is named, and nothing is left behind.
func TestOpenRefuses(t *testing.T) {
	f := newFiles(t)
	f.save("broken", "broken")
	for name, c := range map[string]struct {
		edit func(*service.Config)
		want string
	}{
		"keys":    {func(c *service.Config) { c.Keys = f.path("broken") }, "broken"},
		"pauses":  {func(c *service.Config) { c.Paused = f.path("broken") }, "paused: " + f.path("broken")},
		"no file": {func(c *service.Config) { c.Catalog = f.path("none.yaml") }, "none.yaml"},
		"catalog": {func(c *service.Config) { c.Catalog = f.path("broken") }, "see the diagnostics above"},
		"tokens": {func(c *service.Config) {
			c.File.JWT = &config.JWT{Cookie: "s", Algorithms: []string{"EdDSA"}, KeyFile: f.path("broken")}
		}, "broken"},
		"records": {func(c *service.Config) { c.Record, c.File.Record.Days = f.path("records"), 8 }, "record: "},
		"pages":   {func(c *service.Config) { c.File.CORS.Origins = []string{"x"} }, "proxy: configuration: "},
	} {
		t.Run(name, func(t *testing.T) {
			settings := f.config()
			c.edit(&settings)
			if i, err := service.Open(t.Context(), settings); i != nil || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if f.opened != 0 {
				t.Errorf("%d engines are open", f.opened)
			}
		})
	}
	if _, err := service.OpenStorage(service.StorageConfig{URL: "nats://hub"}); err == nil || !strings.Contains(err.Error(), `store "nats://hub" is neither cookie: nor file:DIR`) {
		t.Errorf("another store: %v", err)
	}
}

// TestSharedStorage: an instance ends, and another one goes on with the same store,
// which has what the first one showed.
func TestSharedStorage(t *testing.T) {
	f := newFiles(t)
	where := service.StorageConfig{URL: "file:" + f.path("store"), Logger: slog.New(slog.DiscardHandler)}
	storage, err := service.OpenStorage(where)
	if err != nil {
		t.Fatal(err)
	}
	settings := func() service.Config {
		c := f.config()
		c.Storage = storage
		return c
	}
	first, second := f.open(settings()), f.open(settings())
	c := f.page(first, "/start", "").Cookies()[0]
	cookie := c.Name + "=" + c.Value
	if got := text(t, f.page(first, "/capped", cookie)); !strings.Contains(got, "<b>one</b>") {
		t.Errorf("at first: %s", got)
	}
	first.Close()
	if got := text(t, f.page(second, "/capped", cookie)); !strings.Contains(got, "<b>two</b>") {
		t.Errorf("by the other instance: %s", got)
	}
	second.Close()
	storage.End()
	if f.opened != 0 {
		t.Errorf("%d engines are open", f.opened)
	}
	again, err := service.OpenStorage(where)
	if err != nil {
		t.Fatal(err)
	}
	again.End()
}

// TestOperatorsEnd: load balancers are told of the end, and before it of what is
// ready.
func TestOperatorsEnd(t *testing.T) {
	f := newFiles(t)
	i := f.open(f.config())
	defer i.Close()
	o := i.Operators([]string{"ops.example"})
	ask := func(url string) (int, string) {
		w := httptest.NewRecorder()
		o.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
		return w.Code, w.Body.String()
	}
	if status, got := ask("http://anything/readyz"); status != http.StatusOK || !strings.HasPrefix(got, "ready\nsnapshot ") {
		t.Errorf("%d %s", status, got)
	}
	for host, want := range map[string]int{"ops.example": http.StatusOK, "localhost": http.StatusOK, "evil.example": http.StatusForbidden} {
		if status, got := ask("http://" + host + "/v1/paused"); status != want {
			t.Errorf("%s: %d %s", host, status, got)
		}
	}
	o.End()
	if status, got := ask("http://anything/readyz"); status != http.StatusServiceUnavailable || got != "not ready: told to end\n" {
		t.Errorf("%d %s", status, got)
	}
}
