//go:build edges

package cloudflare_test

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// accept is what answers a WebSocket's key (RFC 6455, section 1.3).
func accept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// namespace is a KV namespace of one value.
type namespace struct {
	mu    sync.Mutex
	value []byte
	code  int
}

func (n *namespace) put(code int, value []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.code, n.value = code, value
}

func (n *namespace) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if r.URL.Path != "/snapshot" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.WriteHeader(n.code)
	_, _ = w.Write(n.value)
}

// TestSwap puts snapshots into a KV namespace: a good one is swapped in while
// pages go out, a bad one or none leaves the last.
func TestSwap(t *testing.T) {
	n := &namespace{code: 200, value: shop(t)}
	kv := httptest.NewServer(n)
	t.Cleanup(kv.Close)
	w := start(t, setup{
		settings: pagecase.Settings(), snapshot: []byte{}, origin: http.HandlerFunc(html),
		bindings: `(name = "OFFERS", kvNamespace = "kv"), (name = "REFRESH", text = "0"),`,
		services: fmt.Sprintf(`(name = "kv", external = (address = %q, http = ())),`, kv.Listener.Addr()),
	})
	if p := w.send(t, front); !strings.Contains(p.Text, "Beach week") {
		t.Fatalf("the first page: %q; workerd writes %q", p.Text, w.said)
	}
	n.put(200, compiled(t, strings.Replace(catalogue, "Beach week", "Ski week", 1)))
	for end := time.Now().Add(20 * time.Second); ; {
		p := w.send(t, front)
		if strings.Contains(p.Text, "Ski week") {
			break
		}
		if !strings.Contains(p.Text, "Beach week") || time.Now().After(end) {
			t.Fatalf("a page before the swap: %q; workerd writes %q", p.Text, w.said)
		}
	}
	for code, value := range map[int]string{200: "no snapshot", 404: "", 500: "down"} {
		n.put(code, []byte(value))
		for range 5 {
			if p := w.send(t, front); !strings.Contains(p.Text, "Ski week") {
				t.Errorf("%d: %q", code, p.Text)
			}
		}
	}
	w.said.await(t, "this snapshot is not used")
}

// TestBundled holds that the bundled snapshot serves where the namespace cannot.
func TestBundled(t *testing.T) {
	n := &namespace{code: 404}
	kv := httptest.NewServer(n)
	t.Cleanup(kv.Close)
	w := start(t, setup{
		settings: pagecase.Settings(), snapshot: shop(t), origin: http.HandlerFunc(html),
		bindings: `(name = "OFFERS", kvNamespace = "kv"),`,
		services: fmt.Sprintf(`(name = "kv", external = (address = %q, http = ())),`, kv.Listener.Addr()),
	})
	began := time.Now()
	if p := w.send(t, front); !strings.Contains(p.Text, "Beach week") {
		t.Errorf("the page: %q; workerd writes %q", p.Text, w.said)
	}
	t.Logf("listening after %v, the first page after %v more", w.started, time.Since(began))
	for _, path := range []string{"/", "/unlisted"} {
		began = time.Now()
		for range 500 {
			w.send(t, strings.Replace(front, "/", path, 1))
		}
		t.Logf("%s: %v", path, time.Since(began)/500)
	}
}
