package traefik_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rs/zerolog"
	"github.com/traefik/traefik/v3/pkg/plugins"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	compiler "github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// name is the plugin's in the configuration, and moduleName where its files are.
const name, moduleName = "proffer", "github.com/profferhq/proffer"

// traefik is the loader with the plugin in it.
var traefik struct {
	*plugins.Builder
	local   map[string]plugins.LocalDescriptor
	catalog string // the directory that is mounted as /catalog
	readme  []byte
	home    string // the directory of this example, in which tests do not run
}

// TestMain starts the loader once: it compiles the module, which is by far the
// slowest of all.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "traefik")
	if err == nil {
		err = load(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// load puts the plugin where the README says, below the working directory, and has
// Traefik read it.
func load(dir string) error {
	traefik.catalog = filepath.Join(dir, "catalog")
	var err error
	if traefik.home, err = os.Getwd(); err != nil {
		return err
	}
	if traefik.readme, err = os.ReadFile("README.md"); err != nil {
		return err
	}
	if err := errors.Join(os.MkdirAll(traefik.catalog, 0o700), lay(dir, "../../build/out/proffer-http-wasm.wasm"), os.Chdir(dir)); err != nil {
		return err
	}
	traefik.local = map[string]plugins.LocalDescriptor{
		name: {ModuleName: moduleName, Settings: plugins.Settings{Mounts: []string{traefik.catalog + ":/catalog:ro"}}},
	}
	if err := plugins.SetupLocalPlugins(traefik.local); err != nil {
		return err
	}
	traefik.Builder, err = plugins.NewBuilder(nil, nil, traefik.local)
	return err
}

// lay puts a build of the module and the manifest where Traefik looks for them.
func lay(dir, file string) error {
	module, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%w: run make wasm", err)
	}
	manifest, err := os.ReadFile(filepath.Join(traefik.home, ".traefik.yml"))
	if err != nil {
		return err
	}
	files := filepath.Join(dir, "plugins-local", "src", moduleName)
	return errors.Join(
		os.MkdirAll(files, 0o700),
		os.WriteFile(filepath.Join(files, "plugin.wasm"), module, 0o600),
		os.WriteFile(filepath.Join(files, ".traefik.yml"), manifest, 0o600),
	)
}

// journal is Traefik's log.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// middleware is the plugin in front of a handler, as Traefik makes it.
func middleware(t testing.TB, config map[string]any, next http.Handler) (http.Handler, *journal) {
	t.Helper()
	build, err := traefik.Build(name, config, "offers@file")
	if err != nil {
		t.Fatal(err)
	}
	log := &journal{}
	h, err := build(zerolog.New(log).WithContext(t.Context()), next)
	if err != nil {
		t.Fatal(err)
	}
	return h, log
}

// settings are the published test key for every use, with which nothing is secret.
func settings(change func(*abi.Config)) []byte {
	c := abi.DefaultConfig()
	for _, use := range []string{abi.UseCookie, abi.UseIdentity} {
		c.Keys = append(c.Keys, abi.Key{ID: seal.TestKeyID, Use: use, Primary: true, Secret: abi.TestSecret()})
	}
	if change != nil {
		change(c)
	}
	return abi.AppendConfig(nil, c)
}

// inline is a configuration with the snapshot in it.
func inline(snapshot, settings []byte) map[string]any {
	return map[string]any{
		"snapshot": base64.StdEncoding.EncodeToString(snapshot),
		"settings": base64.StdEncoding.EncodeToString(settings),
	}
}

// small is a catalog with one offer, for a page and an answer in JSON.
const small = `catalog: small
consent: assumed
environments:
  visitors:
    kind: anonymous
    pages: [{match: /, slots: [hero]}]
    spaces: {hero: {channel: web, fields: {t: text}, render: {html: '<b>{{ t }}</b>', json: '{"t": {{ t }}}'}}}
    categories: {all: {offers: {one: {weights: 1, content: {hero: {t: an offer}}}}}}
json:
  - {page: /api/home, path: offer, slot: hero}
`

const (
	slotted = `<!doctype html><p data-offer-space="hero">own</p>`
	filled  = `<!doctype html><p data-offer-space="hero"><b>an offer</b></p>`
)

func compile(t testing.TB, text string) []byte {
	t.Helper()
	c, diags := author.Parse([]catalog.File{{Name: "catalog.yaml", Text: []byte(text)}})
	b, more := compiler.Compile(c)
	if diags = append(diags, more...); diags.HasErrors() {
		t.Fatal(diags)
	}
	return b
}

// site answers with one page everywhere, and with JSON below /api.
func site(w http.ResponseWriter, r *http.Request) {
	kind, body := "text/html; charset=utf-8", slotted
	if strings.HasPrefix(r.URL.Path, "/api/") {
		kind, body = "application/json", `{"a": 1}`
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write([]byte(body))
}

// get asks as a browser does.
func get(h http.Handler, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://shop.example"+path, nil)
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// send writes a request as it is and returns the response as text. A visitor cookie
// goes to cookie.
func send(t *testing.T, s *httptest.Server, request string, cookie *string) string {
	t.Helper()
	r := pagecase.Send(t, s.Listener.Addr().String(), request)
	if set := r.Cookie(); set != "" {
		*cookie = set
	}
	return r.String()
}
