package httpwasm_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/sys"

	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// constant is a source of randomness that has none.
type constant struct{}

func (constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 42
	}
	return len(p), nil
}

// frozen is a machine whose clock stands and whose randomness is always the
// same. wazero's defaults are like that, and hosts leave them so.
func frozen() wazero.ModuleConfig {
	return wazero.NewModuleConfig().
		WithRandSource(constant{}).
		WithWalltime(func() (int64, int32) { return 1_800_000_000, 0 }, sys.ClockResolution(1))
}

// keyed are settings with a cookie key and nothing fixed.
func keyed() []byte {
	c := abi.DefaultConfig()
	c.Keys = []abi.Key{{ID: seal.TestKeyID, Use: abi.UseCookie, Primary: true, Secret: abi.TestSecret()}}
	return abi.AppendConfig(nil, c)
}

// visitorOf is the visitor that a response's cookie was minted for.
func visitorOf(h http.Header) (id [abi.VisitorSize]byte, err error) {
	cookies := (&http.Response{Header: h}).Cookies()
	if len(cookies) != 1 {
		return id, fmt.Errorf("%d cookies", len(cookies))
	}
	var s visitor.State
	scratch := make([]byte, 0, seal.OpenSize)
	if _, _, ok := s.Open(scratch, seal.TestKeyring(), []byte(cookies[0].Name+"="+cookies[0].Value), false); !ok {
		return id, fmt.Errorf("%q does not verify", cookies[0].Value)
	}
	return s.ID, nil
}

// mint asks for the page as a stranger.
func mint(t *testing.T, h http.Handler, change func(*http.Request)) [abi.VisitorSize]byte {
	t.Helper()
	id, err := visitorOf(get(h, change).Header())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestInstancesMintTheirOwn runs two middlewares on one frozen machine: what
// tells their requests apart tells their visitors apart.
func TestInstancesMintTheirOwn(t *testing.T) {
	config := guestConfig(t, compileSmall(t), keyed())
	fresh := func() http.Handler { return newMiddleware(t, config, frozen()).NewHandler(t.Context(), page(slotted)) }
	first := mint(t, fresh(), nil)
	if mint(t, fresh(), nil) != first {
		t.Fatal("two instances mint different ids for one request: the machine is not frozen, and the test shows nothing")
	}
	for name, change := range map[string]func(*http.Request){
		"port":   func(r *http.Request) { r.RemoteAddr = "192.0.2.1:1235" },
		"query":  func(r *http.Request) { r.URL.RawQuery = "a=1" },
		"header": func(r *http.Request) { r.Header.Set("User-Agent", "other") },
		"cookie": func(r *http.Request) { r.Header.Set("Cookie", "session=2") },
		"second value": func(r *http.Request) {
			r.Header["Cookie"] = []string{"", "session=2"}
		},
	} {
		if mint(t, fresh(), change) == first {
			t.Errorf("another %s, and the same id", name)
		}
	}
	one := mint(t, fresh(), func(r *http.Request) { r.Header.Set("X", "1y2") })
	if two := mint(t, fresh(), func(r *http.Request) { r.Header.Set("X", "1"); r.Header.Set("Y", "2") }); two == one {
		t.Error("another border between headers, and the same id")
	}
}

// TestOneInstanceMintsAnew sends one request again and again to one instance on
// a frozen machine. The host may drop an instance and start another one,
// which counts anew; then the test starts again.
func TestOneInstanceMintsAnew(t *testing.T) {
	m := newMiddleware(t, guestConfig(t, compileSmall(t), keyed()), frozen())
	h := m.NewHandler(t.Context(), page(slotted))
	for range 100 {
		seen := map[[abi.VisitorSize]byte]bool{}
		before := len(m.runtime.instances)
		for range 10 {
			seen[mint(t, h, nil)] = true
		}
		if len(m.runtime.instances) != before {
			continue
		}
		if len(seen) != 10 {
			t.Errorf("10 requests make %d visitors", len(seen))
		}
		return
	}
	t.Error("the host made a new instance within each of 100 rows of 10 requests")
}

// TestManyAtOnce sends strangers at the same time, each over a connection of
// its own, to a frozen machine.
func TestManyAtOnce(t *testing.T) {
	m := newMiddleware(t, guestConfig(t, compileSmall(t), keyed()), frozen())
	s := m.serve(t, page(slotted))
	const all, workers = 200, 8
	var mu sync.Mutex
	var wg sync.WaitGroup
	seen := map[[abi.VisitorSize]byte]bool{}
	for range workers {
		wg.Go(func() {
			for range all / workers {
				id, err := stranger(t.Context(), s.Listener.Addr().String())
				mu.Lock()
				seen[id] = true
				mu.Unlock()
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if len(seen) != all {
		t.Errorf("%d strangers are %d visitors", all, len(seen))
	}
}

func stranger(ctx context.Context, addr string) (id [abi.VisitorSize]byte, err error) {
	r, err := pagecase.Exchange(ctx, addr, "GET / HTTP/1.1\nHost: shop.example\n\n")
	if err != nil {
		return id, err
	}
	if r.Text != filled {
		return id, fmt.Errorf("the page comes as %q", r.Text)
	}
	return visitorOf(r.Header)
}

// TestWithoutKeyNobodyIsMinted holds that a module without a cookie key makes no
// visitors: their ids could be guessed.
func TestWithoutKeyNobodyIsMinted(t *testing.T) {
	m := newMiddleware(t, guestConfig(t, compileSmall(t), nil), wazero.NewModuleConfig())
	w := get(m.NewHandler(t.Context(), page(slotted)), nil)
	if w.Body.String() != filled || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("the page comes as %q with %v", w.Body, w.Header())
	}
}
