package envoy_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// fetching is a configuration whose snapshot comes from a cluster.
func fetching(t *testing.T) []byte {
	return object(t, nil, pagecase.Settings(), map[string]any{"snapshot_from": map[string]any{"cluster": "catalogs", "authority": "catalogs.example", "path": "/shop.snapshot", "every_ms": 5000}})
}

// TestSnapshotIsFetched lets two workers of one proxy start without a snapshot: one
// of them asks, both have it, and what is no snapshot changes nothing.
func TestSnapshotIsFetched(t *testing.T) {
	a, b := newHost(t, fetching(t)), newHost(t, fetching(t))
	b.shared = a.shared
	a.served(a.page(slotted).run(), slotted)
	a.pass()
	b.now = a.now
	b.pass()
	if len(a.calls) != 1 || len(b.calls) != 0 || a.calls[0].cluster != "catalogs" || a.calls[0].fields.get(":authority") != "catalogs.example" || a.calls[0].fields.get(":path") != "/shop.snapshot" || a.calls[0].fields.get(":method") != "GET" {
		t.Fatalf("the calls are %+v and %+v", a.calls, b.calls)
	}
	a.tell(a.calls[0], fields{{":status", "200"}}, compile(t, small))
	a.served(a.page(slotted).run(), filled)
	b.served(b.page(slotted).run(), slotted)
	if a.tick != 5000 || b.tick != 5000 {
		t.Errorf("the timers are at %d and %d ms", a.tick, b.tick)
	}
	b.pass()
	b.served(b.page(slotted).run(), filled)
	if len(b.calls) != 1 {
		t.Fatal("the second worker does not ask when it is time again")
	}
	for _, bad := range []struct {
		answer fields
		body   string
	}{
		{nil, ""},
		{fields{{":status", "503"}}, "no"},
		{fields{{":status", "200"}}, "no"},
		{fields{{":status", "200"}}, ""},
		{fields{{":status", "200"}}, strings.Repeat("x", 1<<20)},
		{fields{{":status", "200"}}, string(damage(compile(t, strings.Replace(small, "an offer", "a bad one", 1))))},
	} {
		before := len(b.logs)
		b.tell(b.calls[len(b.calls)-1], bad.answer, []byte(bad.body))
		if len(b.logs) != before+1 || !strings.HasPrefix(b.logs[before], "error snapshot_from: ") {
			t.Errorf("%v: the log has %q", bad.answer, b.logs)
		}
		b.served(b.page(slotted).run(), filled)
		b.pass()
	}
	b.tell(b.calls[len(b.calls)-1], fields{{":status", "200"}}, compile(t, strings.Replace(small, "an offer", "a new one", 1)))
	fresh := strings.Replace(filled, "an offer", "a new one", 1)
	b.served(b.page(slotted).run(), fresh)
	a.now = b.now
	a.pass()
	a.served(a.page(slotted).run(), fresh)
	if len(a.logs) > 0 {
		t.Errorf("the first worker's log has %q", a.logs)
	}
}

// damage changes a byte of a snapshot's content.
func damage(b []byte) []byte {
	return bytes.Replace(b, []byte("a bad one"), []byte("a b4d one"), 1)
}

// asking is a worker that asks a peer for records.
func asking(t *testing.T) *host {
	c := abi.DefaultConfig()
	secret := [abi.SecretSize]byte{9}
	for _, use := range []string{abi.UseCookie, abi.UseIdentity, abi.UsePeer} {
		c.Keys = append(c.Keys, abi.Key{ID: 3, Use: use, Primary: true, Secret: secret})
	}
	return newHost(t, object(t, compile(t, known), abi.AppendConfig(nil, c), map[string]any{"record": map[string]any{"cluster": "proffer"}}))
}

func ring(t testing.TB) *seal.Keyring {
	t.Helper()
	var keys []seal.Key
	for _, use := range []seal.Use{seal.UseCookie, seal.UseIdentity, seal.UsePeer} {
		keys = append(keys, seal.Key{ID: 3, Use: use, Primary: true, Secret: [32]byte{9}})
	}
	k, err := seal.NewKeyring(keys)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// customer opens the page for one who has logged in.
func (h *host) customer() *exchange {
	h.Helper()
	b, err := seal.AppendToken(nil, ring(h), "main", "anna", h.now/1e9+3600, nil)
	if err != nil {
		h.Fatal(err)
	}
	return h.open(ask("/", [2]string{"cookie", "proffer_identity=" + string(b)}), nil, html(), []byte(slotted[:40]), []byte(slotted[40:]))
}

// anna is what the peer knows of her.
func anna() []byte {
	tier := wire.AppendMap(nil, 1)
	tier = wire.AppendStr(wire.AppendStr(tier, "tier"), "gold")
	return abi.AppendRecord(nil, &abi.Record{Persons: []abi.Person{{Source: []byte("main"), Key: []byte("anna"), Attributes: abi.Attributes(tier)}}})
}

var gold = strings.Replace(filled, "an offer", "for gold", 1)

// TestRecordIsAsked asks a peer while the origin works. The page waits three ticks
// behind the origin's head and no longer.
func TestRecordIsAsked(t *testing.T) {
	h := asking(t)
	first := h.customer()
	first.next()
	first.next()
	c := h.calls[0]
	bearer, _ := strings.CutPrefix(c.fields.get("authorization"), "Bearer ")
	if c.cluster != "proffer" || c.fields.get(":path") != "/v1/record" || c.fields.get(":method") != "POST" || seal.VerifyPeer(ring(t), []byte(bearer), h.now/1e6) != seal.Valid {
		t.Fatalf("the call is %+v", c)
	}
	if r, err := abi.DecodeResponse(c.body); err != nil || r.Status != abi.StatusNeed || string(r.Need.Key.Key) != "anna" {
		t.Errorf("the need is %+v, %v", r, err)
	}
	h.tell(c, fields{{":status", "200"}}, anna())
	h.served(first.run(), gold)

	for name, stopAll := range map[string]bool{"the body waits too": true, "the body comes": false} {
		h.stopAll = stopAll
		late := h.customer().run() // until it waits
		if late.done || !late.held || h.tick != 1 {
			t.Fatalf("%s: the page does not wait: %+v", name, late.stream)
		}
		h.tell(h.calls[len(h.calls)-1], fields{{":status", "200"}}, anna())
		h.served(late.run(), gold)
		if h.tick != 0 {
			t.Errorf("%s: the timer is at %d ms still", name, h.tick)
		}
		for what, answer := range map[string]func(*call){
			"nothing":     func(c *call) { h.tell(c, nil, nil) },
			"not a peer":  func(c *call) { h.tell(c, fields{{":status", "401"}}, []byte("no")) },
			"no record":   func(c *call) { h.tell(c, fields{{":status", "200"}}, []byte("no")) },
			"empty":       func(c *call) { h.tell(c, fields{{":status", "200"}}, nil) },
			"three ticks": func(*call) { h.pass(); h.pass(); h.pass() },
		} {
			late := h.customer().run()
			answer(h.calls[len(h.calls)-1])
			h.served(late.run(), slotted)
			if c := h.calls[len(h.calls)-1]; !c.done { // and then it comes
				h.tell(c, fields{{":status", "200"}}, anna())
			}
			if h.tick != 0 {
				t.Errorf("%s, %s: the timer is at %d ms still", name, what, h.tick)
			}
		}
		gone := h.customer().run()
		gone.held = false
		gone.end()
		h.tell(h.calls[len(h.calls)-1], fields{{":status", "200"}}, anna())
	}
	calls := len(h.calls)
	h.served(h.page(slotted).run(), slotted)
	if len(h.calls) != calls || len(h.logs) > 0 {
		t.Errorf("for a stranger there are %d calls; the log has %q", len(h.calls)-calls, h.logs)
	}
}
