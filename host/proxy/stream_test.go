package proxy_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
)

// open asks for a page and gives its body before that is over.
func open(t testing.TB, url string, headers ...string) io.Reader {
	t.Helper()
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = site
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res.Body
}

// next reads exactly what is expected next.
func next(t testing.TB, r io.Reader, want string) {
	t.Helper()
	b := make([]byte, len(want))
	if _, err := io.ReadFull(r, b); err != nil || string(b) != want {
		t.Fatalf("got %q, error %v, want %q", b, err, want)
	}
}

func TestEventStream(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		more := make(chan string)
		defer close(more)
		url := front(t, middleware(t, proxy.Config{}), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for s := range more {
				_, _ = io.WriteString(w, s)
				if err := http.NewResponseController(w).Flush(); err != nil {
					t.Error(err)
				}
			}
		}))
		go func() { more <- "data: 1\n\n" }()
		body := open(t, url+"/listed", navigation...)
		next(t, body, "data: 1\n\n")
		more <- "data: " + slotted
		next(t, body, "data: "+slotted)
	})
}

// The wait begins with the first byte and ends whatever the origin does.
func TestSlowOrigin(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		for _, path := range []string{"/any", "/listed"} {
			more := make(chan string)
			m := middleware(t, proxy.Config{ReadAheadWait: time.Millisecond})
			url := front(t, m, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				for s := range more {
					_, _ = io.WriteString(w, s)
					w.(http.Flusher).Flush()
				}
			}))
			const first, late = `<p>1</p>`, `<div data-offer-space="hero">own</div>`
			go func() { more <- first }()
			body := open(t, url+path, navigation...)
			next(t, body, first)
			more <- late
			if path == "/any" {
				next(t, body, late) // beyond what was held back
			} else {
				next(t, body, `<div data-offer-space="hero"><b>offer one</b></div>`)
			}
			close(more)
			if rest, err := io.ReadAll(body); err != nil || len(rest) > 0 {
				t.Errorf("rest %q, error %v", rest, err)
			}
		}
	})
}

// Our proxy knows no flushes, for a network has none: only the wait.
func TestFlushEndsReadAhead(t *testing.T) {
	m := middleware(t, proxy.Config{})
	more := make(chan string)
	defer close(more)
	url := serve(t, m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for s := range more {
			_, _ = io.WriteString(w, s)
			w.(http.Flusher).Flush()
		}
	})))
	go func() { more <- slotted }()
	body := open(t, url+"/any", navigation...)
	next(t, body, filledIn)
	more <- slotted
	next(t, body, slotted)
	m.expect(t, map[string]float64{"read_ahead_total/flush": 1, "pages_total/injected": 1})
}

func TestFlushBeforeTheBody(t *testing.T) {
	m := middleware(t, proxy.Config{})
	url := serve(t, m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, slotted)
	})))
	if a := ask(t, url, "GET", "/listed", navigation...); a.body != filledIn {
		t.Errorf("listed: %v", a)
	}
	if a := ask(t, url, "GET", "/any", navigation...); a.body != slotted {
		t.Errorf("not listed: %v", a)
	}
}

// The length that was announced before a flush is not that of a page with offers.
func TestFlushBeforeTheBodyWithItsLength(t *testing.T) {
	url := serve(t, middleware(t, proxy.Config{}).Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", fmt.Sprint(len(slotted)))
		w.Header().Set("Digest", "x")
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, slotted)
	})))
	if a := ask(t, url, "GET", "/listed", navigation...); a.body != filledIn || a.err != nil || a.header.Get("Digest") != "" {
		t.Errorf("got %v", a)
	}
}

func TestLargePages(t *testing.T) {
	const limit = 4096
	slot := func(name string) string { return `<div data-offer-space="` + name + `">own</div>` }
	full := func(name, html string) string { return `<div data-offer-space="` + name + `">` + html + `</div>` }
	filler := strings.Repeat("<p>filler</p>", limit/4)
	for name, c := range map[string]struct {
		path, body, want string
		length           bool // known beforehand
	}{
		"listed, beyond":      {"/travel/", filler + slot("hero") + filler, filler + full("hero", "<b>offer one</b>") + filler, false},
		"listed, within":      {"/travel/", slot("hero") + filler, full("hero", "<b>offer one</b>") + filler, true},
		"listed, across":      {"/travel/", filler[:limit-20] + slot("hero") + filler, filler[:limit-20] + full("hero", "<b>offer one</b>") + filler, false},
		"listed, missing":     {"/travel/", filler, filler, false},
		"not listed, beyond":  {"/any", filler + slot("hero") + filler, filler + slot("hero") + filler, true},
		"not listed, within":  {"/any", slot("hero") + filler + slot("side"), full("hero", "<b>offer one</b>") + filler + slot("side"), true},
		"exactly full":        {"/any", slot("hero") + filler[:limit-len(slot("hero"))], full("hero", "<b>offer one</b>") + filler[:limit-len(slot("hero"))], true},
		"one byte over":       {"/any", slot("hero") + filler[:limit-len(slot("hero"))+1], full("hero", "<b>offer one</b>") + filler[:limit-len(slot("hero"))+1], true},
		"unended slot at end": {"/travel/", filler + `<div data-offer-space="hero">own`, filler + `<div data-offer-space="hero">own`, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, declared := range []bool{true, false} {
				everywhere(t, func(t *testing.T, front front) {
					m := middleware(t, proxy.Config{ReadAhead: limit})
					a := ask(t, front(t, m, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
						w.Header().Set("Content-Type", "text/html; charset=utf-8")
						if declared {
							w.Header().Set("Content-Length", fmt.Sprint(len(c.body)))
						}
						for b := c.body; b != ""; {
							n := min(len(b), 1000)
							_, _ = io.WriteString(w, b[:n])
							b = b[n:]
						}
					})), "GET", c.path, navigation...)
					if a.body != c.want || a.err != nil {
						t.Errorf("declared %t: got %d bytes, error %v, want %d\n%.300q", declared, len(a.body), a.err, len(c.want), a.body)
					}
					if known := a.length >= 0; known != (c.length && declared) && !(name == "exactly full" && known) {
						t.Errorf("declared %t: Content-Length %d", declared, a.length)
					}
				})
			}
		})
	}
}

func TestOneWriteLargerThanTheReadAhead(t *testing.T) {
	body := slotted + strings.Repeat("<p>x</p>", 1000)
	a := ask(t, serve(t, middleware(t, proxy.Config{ReadAhead: 1024}).Wrap(page(body))), "GET", "/any", navigation...)
	if want := filledIn + body[len(slotted):]; a.body != want {
		t.Errorf("got %d bytes, want %d", len(a.body), len(want))
	}
}

// A page that ends before its length must not look whole.
func TestTruncated(t *testing.T) {
	for _, path := range []string{"/any", "/listed"} {
		for size, body := range map[string]string{"held": slotted, "streamed": slotless + strings.Repeat("<p>x</p>", 1000)} {
			everywhere(t, func(t *testing.T, front front) {
				m := middleware(t, proxy.Config{ReadAhead: 2048})
				a := ask(t, front(t, m, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Length", "100000")
					page(body)(w, nil)
				})), "GET", path, navigation...)
				if !errors.Is(a.err, io.ErrUnexpectedEOF) && !errors.Is(a.err, io.EOF) {
					t.Errorf("%s %s: error %v, %d bytes", path, size, a.err, len(a.body))
				}
				if size == "held" && strings.Contains(a.body, "offer one") {
					t.Errorf("%s: an offer in a page that is not whole", path)
				}
			})
		}
	}
}

// More than the announced length is refused as without us.
func TestLongerThanAnnounced(t *testing.T) {
	origin := func(writes ...string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Length", "10")
			for _, s := range writes {
				_, _ = io.WriteString(w, s)
			}
		})
	}
	for _, writes := range [][]string{{"12345", "67890", "more"}, {"12345", "678901"}, {"12345678901"}} {
		want := ask(t, serve(t, origin(writes...)), "GET", "/any", navigation...)
		m := middleware(t, proxy.Config{})
		got := ask(t, serve(t, m.Wrap(origin(writes...))), "GET", "/any", navigation...)
		same(t, fmt.Sprint(writes), got, want)
	}
}

func TestTrailers(t *testing.T) {
	origin := func(body string, announced bool) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			name := "X-Sum"
			if announced {
				h.Set("Trailer", name)
			} else {
				name = http.TrailerPrefix + name
			}
			h.Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, body)
			if !announced {
				w.(http.Flusher).Flush() // net/http sends what was not announced with a chunked body alone
			}
			h.Set(name, "9")
			h.Set("X-Late", "not sent")
		})
	}
	for _, body := range []string{slotless, slotted, slotted + strings.Repeat("<p>x</p>", 1000)} {
		for _, announced := range []bool{true, false} {
			for _, path := range []string{"/any", "/listed"} {
				everywhere(t, func(t *testing.T, front front) {
					a := ask(t, front(t, middleware(t, proxy.Config{ReadAhead: 2048}), origin(body, announced)), "GET", path, navigation...)
					want := strings.Replace(body, ">own</div><p>after", "><b>offer one</b></div><p>after", 1)
					if strings.Contains(body, "hero") == false {
						want = body
					}
					if a.body != want || a.trailer.Get("X-Sum") != "9" || len(a.trailer) != 1 || a.header.Get("X-Late") != "" || a.header.Get("X-Sum") != "" {
						t.Errorf("%s, announced %t, %d bytes: got %.600v", path, announced, len(body), a)
					}
				})
			}
		}
	}
}

func TestInformational(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		url := front(t, middleware(t, proxy.Config{}), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", "</a.css>; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
			w.Header().Del("Link")
			page(slotted)(w, r)
		}))
		var hints []string
		trace := &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
			hints = append(hints, fmt.Sprint(code, h.Get("Link")))
			return nil
		}}
		r, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), "GET", url+"/any", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = site
		r.Header.Set("Accept", "text/html")
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		next(t, res.Body, filledIn)
		if fmt.Sprint(hints) != "[103</a.css>; rel=preload]" || res.Header.Get("Link") != "" {
			t.Errorf("hints %q, header %v", hints, res.Header)
		}
	})
}

func TestPanicsOfTheOrigin(t *testing.T) {
	for name, write := range map[string]func(http.ResponseWriter){
		"before its answer": func(http.ResponseWriter) {},
		"while held back":   func(w http.ResponseWriter) { page(slotted)(w, nil) },
		"while streamed":    func(w http.ResponseWriter) { page(strings.Repeat(slotless, 1000))(w, nil) },
	} {
		for _, value := range []any{http.ErrAbortHandler, errTest} {
			origin := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { write(w); panic(value) })
			outer := func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					defer func() {
						if p := recover(); p != value {
							t.Errorf("%s: the panic became %v", name, p)
						}
						panic(http.ErrAbortHandler)
					}()
					h.ServeHTTP(w, r)
				})
			}
			m := middleware(t, proxy.Config{ReadAhead: 8192})
			got := ask(t, serve(t, outer(m.Wrap(origin))), "GET", "/any", navigation...)
			want := ask(t, serve(t, outer(origin)), "GET", "/any", navigation...)
			if got.err == nil || want.err == nil || got.status != want.status {
				t.Errorf("%s: got %.200v\nwant %.200v", name, got, want)
			}
		}
	}
}

func TestHijack(t *testing.T) {
	m := middleware(t, proxy.Config{})
	url := serve(t, m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = fmt.Fprint(buffered, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\nown")
		_ = buffered.Flush()
	})))
	if a := ask(t, url, "GET", "/any", navigation...); a.body != "own" || a.err != nil {
		t.Errorf("got %v", a)
	}
}

// What a handler can do with net/http's writer it can do with ours.
func TestResponseController(t *testing.T) {
	m := middleware(t, proxy.Config{})
	url := serve(t, m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		if err := errors.Join(c.SetWriteDeadline(time.Now().Add(time.Hour)), c.SetReadDeadline(time.Time{}), c.EnableFullDuplex()); err != nil {
			t.Error(err)
		}
		if n, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader(slotted[:30])); n != 30 || err != nil {
			t.Errorf("ReadFrom: %d, %v", n, err)
		}
		w.WriteHeader(http.StatusTeapot) // too late
		if n, err := w.(io.StringWriter).WriteString(slotted[30:]); n != len(slotted)-30 || err != nil {
			t.Errorf("WriteString: %d, %v", n, err)
		}
	})))
	if a := ask(t, url, "GET", "/any", navigation...); a.status != 200 || a.body != filledIn {
		t.Errorf("got %v", a)
	}
}

func TestFiles(t *testing.T) {
	url := serve(t, middleware(t, proxy.Config{}).Wrap(http.FileServer(http.Dir("testdata"))))
	want := ask(t, serve(t, http.FileServer(http.Dir("testdata"))), "GET", "/catalog.yaml")
	same(t, "a file", ask(t, url, "GET", "/catalog.yaml"), want)
}

// A writer that is kept beyond its handler does no harm.
func TestWritesAfterTheEnd(t *testing.T) {
	var kept http.ResponseWriter
	url := serve(t, middleware(t, proxy.Config{}).Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kept = w
		page(slotted)(w, r)
	})))
	ask(t, url, "GET", "/any", navigation...)
	if _, err := kept.Write([]byte("more")); err == nil {
		t.Error("a write was accepted")
	}
	if err := http.NewResponseController(kept).Flush(); err == nil {
		t.Error("a flush was accepted")
	}
	if _, _, err := kept.(http.Hijacker).Hijack(); err == nil {
		t.Error("a hijack was accepted")
	}
	kept.WriteHeader(500)
}

// A header that a wrapped handler keeps and changes while its page is decided
// is its own.
func TestHeaderBelongsToTheHandler(t *testing.T) {
	m := middleware(t, proxy.Config{ReadAheadWait: time.Microsecond})
	outer := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Outer", "1")
			w.Header().Set("X-Removed", "1")
			h.ServeHTTP(w, r)
		})
	}
	url := serve(t, outer(m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Del("X-Removed")
		page(slotted)(w, r)
		for i := 0; m.count(t, "read_ahead_total/wait") == 0; i++ {
			h.Set("X-After", fmt.Sprint(i))
			r.Header.Set("Accept", fmt.Sprint(i))
		}
	}))))
	a := ask(t, url, "GET", "/listed", navigation...)
	if a.body != filledIn || a.header.Get("X-Outer") != "1" || a.header.Get("X-Removed") != "" || a.header.Get("X-After") != "" {
		t.Errorf("got %v", a)
	}
}
