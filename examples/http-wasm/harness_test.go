package httpwasm_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/http-wasm/http-wasm-host-go/api"
	"github.com/http-wasm/http-wasm-host-go/handler"
	nethttp "github.com/http-wasm/http-wasm-host-go/handler/nethttp"
	"github.com/tetratelabs/wazero"
	wazeroapi "github.com/tetratelabs/wazero/api"

	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// guestConfig is the configuration as an operator writes it, and as Traefik
// hands it to the module.
func guestConfig(t testing.TB, snapshot, settings []byte) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]string{
		"snapshot": base64.StdEncoding.EncodeToString(snapshot),
		"settings": base64.StdEncoding.EncodeToString(settings),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// middleware is one middleware of a host with the module in it.
type middleware struct {
	nethttp.Middleware
	log     strings.Builder // what the module logs
	runtime *runtime
}

// newMiddleware starts the module as the library does by itself. Its config is where a test
// chooses clock and randomness.
func newMiddleware(t testing.TB, config []byte, c wazero.ModuleConfig) *middleware {
	t.Helper()
	return newMiddlewareOf(t, hosttest.Artefact(t, "proffer-http-wasm.wasm"), config, c)
}

// newMiddlewareOf does so with another build of the module.
func newMiddlewareOf(t testing.TB, wasm, config []byte, c wazero.ModuleConfig) *middleware {
	t.Helper()
	m := &middleware{}
	made, err := nethttp.NewMiddleware(t.Context(), wasm,
		handler.GuestConfig(config),
		handler.ModuleConfig(c),
		handler.Logger(logger{&m.log}),
		handler.Runtime(func(ctx context.Context) (wazero.Runtime, error) {
			cache, err := compiled(hosttest.CacheDir(t))
			if err != nil {
				return nil, err
			}
			c := wazero.NewRuntimeConfigCompiler().WithCompilationCache(cache)
			m.runtime = &runtime{Runtime: wazero.NewRuntimeWithConfig(ctx, c)}
			return m.runtime, nil
		}))
	if err != nil {
		t.Fatal(err)
	}
	m.Middleware = made
	t.Cleanup(func() {
		if err := made.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return m
}

var (
	compileOnce sync.Once
	cache       wazero.CompilationCache
)

// compiled is what all middlewares of this process share: the module is
// compiled once, or found in dir.
func compiled(dir string) (wazero.CompilationCache, error) {
	var err error
	compileOnce.Do(func() { cache, err = wazero.NewCompilationCacheWithDir(dir) })
	return cache, err
}

// runtime is wazero's, and keeps the instances: a host makes them as it likes.
type runtime struct {
	wazero.Runtime
	mu        sync.Mutex
	instances []wazeroapi.Module
}

func (r *runtime) InstantiateModule(ctx context.Context, c wazero.CompiledModule, config wazero.ModuleConfig) (wazeroapi.Module, error) {
	m, err := r.Runtime.InstantiateModule(ctx, c, config)
	if err == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.instances = append(r.instances, m)
	}
	return m, err
}

// serve puts the middleware in front of an origin and starts a server.
func (m *middleware) serve(t testing.TB, origin http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(m.NewHandler(t.Context(), origin))
	t.Cleanup(s.Close)
	return s
}

type logger struct{ to *strings.Builder }

func (l logger) IsEnabled(api.LogLevel) bool { return true }

func (l logger) Log(_ context.Context, level api.LogLevel, message string) {
	fmt.Fprintf(l.to, "%d %s\n", level, message)
}

// send writes a request, lines ended by "\n", as it is.
func send(t testing.TB, s *httptest.Server, request string) pagecase.Response {
	t.Helper()
	return pagecase.Send(t, s.Listener.Addr().String(), request)
}
