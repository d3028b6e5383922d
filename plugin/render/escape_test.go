package render_test

import (
	"html"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/plugin/render"
)

// oracleURL escapes as RFC 3986 does, by way of the form encoding of net/url.
func oracleURL(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

func checkEscapes(t interface{ Errorf(string, ...any) }, before, s string) {
	b := append([]byte(before), s...)
	if got, want := string(render.EscapeHTML(b, len(before))), before+html.EscapeString(s); got != want {
		t.Errorf("EscapeHTML(%q) = %q, want %q", s, got, want)
	}
	b = append([]byte(before), s...)
	if got, want := string(render.EscapeURL(b, len(before))), before+oracleURL(s); got != want {
		t.Errorf("EscapeURL(%q) = %q, want %q", s, got, want)
	}
}

func TestEscapeEveryByte(t *testing.T) {
	for c := range 256 {
		for n := range 20 {
			s := strings.Repeat("a", n) + string([]byte{byte(c)}) + strings.Repeat("z", (n*7)%9)
			checkEscapes(t, "", s)
			checkEscapes(t, `<&"`, s+s)
		}
	}
}

func TestEscapeAnything(t *testing.T) {
	special := rapid.SliceOf(rapid.SampledFrom([]byte(`&<>"'ab/ %é` + "\x00\n")))
	rapid.Check(t, func(t *rapid.T) {
		checkEscapes(t, rapid.String().Draw(t, "before"), string(special.Draw(t, "special")))
		checkEscapes(t, "", string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")))
	})
}

func TestEscapeInPlace(t *testing.T) {
	for name, escape := range map[string]func([]byte, int) []byte{"HTML": render.EscapeHTML, "URL": render.EscapeURL} {
		b := append(make([]byte, 0, 64), "x<y>"...)
		if got := escape(b, 1); &got[0] != &b[0] {
			t.Errorf("%s: a buffer that had room was moved", name)
		}
	}
}

func FuzzEscape(f *testing.F) {
	f.Add("before", `<a href="x">'&amp;</a>`)
	f.Add("", "\x00\xff\xc3\xa9 %41+~-._")
	f.Fuzz(func(t *testing.T, before, s string) { checkEscapes(t, before, s) })
}
