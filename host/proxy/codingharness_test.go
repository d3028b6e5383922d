package proxy_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// flusher is a writer of a content coding.
type flusher interface {
	io.WriteCloser
	Flush() error
}

// failer is what rapid's tests and others have in common.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// codings are the content codings that are read, with the two forms of deflate.
var codings = []string{"gzip", "br", "zstd", "deflate", "deflate raw"}

// codingName is what is said of one of them in a header.
func codingName(c string) string { return strings.TrimSuffix(c, " raw") }

// newCoder writes a coding; those of the standard library where it has one, to
// have another opinion.
func newCoder(t failer, c string, w io.Writer) flusher {
	t.Helper()
	switch c {
	case "gzip":
		return gzip.NewWriter(w)
	case "br":
		return brotli.NewWriterLevel(w, 1)
	case "zstd":
		z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		return z
	case "deflate":
		return zlib.NewWriter(w)
	case "deflate raw":
		z, err := flate.NewWriter(w, -1)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	t.Fatalf("no coding %q", c)
	return nil
}

// coded is a text in a coding, or as it is for "".
func coded(t failer, c, s string) string {
	t.Helper()
	if c == "" || c == "identity" {
		return s
	}
	var b bytes.Buffer
	z := newCoder(t, c, &b)
	if _, err := io.WriteString(z, s); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(t testing.TB, s string) string { t.Helper(); return coded(t, "gzip", s) }

// decodes reads a body in a coding as it comes.
func decodes(t testing.TB, c string, r io.Reader) io.Reader {
	t.Helper()
	var err error
	switch c {
	case "":
		return r
	case "gzip":
		r, err = gzip.NewReader(r)
	case "br":
		return brotli.NewReader(r)
	case "zstd":
		z, failed := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if failed != nil {
			t.Fatal(failed)
		}
		t.Cleanup(z.Close)
		return z
	case "deflate":
		b := bufio.NewReader(r)
		if head, _ := b.Peek(1); len(head) > 0 && head[0]&0xf != 8 {
			return flate.NewReader(b)
		}
		r, err = zlib.NewReader(b)
	default:
		t.Fatalf("no coding %q", c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// decoded is the body of an answer, without its coding.
func decoded(t testing.TB, a answer) string {
	t.Helper()
	b, err := io.ReadAll(decodes(t, a.header.Get("Content-Encoding"), strings.NewReader(a.body)))
	if err != nil {
		t.Fatalf("%v: %.300v", err, a)
	}
	return string(b)
}

// codedPage answers with a page in a coding.
func codedPage(t testing.TB, c, body string, headers ...string) http.HandlerFunc {
	t.Helper()
	return page(coded(t, c, body), append(headers, "Content-Encoding: "+codingName(c))...)
}

// everyCoding is what browsers accept.
const everyCoding = "gzip, deflate, br, zstd"

// accepting are the headers of a navigation with another Accept-Encoding; "" is
// none.
func accepting(value string, headers ...string) []string {
	list := append([]string{navigation[0], navigation[1]}, headers...)
	if value != "" {
		list = append(list, "Accept-Encoding: "+value)
	}
	return list
}

// noise is text that no coding makes much shorter.
func noise(n int) string { return newNoise().text(n) }

// random makes it; the same one each time.
type random uint64

func newNoise() *random { r := random(88172645463325252); return &r }

func (r *random) text(n int) string {
	b := make([]byte, n)
	for i := range b {
		*r ^= *r << 13
		*r ^= *r >> 7
		*r ^= *r << 17
		b[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \n"[*r>>58]
	}
	return string(b)
}
