package proxy_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/proxy"
)

// navigation is what a browser says when it asks for a page.
var navigation = []string{
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
	"Sec-Fetch-Dest: document", "Accept-Encoding: gzip, br",
}

// with are headers behind those of a navigation.
func with(headers ...string) []string {
	return append(navigation[:len(navigation):len(navigation)], headers...)
}

// untouched asserts that a response comes through as the origin gives it.
func untouched(t *testing.T, origin http.Handler, method, path string, headers []string, counters map[string]float64) {
	t.Helper()
	want := ask(t, serve(t, origin), method, path, headers...)
	everywhere(t, func(t *testing.T, front front) {
		m := middleware(t, proxy.Config{})
		same(t, method+" "+path, ask(t, front(t, m, origin), method, path, headers...), want)
		m.expect(t, counters)
	})
}

func TestContentEncoding(t *testing.T) {
	t.Run("what the origin is asked for", func(t *testing.T) {
		everywhere(t, func(t *testing.T, front front) {
			got := ""
			origin := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = strings.Join(r.Header["Accept-Encoding"], "|")
				page(slotted)(w, r)
			})
			url := front(t, middleware(t, proxy.Config{}), origin)
			for _, c := range [][]string{
				{"gzip, br", "Accept: text/html", "Accept-Encoding: gzip, br"},
				{"zstd, gzip;q=0.5", "Accept: text/html", "Accept-Encoding: dcz, zstd, compress, gzip;q=0.5"},
				{"identity", "Accept: text/html"},
				{"gzip, br", "Accept: */*", "Sec-Fetch-Dest: empty", "Accept-Encoding: gzip, br"},
				{"lzma", "Accept: */*", "Accept-Encoding: lzma"},
				{""},
			} {
				if ask(t, url, "GET", "/any", c[1:]...); got != c[0] {
					t.Errorf("%q: asked for %q, want %q", c[1:], got, c[0])
				}
			}
			for _, coding := range []proxy.Coding{proxy.CodingOwn, proxy.CodingNone} {
				ask(t, front(t, middleware(t, proxy.Config{Origin: proxy.Origin{Coding: coding}}), origin), "GET", "/any", navigation...)
				if got != "identity" {
					t.Errorf("coding %d: asked for %q", coding, got)
				}
			}
		})
	})
	for _, coding := range []string{"compress", "aws-chunked", "gzip, br", "gzip, gzip", "dcb"} {
		t.Run(coding, func(t *testing.T) {
			body := gzipped(t, slotted)
			untouched(t, page(body, "Content-Encoding: "+coding, `Etag: "1"`), "GET", "/listed", navigation,
				map[string]float64{"pages_total/encoded": 1, "decision_seconds": 0})
		})
	}
	t.Run("identity is none", func(t *testing.T) {
		everywhere(t, func(t *testing.T, front front) {
			a := ask(t, front(t, middleware(t, proxy.Config{}), page(slotted, "Content-Encoding: identity")), "GET", "/any", navigation...)
			if a.body != filledIn {
				t.Errorf("got %v", a)
			}
		})
	})
}

func TestContentLength(t *testing.T) {
	for name, declared := range map[string]bool{"declared": true, "chunked": false} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				a := ask(t, front(t, middleware(t, proxy.Config{}), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", "text/html; charset=utf-8")
					if declared {
						w.Header().Set("Content-Length", fmt.Sprint(len(slotted)))
					}
					for i := range len(slotted) {
						_, _ = io.WriteString(w, slotted[i:i+1])
					}
				})), "GET", "/any", navigation...)
				if a.body != filledIn || a.length != int64(len(filledIn)) || a.err != nil {
					t.Errorf("got %v", a)
				}
			})
		})
	}
}

func TestHead(t *testing.T) {
	origin := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Etag", `"1"`)
		w.Header().Set("Content-Length", fmt.Sprint(len(slotted)))
		page(slotted)(w, r)
	})
	t.Run("listed", func(t *testing.T) {
		everywhere(t, func(t *testing.T, front front) {
			url := front(t, middleware(t, proxy.Config{}), origin)
			get := ask(t, url, "GET", "/listed", navigation...)
			head := ask(t, url, "HEAD", "/listed", navigation...)
			// What is only known with a body, and a cookie for nothing, are left out.
			get.header.Del("Content-Length")
			get.header.Del("Set-Cookie")
			if fmt.Sprint(head.header) != fmt.Sprint(get.header) || head.status != 200 || head.length != -1 || head.body != "" {
				t.Errorf("HEAD: %v\nGET: %v", head, get)
			}
		})
	})
	t.Run("not listed", func(t *testing.T) { untouched(t, origin, "HEAD", "/any", navigation, nil) })
	t.Run("small body without length", func(t *testing.T) {
		everywhere(t, func(t *testing.T, front front) {
			head := ask(t, front(t, middleware(t, proxy.Config{}), page(slotted)), "HEAD", "/listed", navigation...)
			if head.length != -1 {
				t.Errorf("the length of another page: %v", head)
			}
		})
	})
	t.Run("nobody", func(t *testing.T) { untouched(t, origin, "HEAD", "/listed", with("Host: "+staff), nil) })
}

func TestStatus(t *testing.T) {
	for _, status := range []int{201, 203, 204, 205, 206, 226, 301, 304, 400, 404, 410, 500, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			origin := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				w.Header().Set("Etag", `"1"`)
				w.WriteHeader(status)
				if status != 204 && status != 205 && status != 304 {
					_, _ = io.WriteString(w, slotted)
				}
			})
			untouched(t, origin, "GET", "/listed", navigation, map[string]float64{"decision_seconds": 0})
		})
	}
	t.Run("a part that calls itself whole", func(t *testing.T) {
		untouched(t, page(slotted, "Content-Range: bytes 0-3/9"), "GET", "/listed", navigation, nil)
	})
}

func TestTypes(t *testing.T) {
	for _, typ := range []string{"text/plain", "application/json", "text/htmlx", "text/event-stream", "application/grpc",
		"image/svg+xml", "text/html, text/plain", ""} {
		t.Run(typ, func(t *testing.T) {
			untouched(t, page(slotted, "Content-Type: "+typ), "GET", "/listed", navigation, map[string]float64{"decision_seconds": 0})
		})
	}
	t.Run("twice", func(t *testing.T) {
		origin := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Type"] = []string{"text/html", "text/plain"}
			_, _ = io.WriteString(w, slotted)
		})
		untouched(t, origin, "GET", "/listed", navigation, map[string]float64{"decision_seconds": 0})
	})
	t.Run("none at all", func(t *testing.T) {
		origin := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Type"] = nil
			_, _ = io.WriteString(w, slotted)
		})
		want := ask(t, serve(t, origin), "GET", "/listed", navigation...)
		m := middleware(t, proxy.Config{})
		same(t, "wrapped", ask(t, serve(t, m.Wrap(origin)), "GET", "/listed", navigation...), want)
	})
}

// What has no type is told by net/http from its first bytes; so do we.
func TestTypeIsSniffed(t *testing.T) {
	bare := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for len(body) > 0 {
				n := min(len(body), 100)
				_, _ = io.WriteString(w, body[:n])
				body = body[n:]
			}
		}
	}
	long := strings.Repeat("plain text ", 10_000)
	for name, body := range map[string]string{"short": "plain", "long": long, "html": slotless + long} {
		t.Run(name, func(t *testing.T) {
			want := ask(t, serve(t, bare(body)), "GET", "/any", navigation...)
			everywhere(t, func(t *testing.T, front front) {
				same(t, name, ask(t, front(t, middleware(t, proxy.Config{}), bare(body)), "GET", "/any", navigation...), want)
			})
		})
	}
	everywhere(t, func(t *testing.T, front front) {
		a := ask(t, front(t, middleware(t, proxy.Config{}), bare(slotted)), "GET", "/any", navigation...)
		if a.body != filledIn || a.header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("got %v", a)
		}
	})
}

func TestValidators(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		var got http.Header
		url := front(t, middleware(t, proxy.Config{}), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = r.Header.Clone()
			if r.Header.Get("If-None-Match") != "" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			page(slotted, `Etag: "1"`, "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT")(w, r)
		}))
		conditions := []string{`If-None-Match: "1"`, "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT", `If-Range: "1"`}
		a := ask(t, url, "GET", "/any", with(conditions...)...)
		if a.status != 200 || a.body != filledIn || a.header.Get("Etag") != "" || a.header.Get("Last-Modified") != "" {
			t.Errorf("a page that a browser has: %v", a)
		}
		for _, name := range []string{"If-None-Match", "If-Modified-Since", "If-Range"} {
			if got.Get(name) != "" {
				t.Errorf("the origin got %s", name)
			}
		}
		a = ask(t, url, "GET", "/pic", "Sec-Fetch-Dest: image", "Accept: */*", conditions[0])
		if a.status != 304 {
			t.Errorf("an image that a browser has: %v", a)
		}
	})
}

func TestRange(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		url := front(t, middleware(t, proxy.Config{}), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "page.html", testTime, strings.NewReader(slotted))
		}))
		whole := strings.Replace(slotted, "own", "<b>offer one</b>", 1)
		if a := ask(t, url, "GET", "/listed", with("Range: bytes=2-5")...); a.status != 200 || a.body != whole || a.header.Get("Accept-Ranges") != "" {
			t.Errorf("a part of a listed page: %v", a)
		}
		for name, headers := range map[string][]string{
			"not listed":    with("Range: bytes=2-5"),
			"no page asked": {"Accept: */*", "Range: bytes=2-5"},
		} {
			if a := ask(t, url, "GET", "/any", headers...); a.status != 206 || a.body != slotted[2:6] {
				t.Errorf("%s: %v", name, a)
			}
		}
	})
}

func TestCaches(t *testing.T) {
	origin := page(slotted, "Cache-Control: public, max-age=600", "Cache-Control: s-maxage=10", "Expires: Sun, 06 Nov 2094 08:49:37 GMT",
		"Age: 3", "Surrogate-Control: max-age=9", "CDN-Cache-Control: max-age=9", "Cloudflare-CDN-Cache-Control: max-age=9",
		"Edge-Control: max-age=9", "X-Accel-Expires: 9", "Accept-Ranges: bytes", `Etag: "1"`, "Vary: Accept-Encoding",
		"Content-Digest: sha-256=:x:", "X-Own: kept", "Content-Security-Policy: default-src 'self'")
	everywhere(t, func(t *testing.T, front front) {
		a := ask(t, front(t, middleware(t, proxy.Config{}), origin), "GET", "/any", navigation...)
		a.header.Del("Set-Cookie")
		a.header.Del("Content-Length")
		want := "map[Cache-Control:[private, no-store] Content-Security-Policy:[default-src 'self'] " +
			"Content-Type:[text/html; charset=utf-8] Vary:[Accept-Encoding] X-Own:[kept]]"
		if got := fmt.Sprint(a.header); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

func TestSetCookie(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		a := ask(t, front(t, middleware(t, proxy.Config{}), page(slotted, "Set-Cookie: a=1; Path=/", "Set-Cookie: b=2, c=3")), "GET", "/any", navigation...)
		got := a.header["Set-Cookie"]
		if len(got) != 3 || got[0] != "a=1; Path=/" || got[1] != "b=2, c=3" {
			t.Fatalf("got %q", got)
		}
		_, attributes, _ := strings.Cut(got[2], ";")
		if want := " Path=/; Max-Age=34128000; HttpOnly; SameSite=Lax"; attributes != want || len(got[2]) > 1024 {
			t.Errorf("ours is %q, want %q", got[2], want)
		}
	})
}

func TestCharset(t *testing.T) {
	ascii := strings.ReplaceAll(slotted, "é", "e")
	latin := strings.ReplaceAll(slotted, "é", "\xe9")
	filler := strings.Repeat(" ", 1100)
	for name, c := range map[string]struct {
		typ, body, want string
	}{
		"header utf-8":            {"text/html; charset=utf-8", slotted, "injected"},
		"header UTF8 in quotes":   {`Text/HTML;Charset="UTF8"`, slotted, "injected"},
		"header latin 1":          {"text/html; charset=iso-8859-1", latin, "charset"},
		"header us-ascii":         {"text/html; charset=us-ascii", ascii, "charset"},
		"header broken":           {"text/html; charset", slotted, "injected"},
		"header against utf-16":   {"text/html; charset=utf-8", "\xfe\xff" + ascii, "charset"},
		"mark":                    {"text/html", "\xef\xbb\xbf" + `<meta charset=latin1>` + slotted, "injected"},
		"utf-16 mark":             {"text/html", "\xff\xfe" + ascii, "charset"},
		"meta utf-8":              {"text/html", `<meta charset="utf-8">` + slotted, "injected"},
		"meta latin 1":            {"text/html", `<!-- <meta charset=utf-8> --><META CHARSET = 'windows-1252'>` + ascii, "charset"},
		"meta says utf-16":        {"text/html", `<meta charset=utf-16le>` + slotted, "injected"},
		"meta http-equiv":         {"text/html", `<meta http-equiv=content-type content="text/html; charset=shift_jis">` + ascii, "charset"},
		"meta too late":           {"text/html", filler + `<meta charset=latin1>` + ascii, "injected"},
		"nothing, bytes like it":  {"text/html", slotted, "injected"},
		"nothing, bytes unlike":   {"text/html", latin, "charset"},
		"nothing, cut in a rune":  {"text/html", strings.Repeat("e", 1023) + "é" + slotted, "injected"},
		"xhtml":                   {"application/xhtml+xml", slotted, "injected"},
		"xhtml declares latin 1":  {"application/xhtml+xml", `<?xml version="1.0" encoding="ISO-8859-1"?>` + ascii, "charset"},
		"xhtml declares utf-8":    {"application/xhtml+xml", `<?xml version="1.0" encoding='utf-8'?>` + slotted, "injected"},
		"unended comment at head": {"text/html", ascii + `<!-- <meta charset=latin1>`, "injected"},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				m := middleware(t, proxy.Config{})
				a := ask(t, front(t, m, page(c.body, "Content-Type: "+c.typ)), "GET", "/any", navigation...)
				want := c.body
				if c.want == "injected" {
					want = strings.Replace(want, ">own<", "><b>offer one</b><", 1)
				}
				if a.body != want {
					t.Errorf("got %q", a.body)
				}
				m.expect(t, map[string]float64{"pages_total/" + c.want: 1})
			})
		})
	}
}

// An offer outside ASCII reads alike on a page that does not say its encoding,
// and one that would break an XML page is not written.
func TestOffersFitThePage(t *testing.T) {
	for name, c := range map[string]struct{ typ, slot, want string }{
		"declared":            {"text/html; charset=utf-8", "accent", "<b>é</b>"},
		"not declared":        {"text/html", "accent", "<b>&#233;</b>"},
		"xhtml":               {"application/xhtml+xml", "accent", "<b>é</b>"},
		"html, void element":  {"text/html; charset=utf-8", "wide", "<br>wide"},
		"xhtml, void element": {"application/xhtml+xml", "wide", "own"},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				a := ask(t, front(t, middleware(t, proxy.Config{}), page(`<p data-offer-space="`+c.slot+`">own</p>`, "Content-Type: "+c.typ)), "GET", "/any", navigation...)
				if want := `<p data-offer-space="` + c.slot + `">` + c.want + `</p>`; a.body != want {
					t.Errorf("got %q, want %q", a.body, want)
				}
			})
		})
	}
}

func TestContexts(t *testing.T) {
	const slot = `<div data-offer-space="hero">own</div>`
	for _, body := range []string{
		"<script>var a = '" + slot + "'</script>", "<style>" + slot + "</style>", "<textarea>" + slot + "</textarea>",
		"<title>" + slot + "</title>", "<!-- " + slot + " -->", "<template>" + slot + "</template>",
		`<a title='` + slot + `'>x</a>`, `<div data-offer-space="hero">never closed`, `<input data-offer-space=hero>`,
	} {
		untouched(t, page(body), "GET", "/any", navigation, map[string]float64{"pages_total/injected": 0})
	}
}
