package guest_test

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

func TestStatuses(t *testing.T) {
	shopped := build(t, shop)
	other := build(t, people)
	g := ready(t, testConfig(), shopped)
	page := func(change func(*abi.Request)) []byte {
		r := request(g)
		change(r)
		return abi.AppendRequest(nil, r)
	}
	broken := bytes.Clone(shopped)
	broken[len(broken)-1] ^= 1
	tests := []struct {
		name    string
		guest   *guest.Guest
		request []byte
		status  abi.Status
	}{
		{"page", g, page(func(*abi.Request) {}), abi.StatusOK},
		{"ping", g, []byte{0x91, 0}, abi.StatusOK},
		{"ping without a snapshot", guest.New(), []byte{0x91, 0}, abi.StatusOK},
		{"nothing", g, nil, abi.StatusMalformed},
		{"no array", g, []byte{0xc0}, abi.StatusMalformed},
		{"an event", g, []byte{0x91, 2}, abi.StatusUnsupported},
		{"explain", g, []byte{0x91, 3}, abi.StatusUnsupported},
		{"no snapshot", guest.New(), page(func(*abi.Request) {}), abi.StatusNoSnapshot},
		{"wrong snapshot", g, page(func(r *abi.Request) { r.Snapshot = make([]byte, abi.HashSize) }), abi.StatusWrongSnapshot},
		{"the empty name", g, page(func(r *abi.Request) { r.Snapshot = nil }), abi.StatusWrongSnapshot},
		{"a broken snapshot", g, page(func(r *abi.Request) { r.Snapshot = broken }), abi.StatusNoSnapshot},
		{"bytes for a snapshot", g, page(func(r *abi.Request) { r.Snapshot = make([]byte, 100) }), abi.StatusNoSnapshot},
		{"still the first one", g, page(func(*abi.Request) {}), abi.StatusOK},
		{"a snapshot inline", guest.New(), page(func(r *abi.Request) { r.Snapshot = other }), abi.StatusOK},
		{"both consents", g, page(func(r *abi.Request) { r.Flags |= abi.FlagConsentRefused }), abi.StatusRefused},
		{"a relative path", g, page(func(r *abi.Request) { r.Path = []byte("x") }), abi.StatusRefused},
	}
	for _, tt := range tests {
		out := tt.guest.Handle([]byte("head"), tt.request)
		if got, ok := abi.StatusOf(out[4:]); !ok || got != tt.status || string(out[:4]) != "head" {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.status)
		}
	}
}

// TestConfigurationIsTakenWholeOrNotAtAll: a refused one leaves the last.
func TestConfigurationIsTakenWholeOrNotAtAll(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	want := answer(t, g, request(g))
	twice := testConfig()
	twice.Keys = append(twice.Keys, key(1, abi.UseCookie, false)) // the test key stands beside no other
	for name, b := range map[string][]byte{
		"garbage": {0xc1}, "cut": {0x81, 0xa4}, "an unknown key": {0x81, 0xa1, 'x', 0xc0}, "a bad keyring": abi.AppendConfig(nil, twice),
	} {
		if status, _ := g.Configure(b); status.Healthy() == (status == abi.StatusOK) {
			t.Errorf("%s: status %s", name, status)
		}
	}
	if got := answer(t, g, request(g)); !bytes.Equal(got.Cookies[0], want.Cookies[0]) {
		t.Error("a refused configuration changed something")
	}
	for _, b := range [][]byte{nil, []byte("x"), make([]byte, 64)} {
		if status, _ := g.Load(b); status != abi.StatusNoSnapshot {
			t.Errorf("load: %s", status)
		}
	}
	if got := answer(t, g, request(g)); !bytes.Equal(got.Snapshot, want.Snapshot) {
		t.Error("a refused snapshot replaced the last")
	}
}

// TestPanicsAreRecovered loads snapshots whose indexes point outside, which the
// full check would have refused. The response says so, and nothing else.
func TestPanicsAreRecovered(t *testing.T) {
	good := build(t, shop)
	view, err := snapshot.Open(good)
	if err != nil {
		t.Fatal(err)
	}
	at := func(section int) int {
		return bytes.Index(good, view.Section(section))
	}
	offer := int(view.Environment(1).Offers().Start) * snapshot.RecordSize(snapshot.SecOffers)
	tests := []struct {
		name string
		at   int
	}{
		{"the space of a listed slot", at(snapshot.SecPageSlots)},
		{"the category of an offer", at(snapshot.SecOffers) + offer + 4},
		{"the site's environment", at(snapshot.SecSites) + 8},
	}
	for _, tt := range tests {
		b := bytes.Clone(good)
		copy(b[tt.at:], "\xfe\xff\xff\x7f")
		g := guest.New()
		if status, text := g.Load(b); status != abi.StatusOK {
			t.Fatal(text)
		}
		if status, _ := g.Verify(rehash(t, bytes.Clone(b))); status != abi.StatusNoSnapshot {
			t.Errorf("%s: the full check says %s", tt.name, status)
		}
		out := g.Handle([]byte("head"), abi.AppendRequest(nil, request(g)))
		r, err := abi.DecodeResponse(out[4:])
		if err != nil || r.Status != abi.StatusPanic || len(r.Text) == 0 || string(out[:4]) != "head" {
			t.Errorf("%s: %v, %+v", tt.name, err, r)
		}
	}
}

// rehash gives a changed snapshot the hash of what it has become.
func rehash(t testing.TB, b []byte) []byte {
	t.Helper()
	v, err := snapshot.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(v.Hashed())
	copy(v.Hash(), sum[:])
	return b
}
