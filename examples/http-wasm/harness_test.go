package httpwasm_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/http-wasm/http-wasm-host-go/api"
	"github.com/http-wasm/http-wasm-host-go/handler"
	nethttp "github.com/http-wasm/http-wasm-host-go/handler/nethttp"
	"github.com/tetratelabs/wazero"
	wazeroapi "github.com/tetratelabs/wazero/api"

	"github.com/profferhq/proffer/host/hosttest"
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
	m := &middleware{}
	made, err := nethttp.NewMiddleware(t.Context(), hosttest.Artefact(t, "proffer-http-wasm.wasm"),
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

// response is one as it comes over the wire.
type response struct {
	*http.Response
	body []byte
}

// send writes a request, lines ended by "\n", as it is.
func send(t testing.TB, s *httptest.Server, request string) response {
	t.Helper()
	r, err := exchange(t.Context(), s.Listener.Addr().String(), request)
	if err != nil {
		t.Fatalf("%v: %q", err, request)
	}
	return r
}

func exchange(ctx context.Context, addr, request string) (response, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return response{}, err
	}
	defer conn.Close()
	head, body, _ := strings.Cut(request, "\n\n")
	head = strings.ReplaceAll(head, "\n", "\r\n") + "\r\nConnection: close\r\n\r\n"
	if _, err := io.WriteString(conn, head+body); err != nil {
		return response{}, err
	}
	method, _, _ := strings.Cut(request, " ")
	r, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return response{}, err
	}
	b, err := io.ReadAll(r.Body)
	return response{r, b}, errors.Join(err, r.Body.Close())
}

// String is the response with its header in order, without what the server
// adds to any.
func (r response) String() string {
	var lines []string
	for name, values := range r.Header {
		for _, v := range values {
			if name != "Date" && name != "Connection" {
				lines = append(lines, name+": "+v+"\n")
			}
		}
	}
	sort.Strings(lines)
	return fmt.Sprintf("%s %s\n%s\n%s", r.Proto, r.Status, strings.Join(lines, ""), r.body)
}

// origin answers every request with one response, given as text, and keeps the
// last request.
type origin struct {
	text string
	last *http.Request
}

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.last = r
	head, body, _ := strings.Cut(o.text, "\n\n")
	status, fields, _ := strings.Cut(head, "\n")
	for _, line := range strings.Split(fields, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			w.Header().Add(name, value)
		}
	}
	var code int
	if _, err := fmt.Sscanf(status, "HTTP/1.1 %d", &code); err != nil {
		panic("origin: " + status)
	}
	w.WriteHeader(code)
	if _, err := io.WriteString(w, body); err != nil {
		panic(err)
	}
}
