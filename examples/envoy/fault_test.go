package envoy_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/plugin/abi"
)

// TestConfigurations takes what Envoy can pass: raw bytes, and JSON.
func TestConfigurations(t *testing.T) {
	catalog := compile(t, small)
	for name, config := range map[string][]byte{
		"an object":        object(t, catalog, pagecase.Settings(), nil),
		"bytes":            abi.AppendCommand(nil, pagecase.Settings(), catalog),
		"without settings": abi.AppendCommand(nil, nil, catalog),
	} {
		h := newHost(t, config)
		h.served(h.page(slotted).run(), filled)
		if len(h.logs) > 0 {
			t.Errorf("%s: the log has %q", name, h.logs)
		}
	}
}

// TestBrokenConfigurations holds that a module that cannot start its work says so
// and lets every page pass; where it had a good configuration that goes on.
func TestBrokenConfigurations(t *testing.T) {
	good := compile(t, small)
	damaged := bytes.Clone(good)
	damaged[len(damaged)/2] ^= 1
	call := map[string]any{"cluster": "c", "path": "/p"}
	for name, c := range map[string]struct {
		config []byte
		want   string
	}{
		"nothing":           {nil, "neither"},
		"text":              {[]byte("hello"), "neither"},
		"zeros":             {make([]byte, 1000), "neither"},
		"no snapshot":       {[]byte(`{"settings":""}`), "neither"},
		"two snapshots":     {object(t, good, nil, map[string]any{"snapshot_from": call}), "neither"},
		"unknown member":    {object(t, good, nil, map[string]any{"recrd": call}), "neither"},
		"no cluster":        {object(t, nil, nil, map[string]any{"snapshot_from": map[string]any{"path": "/p"}}), "neither"},
		"no path":           {object(t, nil, nil, map[string]any{"snapshot_from": map[string]any{"cluster": "c"}}), "neither"},
		"too often":         {object(t, nil, nil, map[string]any{"snapshot_from": map[string]any{"cluster": "c", "path": "/p", "every_ms": 10}}), "neither"},
		"never":             {object(t, nil, nil, map[string]any{"snapshot_from": map[string]any{"cluster": "c", "path": "/p", "every_ms": 1e9}}), "neither"},
		"record's period":   {object(t, good, nil, map[string]any{"record": map[string]any{"cluster": "c", "every_ms": 2000}}), "neither"},
		"hold":              {object(t, good, nil, map[string]any{"hold": false}), "neither"},
		"cut":               {abi.AppendCommand(nil, nil, good)[:len(good)/2], "neither"},
		"damaged snapshot":  {abi.AppendCommand(nil, nil, damaged), "snapshot"},
		"no snapshot's":     {abi.AppendCommand(nil, nil, []byte("GIF89a")), "snapshot"},
		"settings' form":    {abi.AppendCommand(nil, []byte("{}"), good), "edge: settings: "},
		"settings of bytes": {object(t, good, []byte("{}"), nil), "edge: settings: "},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, c.config)
			h.served(h.page(slotted).run(), slotted)
			if e := h.open(ask("/.proffer/offers.js"), nil, html(), []byte("x")).run(); e.local != nil {
				t.Error("an endpoint answers")
			}
			if len(h.logs) != 1 || !strings.HasPrefix(h.logs[0], "error ") || !strings.Contains(h.logs[0], c.want) {
				t.Errorf("the log has %q, want one line with %q", h.logs, c.want)
			}
			h.configure(object(t, good, pagecase.Settings(), nil))
			h.served(h.page(slotted).run(), filled)
			h.configure(c.config)
			h.served(h.page(slotted).run(), filled)
		})
	}
}

// TestNonsense gives the module what no host gives: callbacks for contexts that it
// does not know and in a wrong order, and garbage for headers and bodies. It never
// traps, which would end the worker's machine, and the next page is decided.
func TestNonsense(t *testing.T) {
	h := newHost(t, object(t, compile(t, small), pagecase.Settings(), nil))
	for _, id := range []uint64{0, 7, 1 << 31} {
		for _, f := range []string{"proxy_on_response_headers", "proxy_on_response_body", "proxy_on_request_headers", "proxy_on_request_body"} {
			h.at = uint32(id)
			h.export(f, id, 1, 1)
		}
		for _, f := range []string{"proxy_on_request_trailers", "proxy_on_response_trailers", "proxy_on_configure"} {
			h.export(f, id, 1)
		}
		for _, f := range []string{"proxy_on_tick", "proxy_on_done", "proxy_on_log", "proxy_on_delete"} {
			h.export(f, id)
		}
		h.export("proxy_on_http_call_response", id, 9, 1, 1, 0)
		h.export("proxy_on_http_call_response", pluginID, 9, 1, 1, 0)
	}
	if at := h.export("proxy_on_memory_allocate", 1<<31); at != 0 {
		t.Errorf("2 GiB are given at %d", at)
	}
	for at := range 4 {
		e := h.page(slotted[:40], slotted[40:])
		for i := 0; !e.done; i++ {
			h.garbage = i == at
			e.next()
		}
		h.garbage = false
	}
	h.served(h.page(slotted).run(), filled)
	e := h.page(slotted)
	e.next()
	e.next()
	e.end() // the browser is gone
	h.served(h.page(slotted).run(), filled)
}

// TestManyStreams opens more pages than the module decides at once: the others
// pass, and when all are gone pages are decided again.
func TestManyStreams(t *testing.T) {
	h := newHost(t, object(t, compile(t, small), pagecase.Settings(), nil))
	var open []*exchange
	for range 1500 {
		e := h.page(slotted)
		e.next()
		open = append(open, e)
	}
	decided := 0
	for _, e := range open {
		if e.run(); string(e.out) == filled {
			decided++
		} else if string(e.out) != slotted {
			t.Fatalf("a page comes as %q", e.out)
		}
	}
	if decided != 1024 {
		t.Errorf("%d of 1500 pages are decided, want 1024", decided)
	}
	h.served(h.page(slotted).run(), filled)
}

// TestVisitorsDiffer sends one request again and again on a machine without
// randomness, whose clock stands: each visitor gets an id.
func TestVisitorsDiffer(t *testing.T) {
	h := newHost(t, object(t, compile(t, small), keyed(), nil))
	h.frozen = true
	var cookies []string
	for range 10 {
		cookies = append(cookies, h.page(slotted).run().response.get("set-cookie"))
	}
	other := newHost(t, object(t, compile(t, small), keyed(), nil))
	other.frozen, other.random, other.now = true, h.random, h.now
	e := other.page(slotted)
	e.source = "192.0.2.1:1235"
	cookies = append(cookies, e.run().response.get("set-cookie"))
	slices.Sort(cookies)
	if got := slices.Compact(cookies); len(got) != 11 || got[0] == "" {
		t.Errorf("11 strangers are %d visitors: %q", len(got), got)
	}
}

// TestMemoryIsFlat serves 20,000 pages of changing size, and asks as often for the
// script. Go's runtime gives memory back meanwhile, and asks poll_oneoff for events
// from then on, which here is answered by ENOSYS.
func TestMemoryIsFlat(t *testing.T) {
	h := newHost(t, object(t, compile(t, small), keyed(), nil))
	text := strings.Repeat("<p>text</p>\n", 6000)
	var early uint32
	for i := range 20_000 {
		if i == 2000 {
			early = h.mod.Memory().Size()
		}
		n := i * 997 % len(text)
		e := h.page(slotted+text[:n/2], text[n/2:n]).run()
		if len(e.out) != len(filled)+n {
			t.Fatalf("page %d has %d bytes, want %d", i, len(e.out), len(filled)+n)
		}
		if e := h.open(ask("/.proffer/offers.js"), nil, nil).run(); e.local == nil {
			t.Fatal("no script")
		}
	}
	late := h.mod.Memory().Size()
	t.Logf("memory is %d KiB after 2,000 pages, %d KiB after 20,000", early>>10, late>>10)
	if late > early+(1<<20) || late > 24<<20 {
		t.Errorf("memory grows from %d to %d bytes", early, late)
	}
	if h.polls == 0 {
		t.Error("poll_oneoff is never called: the test does not show that the module does without it")
	}
}
