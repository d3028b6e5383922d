package proxy_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/proxy"
)

// out is where the build leaves what can be made again.
var out = filepath.Join("..", "..", "build", "out")

// wasmEngine decides in the module that "make wasm" has built. Its wait is long
// so that a slow machine does not fail the test.
func wasmEngine(t testing.TB, snapshot []byte) *host.Host {
	t.Helper()
	wasm, err := os.ReadFile(filepath.Join(out, "proffer.wasm"))
	if err != nil {
		t.Fatalf("%v (make wasm)", err)
	}
	h, err := host.New(context.Background(), wasm, host.Config{
		Settings: hosttest.Settings(), Instances: 2, Wait: 10 * time.Second, CacheDir: filepath.Join(out, "wazero"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := h.Swap(context.Background(), snapshot); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestWasm(t *testing.T) {
	snapshots := [][]byte{snapshotOf(t, "old"), snapshotOf(t, "new")}
	h := wasmEngine(t, snapshots[0])
	m := middleware(t, proxy.Config{Engine: h})
	url := reverse(t, m, serve(t, page(slotted)))
	for i, word := range []string{"old", "new", "old"} {
		if err := h.Swap(t.Context(), snapshots[i%2]); err != nil {
			t.Fatal(err)
		}
		want := strings.Replace(filledIn, "offer one", word+" one", 1)
		for _, path := range []string{"/listed", "/any"} {
			a := ask(t, url, "GET", path, navigation...)
			if a.body != want || len(a.header["Set-Cookie"]) != 1 {
				t.Errorf("%s: %v", path, a)
			}
		}
	}
	m.expect(t, map[string]float64{"pages_total/injected": 6})
	if s := h.Stats(); s.Discarded > 0 {
		t.Errorf("instances were discarded: %+v", s)
	}
}
