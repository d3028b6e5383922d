package main

import (
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// framed connects to what is served by HTTP/2, for at most a minute. On a busy
// machine a handshake may take longer than a server waits for it.
func framed(t *testing.T, s serving, cert string) (*tls.Conn, *http2.Framer) {
	t.Helper()
	settings := trusting(t, cert)
	settings.NextProtos = []string{"h2"}
	c, err := tls.Dial("tcp", strings.TrimPrefix(s.url, "https://"), settings)
	for start := time.Now(); err != nil; c, err = tls.Dial("tcp", strings.TrimPrefix(s.url, "https://"), settings) {
		if time.Since(start) > time.Minute {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return c, http2.NewFramer(c, c)
}

// packed is the header of a request, with more fields.
func packed(method string, more ...[2]string) []byte {
	var b bytes.Buffer
	pack := hpack.NewEncoder(&b)
	for _, field := range append([][2]string{{":method", method}, {":scheme", "https"}, {":authority", "shop.example"}, {":path", "/"}}, more...) {
		_ = pack.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]})
	}
	return b.Bytes()
}

// TestServeBoundsFrames: over HTTP/2, too, whoever sends nothing or no end is let go
// of.
func TestServeBoundsFrames(t *testing.T) {
	hasty, hastyCert := secured(t, ok, `{"header_ms":60,"body_idle_ms":60,"idle_ms":60}`)
	patient, patientCert := secured(t, ok, `{"body_idle_ms":60}`) // whose answers come, however slow the machine is
	for name, c := range map[string]struct {
		send func(io.Writer, *http2.Framer)
		want string
	}{
		"no handshake": {nil, ""},
		"nothing":      {func(w io.Writer, _ *http2.Framer) {}, ""},
		"half a header": {func(_ io.Writer, f *http2.Framer) {
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: packed("GET")})
		}, ""},
		"half a frame": {func(w io.Writer, _ *http2.Framer) { _, _ = w.Write([]byte{0, 0, 9, 1}) }, ""},
		"half a body": {func(_ io.Writer, f *http2.Framer) {
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: packed("POST"), EndHeaders: true})
			_ = f.WriteData(1, false, []byte("abc"))
		}, "408"},
		"a long header": {func(_ io.Writer, f *http2.Framer) {
			crumb := [2]string{"cookie", "a=" + strings.Repeat("b", 1000)}
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: packed("GET", slices.Repeat([][2]string{crumb}, 17)...), EndHeaders: true, EndStream: true})
		}, "431"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.send == nil {
				toTheEnd(t, dial(t, hasty))
				return
			}
			s, cert := hasty, hastyCert
			if c.want != "" {
				s, cert = patient, patientCert
			}
			conn, f := framed(t, s, cert)
			_, _ = io.WriteString(conn, http2.ClientPreface)
			_ = f.WriteSettings()
			c.send(conn, f)
			f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
			status := ""
			for status == "" {
				frame, err := f.ReadFrame()
				if e, ok := err.(interface{ Timeout() bool }); ok && e.Timeout() {
					t.Fatal("after a minute the connection is still there")
				}
				if err != nil {
					break
				}
				if h, ok := frame.(*http2.MetaHeadersFrame); ok {
					status = h.PseudoValue("status")
				}
			}
			if status != c.want {
				t.Errorf("got %q, want %q", status, c.want)
			}
		})
	}
}

// TestServeEndsRapidResets: streams that are reset at once do not make more work
// than those of a client that waits, and who goes on is sent away
// (CVE-2023-44487).
func TestServeEndsRapidResets(t *testing.T) {
	const streams, sent = 4, 50_000
	var asked atomic.Int32
	release := make(chan struct{})
	s, cert := secured(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked.Add(1)
		<-release // whoever asked has gone
	}), `{"streams":4,"requests":100}`)
	t.Cleanup(func() { close(release) })
	c, f := framed(t, s, cert)
	_, _ = io.WriteString(c, http2.ClientPreface)
	_ = f.WriteSettings()
	go func() {
		for id := uint32(1); id < 2*sent; id += 2 {
			if f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: packed("GET"), EndHeaders: true, EndStream: true}) != nil ||
				f.WriteRSTStream(id, http2.ErrCodeCancel) != nil {
				return
			}
		}
	}()
	offered := uint32(0)
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			t.Fatalf("the connection ended without a word: %v", err)
		}
		if set, ok := frame.(*http2.SettingsFrame); ok && !set.IsAck() {
			offered, _ = set.Value(http2.SettingMaxConcurrentStreams)
		}
		if away, ok := frame.(*http2.GoAwayFrame); ok {
			if away.ErrCode != http2.ErrCodeEnhanceYourCalm {
				t.Errorf("sent away with %v", away.ErrCode)
			}
			break
		}
	}
	if n := asked.Load(); offered != streams || n > sent/10 {
		t.Errorf("%d streams are offered, the origin was asked %d times", offered, n)
	}
}
