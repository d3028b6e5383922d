//go:build edges

package cloudflare_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// TestStream holds that a page goes out while it comes: its head arrives while the
// origin still waits to be told so.
func TestStream(t *testing.T) {
	arrived := make(chan struct{})
	w := start(t, setup{settings: pagecase.Settings(), snapshot: shop(t), origin: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(rw, ours)
		_ = http.NewResponseController(rw).Flush()
		<-arrived
		_, _ = io.WriteString(rw, "<p>the end")
	})})
	r := open(t, w, "/", "text/html")
	head := make([]byte, len("<!doctype html><title>Shop</title><div data-offer-space=\"hero\"><a href="))
	if _, err := io.ReadFull(r, head); err != nil {
		t.Fatal(err)
	}
	close(arrived)
	rest, err := io.ReadAll(r)
	if err != nil || !bytes.HasSuffix(head, []byte("<a href=")) || !bytes.HasSuffix(rest, []byte("<p>the end")) {
		t.Errorf("got %q, %q, %v", head, rest, err)
	}
}

// TestServerSentEvents holds the same of what is no page, from a listed path.
func TestServerSentEvents(t *testing.T) {
	arrived := make(chan struct{})
	w := start(t, setup{settings: pagecase.Settings(), snapshot: shop(t), origin: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(rw, "data: 1\n\n")
		_ = http.NewResponseController(rw).Flush()
		<-arrived
		_, _ = io.WriteString(rw, "data: 2\n\n")
	})})
	for _, accept := range []string{"text/event-stream", "text/html"} {
		r := open(t, w, "/", accept)
		first := make([]byte, len("data: 1\n\n"))
		if _, err := io.ReadFull(r, first); err != nil {
			t.Fatal(err)
		}
		if accept == "text/event-stream" {
			close(arrived)
		}
		if rest, err := io.ReadAll(r); err != nil || string(first)+string(rest) != "data: 1\n\ndata: 2\n\n" {
			t.Errorf("got %q, %q, %v", first, rest, err)
		}
	}
}

func open(t *testing.T, w *workerd, path, accept string) io.Reader {
	t.Helper()
	in, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+w.addr+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	in.Header.Set("Accept", accept)
	r, err := http.DefaultClient.Do(in)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Body.Close() })
	return r.Body
}

// TestWebSocket lets one through, on a listed path.
func TestWebSocket(t *testing.T) {
	w := start(t, setup{settings: pagecase.Settings(), snapshot: shop(t), origin: http.HandlerFunc(echo)})
	conn, err := net.Dial("tcp", w.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: shop.example\r\nAccept: text/html\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	r, err := http.ReadResponse(in, nil)
	if err != nil || r.StatusCode != http.StatusSwitchingProtocols || len(r.Header.Values("Set-Cookie")) > 0 {
		t.Fatalf("%v, %v", r, err)
	}
	// One masked text frame, and its echo.
	if _, err := conn.Write([]byte{0x81, 0x82, 0, 0, 0, 0, 'h', 'i'}); err != nil {
		t.Fatal(err)
	}
	frame := make([]byte, 4)
	if _, err := io.ReadFull(in, frame); err != nil || string(frame) != "\x81\x02hi" {
		t.Errorf("got %q, %v", frame, err)
	}
}

// echo takes a WebSocket, and sends one short frame back.
func echo(w http.ResponseWriter, r *http.Request) {
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Accept: "+accept(r.Header.Get("Sec-WebSocket-Key"))+"\r\n\r\n")
	frame := make([]byte, 8)
	if _, err := io.ReadFull(buf, frame); err != nil {
		return
	}
	mask, text := frame[2:6], frame[6:]
	_, _ = conn.Write([]byte{0x81, 2, text[0] ^ mask[0], text[1] ^ mask[1]})
	_, _ = io.Copy(io.Discard, buf)
}

// TestPass lets through what is no page, byte for byte.
func TestPass(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(z, ours)
	_ = z.Close()
	w := start(t, setup{settings: pagecase.Settings(), snapshot: shop(t), origin: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h := rw.Header()
		h.Set("Content-Type", "text/html")
		h.Set("ETag", `"1"`)
		body := []byte(ours)
		switch r.URL.RawQuery {
		case "zipped":
			h.Set("Content-Encoding", "gzip")
			body = zipped.Bytes()
		case "json":
			h.Set("Content-Type", "application/json")
		case "latin":
			body = []byte("<!doctype html><meta charset=latin1>" + ours)
		case "redirect":
			h.Set("Location", "/there")
			rw.WriteHeader(http.StatusFound)
		case "partial":
			rw.WriteHeader(http.StatusPartialContent)
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = rw.Write(body)
	})})
	for query, want := range map[string]string{
		"zipped": zipped.String(), "json": ours, "latin": "<!doctype html><meta charset=latin1>" + ours, "redirect": ours, "partial": ours,
	} {
		p := w.send(t, fmt.Sprintf("GET /?%s HTTP/1.1\nHost: shop.example\nAccept: text/html\nAccept-Encoding: gzip\n", query))
		if p.Text != want || p.Header.Get("ETag") != `"1"` || len(p.Header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s: %s %v %q", query, p.Status, p.Header, p.Text)
		}
	}
	if p := w.send(t, "HEAD / HTTP/1.1\nHost: shop.example\nAccept: text/html\n"); p.Header.Get("ETag") != `"1"` || len(p.Text) > 0 {
		t.Errorf("HEAD: %v", p.Header)
	}
	if p := w.send(t, "GET /unlisted HTTP/1.1\nHost: shop.example\nAccept: text/html\n"); p.Text != ours || p.Header.Get("ETag") != `"1"` {
		t.Errorf("a page that is not listed: %v %q", p.Header, p.Text)
	}
	if p := w.send(t, front); !strings.Contains(p.Text, "Beach week") {
		t.Errorf("the page itself: %q", p.Text)
	}
}

// TestAtOnce sends 50 requests at a time, which have to get one page, ten times
// as many with clients that leave in the middle.
func TestAtOnce(t *testing.T) {
	long := ours + strings.Repeat("<p>more", 50_000)
	w := start(t, setup{settings: pagecase.Settings(), snapshot: shop(t), origin: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(rw, long)
	})})
	want := w.send(t, front).Text
	if !strings.Contains(want, "Beach week") {
		t.Fatalf("the page is %q", want)
	}
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			for range 2 {
				w.leave(t)
			}
			p, err := pagecase.Exchange(t.Context(), w.addr, front)
			if err != nil || p.Text != want {
				t.Errorf("%v: %d bytes, want %d", err, len(p.Text), len(want))
			}
		})
	}
	wait.Wait()
	if said := w.said.String(); strings.Contains(said, "proffer: ") {
		t.Errorf("the Worker writes %q", said)
	}
}

// leave asks for a page and goes when it begins.
func (w *workerd) leave(t *testing.T) {
	conn, err := net.Dial("tcp", w.addr)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, strings.ReplaceAll(front, "\n", "\r\n")+"\r\n"); err != nil {
		t.Error(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		t.Error(err)
	}
}
