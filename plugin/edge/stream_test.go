package edge_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/edge"
)

func field(name, value string) abi.Header {
	return abi.Header{Name: []byte(name), Value: []byte(value)}
}

func head(more ...abi.Header) []byte {
	return edge.AppendPairs(nil, append([]abi.Header{
		field(":method", "GET"), field(":path", "/?a=1"), field(":authority", "Shop.Example:8080"), field(":scheme", "https"), field("x-forwarded-proto", "HTTPS"),
	}, more...)...)
}

// TestPairs compares with bytes that were laid out by hand.
func TestPairs(t *testing.T) {
	const want = "\x02\x00\x00\x00" + "\x01\x00\x00\x00\x03\x00\x00\x00" + "\x02\x00\x00\x00\x00\x00\x00\x00" + "a\x00bcd\x00" + "xy\x00\x00"
	if got := edge.AppendPairs(nil, field("a", "bcd"), field("xy", "")); string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var s edge.Stream
	good := head(field("cookie", "theme=dark"), field("Upgrade", ""))
	if !s.Begin(good) {
		t.Fatal("a good head is refused")
	}
	x := s.Exchange()
	if string(x.Method) != "GET" || string(x.URI) != "/?a=1" || string(x.Host) != "Shop.Example:8080" || !x.Secure || len(x.Headers) != 3 || string(x.Headers[1].Value) != "theme=dark" || !s.Upgrades() {
		t.Errorf("it is read as %+v", x)
	}
	for n := range good {
		if s.Begin(good[:n]) {
			t.Errorf("%d of %d bytes are taken", n, len(good))
		}
	}
	for name, bad := range map[string][]byte{
		"more":      append(bytes.Clone(good), 0),
		"no path":   edge.AppendPairs(nil, field(":method", "GET")),
		"no method": edge.AppendPairs(nil, field(":path", "/")),
		"129":       head(make([]abi.Header, 124)...),
		"100 KB":    head(field("x", strings.Repeat("x", 100<<10))),
		"4 billion": []byte("\xff\xff\xff\xff\x00\x00\x00\x00"),
		"long name": []byte("\x01\x00\x00\x00\xff\xff\xff\xff\x00\x00\x00\x00a\x00\x00"),
	} {
		if s.Begin(bad) {
			t.Errorf("%s: taken", name)
		}
	}
	if !s.Begin(head(make([]abi.Header, 123)...)) {
		t.Error("128 fields are refused")
	}
}

// TestStream decides a page by its head and lets its body through byte by byte. The
// offer and the cookie are those of the same exchange when the body is known, but
// for the status, and a stream serves one exchange after another.
func TestStream(t *testing.T) {
	e := newEdge(t, settings())
	var s edge.Stream
	for range 3 {
		if !s.Begin(head()) {
			t.Fatal("the head is refused")
		}
		out, changes, ok := s.Decide(e)
		if !ok || !changes || !out.Private || len(out.Cookies) != 1 || s.Idle() {
			t.Fatalf("got %+v, %v, %v", out, changes, ok)
		}
		var body []byte
		for i := range len(page) {
			body = s.Write(body, []byte(page[i:i+1]), false)
		}
		body = s.Write(body, nil, true)
		if got := string(body); got != strings.Replace(page, "own", "<b>one</b>", 1) && got != strings.Replace(page, "own", "<b>two</b>", 1) {
			t.Errorf("the page is %q", got)
		}
		if !s.Idle() {
			t.Error("there is still something to write")
		}
		s.Close()
	}
	s.Begin(head())
	s.Decide(e)
	body := s.Write(nil, []byte(page[:30]), false)
	if body = s.Write(body, nil, true); string(body) != page[:30] {
		t.Errorf("a page that ends early comes as %q", body)
	}
	if e.Need(&s) != nil {
		t.Error("something is to be looked up where nobody is known")
	}
}

// TestSwap starts without a snapshot, and keeps the one it has when another is bad.
func TestSwap(t *testing.T) {
	c, err := edge.ParseConfig(fmt.Appendf(nil, ` {"snapshot_from":{"cluster":"c","path":"/p","every_ms":86400000},"record":{"authority":"a","cluster":"r"},"hold":true,"settings":%q}`,
		base64.StdEncoding.EncodeToString(settings())))
	if err != nil || !c.Hold || string(c.Fetch.Cluster) != "c" || string(c.Fetch.Authority) != "c" || c.Fetch.Every != 86_400_000 ||
		string(c.Record.Authority) != "a" || string(c.Record.Path) != "/v1/record" {
		t.Fatalf("the configuration is %+v, %v", c, err)
	}
	e, err := edge.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := &edge.Exchange{Method: []byte("GET"), URI: []byte("/.proffer/offers.js")}
	if e.Listed(exchange()) || e.Owns(endpoint) || e.Hash() != nil {
		t.Error("it decides without a snapshot")
	}
	good := snapshot(t)
	bad := bytes.Clone(good)
	bad[len(bad)/2] ^= 1
	for range 2 {
		if err := e.Swap(bad); err == nil {
			t.Error("a damaged snapshot is taken")
		}
		if err := e.Swap(nil); err == nil {
			t.Error("no snapshot is taken")
		}
		had := e.Hash() != nil
		if e.Listed(exchange()) != had || e.Has(good) != had {
			t.Errorf("with a snapshot %v a bad one changes that", had)
		}
		if err := e.Swap(good); err != nil {
			t.Fatal(err)
		}
	}
	if !e.Listed(exchange()) || !e.Owns(endpoint) {
		t.Error("it does not decide with a snapshot")
	}
	if b, ok := e.AppendBearer(nil, 0); ok {
		t.Errorf("without a key for it a token is signed: %q", b)
	}
}

func TestMark(t *testing.T) {
	hash := make([]byte, abi.HashSize)
	m := edge.ParseMark(edge.Mark{Asked: 1000, Hash: hash}.Append(nil))
	if m.Asked != 1000 || !bytes.Equal(m.Hash, hash) || m.Other(hash) || !m.Other(nil) {
		t.Errorf("the mark is read as %+v", m)
	}
	for now, want := range map[int64]bool{1000: false, 1499: false, 1500: true, 999: true, 5000: true} {
		if m.Due(now, 1000) != want {
			t.Errorf("at %d it is due: %v", now, !want)
		}
	}
	for _, b := range [][]byte{nil, make([]byte, 7), make([]byte, 9), make([]byte, 39)} {
		if m := edge.ParseMark(b); m.Asked != 0 || m.Other(hash) || !m.Due(10_000, 1000) {
			t.Errorf("%d bytes are read as %+v", len(b), m)
		}
	}
}
