//go:build edges

package cloudflare_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// passes demands the origin's page as it is.
func passes(t *testing.T, name string, p pagecase.Response) {
	t.Helper()
	if p.Text != ours || p.StatusCode != 200 || p.Header.Get("Cache-Control") != "public, max-age=60" || len(p.Header.Values("Set-Cookie")) != 1 {
		t.Errorf("%s: %s %v %q", name, p.Status, p.Header, p.Text)
	}
}

// TestFailOpen lets what can be bad be bad: pages pass, endpoints say 503.
func TestFailOpen(t *testing.T) {
	broken := shop(t)
	broken[len(broken)/2] ^= 1
	for name, s := range map[string]setup{
		"no snapshot":      {settings: pagecase.Settings(), snapshot: []byte{}},
		"text":             {settings: pagecase.Settings(), snapshot: []byte("offers")},
		"a broken one":     {settings: pagecase.Settings(), snapshot: broken},
		"bad settings":     {settings: []byte{0x81, 0xa1, 'x', 1}, snapshot: shop(t)},
		"a trap in verify": {settings: []byte("1"), snapshot: mood('p'), guest: badGuest(t)},
		"no good answer":   {settings: []byte("1"), snapshot: mood('j'), guest: badGuest(t)},
		"no snapshot now":  {settings: []byte("1"), snapshot: mood('U'), guest: badGuest(t)},
	} {
		t.Run(name, func(t *testing.T) {
			s.origin = http.HandlerFunc(html)
			w := start(t, s)
			for range 3 {
				passes(t, name, w.send(t, front))
			}
			if p := w.send(t, "GET /.proffer/offers.js HTTP/1.1\nHost: shop.example\n"); p.StatusCode != 503 || len(p.Text) > 0 {
				t.Errorf("an endpoint: %s %q", p.Status, p.Text)
			}
			if name != "no snapshot" {
				w.said.await(t, "proffer: ")
			}
		})
	}
}

// TestNoInjector lets pages pass where nothing can be written into them, without
// a cookie that says otherwise.
func TestNoInjector(t *testing.T) {
	w := start(t, setup{settings: pagecase.Settings(), snapshot: shop(t), injector: badGuest(t), origin: http.HandlerFunc(html)})
	for range 3 {
		passes(t, "no injector", w.send(t, front))
	}
	w.said.await(t, "injector_buffer is not a function")
}

// TestTrap demands another instance after one that has trapped.
func TestTrap(t *testing.T) {
	w := start(t, setup{settings: []byte("A"), snapshot: mood(0), guest: badGuest(t), origin: http.HandlerFunc(html)})
	for range 3 { // an instance that traps where a request is above 64 KiB
		passes(t, "a small request", w.send(t, front))
		if strings.Count(w.said.String(), "unreachable") > 0 {
			t.Fatal("it trapped before")
		}
	}
	long := "POST /.proffer/event HTTP/1.1\nHost: shop.example\nContent-Length: 65536\n\n" + strings.Repeat("x", 65536)
	for range 3 {
		if p := w.send(t, long); p.StatusCode != 503 {
			t.Errorf("a trap: %s", p.Status)
		}
		passes(t, "after a trap", w.send(t, front))
	}
	page := front + strings.Repeat("X-Long: "+strings.Repeat("x", 8000)+"\n", 9)
	passes(t, "a page that traps", w.send(t, page))
	w.said.await(t, "unreachable")
	if n := strings.Count(w.said.String(), "proffer: unreachable"); n != 4 {
		t.Errorf("%d traps, want 4: %q", n, w.said)
	}
}

// mood is a snapshot of badguest's.
func mood(m byte) []byte { return append(make([]byte, 32), m) }

// badGuest is a module that keeps the contract, and goes wrong as it is told.
func badGuest(t *testing.T) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "badguest.wasm")
	cmd := exec.Command("go", "build", "-buildmode=c-shared", "-o", file, "../../host/internal/badguest")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return read(t, file)
}
