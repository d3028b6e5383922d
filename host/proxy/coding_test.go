package proxy_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/profferhq/proffer/host/proxy"
)

// A page in any coding gets its offers, and leaves in the coding that the visitor
// accepts, whole and with its length.
func TestCodedPages(t *testing.T) {
	for _, coding := range codings {
		for accept, want := range map[string]string{
			"gzip, deflate, br, zstd":   codingName(coding),
			codingName(coding):          codingName(coding),
			"*":                         codingName(coding),
			"":                          codingName(coding), // whatever the origin has
			"identity":                  "",
			"lzma":                      "",
			"gzip;q=0, *;q=0":           "",
			"*;q=0":                     "",
			"*, gzip;q=0, br;q=0":       map[string]string{"gzip": "zstd", "br": "zstd"}[coding],
			"x-gzip":                    map[bool]string{true: "gzip"}[true],
			"br;q=0.2, zstd;q=0.8":      map[string]string{"br": "br"}[coding],
			"identity;q=1, zstd;q=0.5":  map[string]string{"zstd": "zstd"}[coding],
			"identity;q=0, gzip;q=0.01": "gzip",
		} {
			switch accept {
			case "*, gzip;q=0, br;q=0":
				if want == "" {
					want = codingName(coding)
				}
			case "br;q=0.2, zstd;q=0.8":
				if want == "" {
					want = "zstd"
				}
			}
			t.Run(coding+" for "+accept, func(t *testing.T) {
				everywhere(t, func(t *testing.T, front front) {
					m := middleware(t, proxy.Config{})
					a := ask(t, front(t, m, codedPage(t, coding, slotted, `Etag: "1"`, "Vary: Cookie", "Digest: x")), "GET", "/any", accepting(accept)...)
					if got := a.header.Get("Content-Encoding"); got != want || decoded(t, a) != filledIn || a.length != int64(len(a.body)) {
						t.Errorf("coding %q, want %q: %v", got, want, a)
					}
					if got := fmt.Sprint(a.header["Vary"], a.header["Etag"], a.header["Digest"], a.header["Cache-Control"]); got != "[Cookie Accept-Encoding] [] [] [private, no-store]" {
						t.Errorf("Vary, Etag, Digest, Cache-Control: %s", got)
					}
					m.expect(t, map[string]float64{"pages_total/injected": 1, "read_ahead_total/body": 1})
				})
			})
		}
	}
}

// What keeps its content leaves in the origin's own bytes.
func TestCodedPageKeepsItsBytes(t *testing.T) {
	for _, coding := range codings {
		for _, body := range []string{slotless, "", strings.Repeat(slotless, 5000)} {
			origin := codedPage(t, coding, body, `Etag: "1"`, "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT", "Vary: Cookie", "Cache-Control: max-age=60")
			for _, accept := range []string{"gzip, br", "identity", ""} {
				untouched(t, origin, "GET", "/any", accepting(accept), map[string]float64{"pages_total/no_slot": 1})
			}
		}
		t.Run("personal "+coding, func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				const body = `<p data-offer-space=nothing>x</p>` // decided, and nothing is in it
				a := ask(t, front(t, middleware(t, proxy.Config{}), codedPage(t, coding, body, `Etag: "1"`)), "GET", "/listed", navigation...)
				if a.body != coded(t, coding, body) || a.header.Get("Content-Encoding") != codingName(coding) || a.length != int64(len(a.body)) {
					t.Errorf("got %v", a)
				}
			})
		})
	}
}

// What is not the coding that it says goes out as it came, where nothing has left
// yet, and is cut off where something has.
func TestBrokenCodings(t *testing.T) {
	for _, coding := range codings {
		whole := coded(t, coding, slotted)
		for name, body := range map[string]string{
			"other bytes": slotted, "cut short": whole[:len(whole)-5], "one byte": whole[:1],
		} {
			origin := page(body, "Content-Encoding: "+codingName(coding), `Etag: "1"`)
			t.Run(coding+" "+name, func(t *testing.T) {
				untouched(t, origin, "GET", "/listed", navigation, map[string]float64{"pages_total/miscoded": 1, "decision_seconds": 0})
			})
		}
		long := coded(t, coding, slotted+noise(400_000))
		t.Run(coding+" cut short later", func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				for _, path := range []string{"/any", "/travel/"} {
					m := middleware(t, proxy.Config{ReadAhead: 8192})
					a := ask(t, front(t, m, page(long[:len(long)-7], "Content-Encoding: "+codingName(coding))), "GET", path, navigation...)
					if a.err == nil {
						t.Errorf("%s: a broken page looks whole: %d bytes", path, len(a.body))
					}
					m.expect(t, map[string]float64{"pages_total/miscoded": 1})
				}
			})
		})
	}
}

// bomb is size bytes of nothing in a coding, behind a text.
func bomb(t testing.TB, coding, text string, size int) string {
	t.Helper()
	var b bytes.Buffer
	z := newCoder(t, coding, &b)
	_, _ = io.WriteString(z, text)
	blank := bytes.Repeat([]byte(" "), 1<<20)
	for ; size > 0; size -= len(blank) {
		if _, err := z.Write(blank); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A bomb goes out as it came while nothing has left, and is cut off else: after
// it was let grow to a mebibyte, not to all of its size.
func TestBombs(t *testing.T) {
	for _, coding := range codings {
		body := bomb(t, coding, slotted, 40<<20)
		origin := page(body, "Content-Encoding: "+codingName(coding))
		t.Run(coding+" held", func(t *testing.T) {
			want := ask(t, serve(t, origin), "GET", "/any", navigation...)
			everywhere(t, func(t *testing.T, front front) {
				m := middleware(t, proxy.Config{ReadAhead: 8 << 20})
				same(t, coding, ask(t, front(t, m, origin), "GET", "/any", navigation...), want)
				m.expect(t, map[string]float64{"pages_total/miscoded": 1, "decision_seconds": 0})
			})
		})
		t.Run(coding+" streamed", func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				m := middleware(t, proxy.Config{})
				a := ask(t, front(t, m, origin), "GET", "/any", accepting("identity")...)
				if a.err == nil || len(a.body) > 20<<20 {
					t.Errorf("%d bytes, error %v", len(a.body), a.err)
				}
				m.expect(t, map[string]float64{"pages_total/miscoded": 1})
			})
		})
	}
}

// A window that would take more memory than a page may have is not opened.
func TestWindows(t *testing.T) {
	var large, wide bytes.Buffer
	b := brotli.NewWriterOptions(&large, brotli.WriterOptions{Quality: 5, LGWin: 24})
	z, err := zstd.NewWriter(&wide, zstd.WithWindowSize(16<<20), zstd.WithSingleSegment(false), zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	for w, out := range map[flusher]*bytes.Buffer{b: &large, z: &wide} {
		_, _ = io.WriteString(w, slotted)
		_ = w.Flush() // so that no size is known
		_, _ = io.WriteString(w, slotted)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		coding := map[*bytes.Buffer]string{&large: "br", &wide: "zstd"}[out]
		t.Run(coding, func(t *testing.T) {
			untouched(t, page(out.String(), "Content-Encoding: "+coding), "GET", "/listed", navigation, map[string]float64{"pages_total/miscoded": 1})
		})
	}
}

// What is flushed is seen at once, in every coding, before and behind the decision.
func TestCodedFlushes(t *testing.T) {
	for _, coding := range codings {
		t.Run(coding, func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				for _, path := range []string{"/any", "/travel/"} {
					more := make(chan string)
					end := sync.OnceFunc(func() { close(more) })
					defer end()
					m := middleware(t, proxy.Config{ReadAheadWait: 20 * time.Millisecond})
					url := front(t, m, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
						w.Header().Set("Content-Type", "text/html; charset=utf-8")
						w.Header().Set("Content-Encoding", codingName(coding))
						var b bytes.Buffer // one write for each flush
						z := newCoder(t, coding, &b)
						for s := range more {
							_, _ = io.WriteString(z, s)
							_ = z.Flush()
							_, _ = b.WriteTo(w)
							w.(http.Flusher).Flush()
						}
						_ = z.Close()
						_, _ = b.WriteTo(w)
					}))
					go func() { more <- slotted }()
					body := decodes(t, codingName(coding), open(t, url+path, accepting(everyCoding)...))
					next(t, body, filledIn)
					for range 3 {
						more <- slotless
						next(t, body, slotless)
					}
					end()
					if rest, err := io.ReadAll(body); err != nil || len(rest) > 0 {
						t.Errorf("%s: rest %q, error %v", path, rest, err)
					}
				}
			})
		})
	}
}

// The bound of what is held back is one of decoded bytes.
func TestCodedLargePages(t *testing.T) {
	const limit = 4096
	slot, filled := `<div data-offer-space="hero">own</div>`, `<div data-offer-space="hero"><b>offer one</b></div>`
	filler := strings.Repeat("<p>filler</p>", limit/4)
	for name, c := range map[string]struct{ path, body, want string }{
		"listed, beyond":     {"/travel/", filler + slot + filler, filler + filled + filler},
		"listed, across":     {"/travel/", filler[:limit-20] + slot + filler, filler[:limit-20] + filled + filler},
		"listed, missing":    {"/travel/", filler, filler},
		"not listed, beyond": {"/any", filler + slot + filler, filler + slot + filler},
		"not listed, within": {"/any", slot + filler + slot, filled + filler + slot},
		"exactly full":       {"/any", slot + filler[:limit-len(slot)], filled + filler[:limit-len(slot)]},
		"one byte over":      {"/any", slot + filler[:limit-len(slot)+1], filled + filler[:limit-len(slot)+1]},
		"megabytes":          {"/travel/", slot + noise(3<<20), filled + noise(3<<20)},
	} {
		for _, coding := range codings {
			t.Run(name+" "+coding, func(t *testing.T) {
				body := coded(t, coding, c.body)
				for _, declared := range []bool{true, false} {
					everywhere(t, func(t *testing.T, front front) {
						m := middleware(t, proxy.Config{ReadAhead: limit})
						a := ask(t, front(t, m, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
							w.Header().Set("Content-Type", "text/html; charset=utf-8")
							w.Header().Set("Content-Encoding", codingName(coding))
							if declared {
								w.Header().Set("Content-Length", fmt.Sprint(len(body)))
							}
							for b := body; b != ""; {
								n := min(len(b), 50_000)
								_, _ = io.WriteString(w, b[:n])
								b = b[n:]
							}
						})), "GET", c.path, accepting(everyCoding)...)
						if a.err != nil || decoded(t, a) != c.want {
							t.Errorf("declared %t: got %d bytes, error %v, want %d", declared, len(a.body), a.err, len(c.want))
						}
						if a.header.Get("Content-Encoding") != codingName(coding) {
							t.Errorf("coding %v", a.header)
						}
					})
				}
			})
		}
	}
}

// Trailers come through behind a page that is coded again.
func TestCodedTrailers(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		a := ask(t, front(t, middleware(t, proxy.Config{}), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Trailer", "X-Sum")
			codedPage(t, "gzip", slotted)(w, r)
			w.Header().Set("X-Sum", "9")
		})), "GET", "/any", navigation...)
		if decoded(t, a) != filledIn || a.trailer.Get("X-Sum") != "9" || a.length != -1 {
			t.Errorf("got %v", a)
		}
	})
}

// A coded page that ends before its length must not look whole.
func TestCodedTruncated(t *testing.T) {
	body := coded(t, "gzip", slotted)
	everywhere(t, func(t *testing.T, front front) {
		a := ask(t, front(t, middleware(t, proxy.Config{}), page(body, "Content-Encoding: gzip", fmt.Sprint("Content-Length: ", len(body)+1))), "GET", "/listed", navigation...)
		if !errors.Is(a.err, io.ErrUnexpectedEOF) && !errors.Is(a.err, io.EOF) || a.header.Get("Set-Cookie") != "" {
			t.Errorf("got %v", a)
		}
	})
}

// HEAD tells the coding that GET would have.
func TestCodedHead(t *testing.T) {
	origin := codedPage(t, "br", slotted, `Etag: "1"`)
	everywhere(t, func(t *testing.T, front front) {
		url := front(t, middleware(t, proxy.Config{}), origin)
		for _, accept := range []string{"gzip, br", "gzip", "identity"} {
			get := ask(t, url, "GET", "/listed", accepting(accept)...)
			head := ask(t, url, "HEAD", "/listed", accepting(accept)...)
			get.header.Del("Content-Length")
			get.header.Del("Set-Cookie")
			if fmt.Sprint(head.header) != fmt.Sprint(get.header) || head.length != -1 {
				t.Errorf("%s:\nHEAD %v\nGET  %v", accept, head.header, get.header)
			}
		}
	})
	untouched(t, origin, "HEAD", "/any", navigation, nil)
}

// An operator can have plain pages asked for, and those that change coded here or
// not at all.
func TestCodingIsChosen(t *testing.T) {
	for _, c := range []struct {
		coding       proxy.Coding
		accept, want string
	}{
		{proxy.CodingOwn, "gzip, br", "gzip"},
		{proxy.CodingOwn, "br", "br"},
		{proxy.CodingOwn, "gzip;q=0.5, zstd", "zstd"},
		{proxy.CodingOwn, "identity, gzip;q=0.5", ""},
		{proxy.CodingOwn, "", ""},
		{proxy.CodingNone, "gzip, br", ""},
		{proxy.CodingOrigin, "gzip, br", ""}, // the origin has none
	} {
		everywhere(t, func(t *testing.T, front front) {
			for _, body := range []string{slotted, slotted + strings.Repeat(slotless, 100)} {
				m := middleware(t, proxy.Config{ReadAhead: 4096, Origin: proxy.Origin{Coding: c.coding}})
				url := front(t, m, page(body))
				a := ask(t, url, "GET", "/any", accepting(c.accept)...)
				if a.header.Get("Content-Encoding") != c.want || decoded(t, a) != strings.Replace(body, ">own<", "><b>offer one</b><", 1) {
					t.Errorf("%d, %s: %v", c.coding, c.accept, a)
				}
				untouched := front(t, m, page(slotless))
				if a := ask(t, untouched, "GET", "/any", accepting(c.accept)...); a.body != slotless || a.header.Get("Vary") != "" {
					t.Errorf("%d, %s: %v", c.coding, c.accept, a)
				}
			}
		})
	}
}
