package httpwasm_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/sys"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// mount is a directory that the host opens for the module, and a clock that stands
// until it is told otherwise.
type mount struct {
	*testing.T
	*middleware
	handler http.Handler
	dir     string
	seconds int64
}

func newMount(t *testing.T, first []byte) *mount {
	t.Helper()
	m := &mount{T: t, dir: t.TempDir(), seconds: 1_800_000_000}
	if first != nil {
		m.put(first)
	}
	config, err := json.Marshal(map[string]string{
		"snapshot_file": "/catalog/shop.snapshot", "settings": base64.StdEncoding.EncodeToString(pagecase.Settings()),
	})
	if err != nil {
		t.Fatal(err)
	}
	m.middleware = newMiddleware(t, config, wazero.NewModuleConfig().
		WithFSConfig(wazero.NewFSConfig().WithReadOnlyDirMount(t.TempDir(), "/").WithReadOnlyDirMount(m.dir, "/catalog")).
		WithWalltime(func() (int64, int32) { return m.seconds, 0 }, sys.ClockResolution(1)))
	m.handler = m.NewHandler(t.Context(), page(slotted))
	return m
}

// put replaces the file as an operator should, by a rename.
func (m *mount) put(b []byte) {
	m.Helper()
	next := filepath.Join(m.dir, "next")
	if err := os.WriteFile(next, b, 0o600); err != nil {
		m.Fatal(err)
	}
	if err := os.Rename(next, filepath.Join(m.dir, "shop.snapshot")); err != nil {
		m.Fatal(err)
	}
}

// shows checks what the page shows from the next second on. The host may start
// another instance at any time, which knows nothing of what the first one read.
func (m *mount) shows(want string) {
	m.Helper()
	m.seconds++
	if got := get(m.handler, nil).Body.String(); got != want && len(m.runtime.instances) == 1 {
		m.Errorf("the page is %q, want %q", got, want)
	}
}

// named is the small catalog with another offer.
func named(t testing.TB, text string) (snapshot []byte, shown string) {
	t.Helper()
	yaml := strings.Replace(small, "an offer", text, 1)
	b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(yaml)}})
	if err != nil {
		t.Fatal(err)
	}
	return b, strings.Replace(filled, "an offer", text, 1)
}

// TestMountedSnapshot: the module reads its catalog from a directory of the host's,
// takes over another one, and keeps what it has where the file is not good.
func TestMountedSnapshot(t *testing.T) {
	for range 100 {
		if m := walkFiles(t); len(m.runtime.instances) == 1 {
			return
		}
	}
	t.Error("in each of 100 walks the host made a second instance")
}

// walkFiles puts good and bad files into the directory.
func walkFiles(t *testing.T) *mount {
	t.Helper()
	first, one := named(t, "one")
	second, two := named(t, "two")
	m := newMount(t, nil)
	m.shows(slotted)
	m.put(first)
	if got := get(m.handler, nil).Body.String(); got != slotted && len(m.runtime.instances) == 1 {
		t.Errorf("within the second the page is %q", got)
	}
	m.shows(one)
	damaged := bytes.Clone(second)
	damaged[len(damaged)/2] ^= 1
	m.put(damaged)
	m.shows(one)
	m.put(second[:len(second)-1])
	m.shows(one)
	if err := os.Remove(filepath.Join(m.dir, "shop.snapshot")); err != nil {
		t.Fatal(err)
	}
	m.shows(one)
	m.shows(one)
	if err := os.Mkdir(filepath.Join(m.dir, "shop.snapshot"), 0o700); err != nil {
		t.Fatal(err)
	}
	m.shows(one)
	if err := os.Remove(filepath.Join(m.dir, "shop.snapshot")); err != nil {
		t.Fatal(err)
	}
	m.put(second)
	m.shows(two)
	for _, want := range []string{"it cannot be opened, WASI's error 44", "snapshot"} {
		if !strings.Contains(m.log.String(), "2 edge: /catalog/shop.snapshot: "+want) {
			t.Errorf("the log has %q, want a line with %q", m.log.String(), want)
		}
	}
	return m
}

// TestStandingClock: on a host that gives its guests no time a changed file is
// taken over after some hundred requests.
func TestStandingClock(t *testing.T) {
	first, one := named(t, "one")
	second, two := named(t, "two")
	m := newMount(t, first)
	m.shows(one)
	m.put(second)
	for range 1000 {
		if get(m.handler, nil).Body.String() == two {
			return
		}
	}
	t.Error("after 1,000 requests the page is still the old one")
}

// TestNoMount: without a directory the pages pass, and the log says why.
func TestNoMount(t *testing.T) {
	m := newMiddleware(t, []byte(`{"snapshot_file":"/catalog/shop.snapshot"}`), wazero.NewModuleConfig())
	h := m.NewHandler(t.Context(), page(slotted))
	for range 3 {
		if w := get(h, nil); w.Body.String() != slotted {
			t.Errorf("the page is %q", w.Body)
		}
	}
	if !strings.HasPrefix(m.log.String(), "2 edge: /catalog/shop.snapshot: the host has opened no directory that it is in\n") {
		t.Errorf("the log has %q", m.log.String())
	}
}

// TestSwapsKeepMemory takes over 200 snapshots of half a megabyte: an instance that
// kept the old ones would have 100 MB of them.
func TestSwapsKeepMemory(t *testing.T) {
	var list strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&list, "o%d: {weights: 1, content: {hero: {t: '%d%s'}}}, ", i, i, strings.Repeat("text ", 30))
	}
	yaml := strings.Replace(small, "offers: {", "offers: {"+list.String(), 1)
	var both [2][]byte
	for i, weight := range []string{"weights: 5", "weights: 6"} {
		b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(strings.Replace(yaml, "one: {weights: 1", "one: {"+weight, 1))}})
		if err != nil {
			t.Fatal(err)
		}
		both[i] = b
	}
	if n := len(both[0]); n < 400<<10 {
		t.Fatalf("the snapshot has %d bytes", n)
	}
	const swaps, limit = 200, 10 << 20
	m := newMount(t, both[0])
	most := uint32(0)
	for i := range swaps {
		m.put(both[i%2])
		m.shows(filled)
		for k, in := range m.runtime.instances {
			if most = max(most, in.Memory().Size()); most > limit {
				t.Fatalf("after %d swaps instance %d has %d bytes of memory, more than %d", i+1, k+1, most, limit)
			}
		}
	}
	t.Logf("after %d swaps of %d bytes no instance of %d has more than %d bytes", swaps, len(both[0]), len(m.runtime.instances), most)
	if m.log.Len() > 0 {
		t.Errorf("the log has %q", m.log.String())
	}
}
