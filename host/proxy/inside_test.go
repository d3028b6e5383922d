package proxy

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	nethtml "golang.org/x/net/html"

	"github.com/profferhq/proffer/plugin/visitor"
)

// The module reads the cookies that are shown to it as it would read the whole
// header, and the origin gets none of the visitor's.
func FuzzCookies(f *testing.F) {
	for _, seed := range []string{
		"", "proffer=a", "a=1; proffer=b; c=2", "__Host-proffer=a;proffer=b", "proffer_identity=t; xproffer=1; proffer =2",
		"proffer", "=; ;;proffer==; \tproffer=a", "a=\"proffer=b; proffer=c\"", "proffer_e=b; __Host-proffer_e=c", "$Version=1; proffer=\x00",
	} {
		f.Add(seed)
	}
	names := []string{visitor.CookieName, visitor.CookieNameSecure, visitor.EventsName, visitor.EventsNameSecure, "proffer_identity"}
	f.Fuzz(func(t *testing.T, header string) {
		shown := appendKnown(nil, []string{header}, "proffer_identity")
		left := strings.Join(withoutVisitor([]string{header}), "; ")
		for i, name := range names {
			whole := visitor.Cookies([]byte(header), name)
			part := visitor.Cookies(shown, name)
			for range maxPairs {
				want, ok := whole.Next()
				if len(want)+len(name) >= maxPair {
					break
				}
				got, known := part.Next()
				if ok != known || !bytes.Equal(got, want) {
					t.Fatalf("%s in %q: the module sees %q %t, not %q %t", name, header, got, known, want, ok)
				}
			}
			rest := visitor.Cookies([]byte(left), name)
			if value, ok := rest.Next(); ok && i < 4 {
				t.Fatalf("%s=%s is left of %q", name, value, header)
			}
		}
		if !holdsVisitor([]string{header}) && left != strings.Join(withoutVisitor([]string{left}), "; ") {
			t.Fatalf("%q changes without need", header)
		}
	})
}

// Text that is UTF-8 is taken for it wherever it is cut, and what is written in
// ASCII means the same.
func FuzzEncodings(f *testing.F) {
	for _, seed := range []string{"", "é", "a€b", "\U0001f600", "<b>é</b>", "\xe9", "<meta charset=latin1>é", "\xef\xbb\xbfx", "<?xml encoding='x'?>", "\u0080"} {
		f.Add(seed)
	}
	markup, _ := kindOfType("text/html")
	f.Fuzz(func(t *testing.T, text string) {
		_, declared := declaredIn([]byte(text))
		for i := range len(text) {
			if head := []byte(text[:i]); utf8.ValidString(text) && !declared && encodingOf(head, markup, false) == inOther {
				t.Fatalf("%q is not taken for UTF-8", head)
			}
		}
		ascii := inASCII([]byte(text))
		for _, c := range ascii {
			if c >= utf8.RuneSelf {
				t.Fatalf("%q in ASCII is %q", text, ascii)
			}
		}
		if !utf8.ValidString(text) || strings.ContainsAny(text, "&<\x00\r") {
			return
		}
		// A control character that no reference can name is replaced.
		want := strings.Map(func(r rune) rune {
			if r >= utf8.RuneSelf && r <= lastC1 {
				return utf8.RuneError
			}
			return r
		}, text)
		if got := nethtml.UnescapeString(string(ascii)); got != want {
			t.Fatalf("%q in ASCII reads %q", text, got)
		}
	})
}

func TestWellFormed(t *testing.T) {
	for markup, want := range map[string]bool{
		"":                              true,
		"text":                          true,
		"<b>x</b><i/>":                  true,
		"&amp;&#233;":                   true,
		"<b xml:lang=\"en\">x</b>":      false,
		"<br>":                          false,
		"<b>x</i>":                      false,
		"</div><div>":                   false,
		"&nbsp;":                        false,
		"a & b":                         false,
		"<b a=1>x</b>":                  false,
		"<b a='1' a='2'>x</b>":          false,
		"<b disabled>x</b>":             false,
		"<x:b>x</x:b>":                  false,
		"<b xmlns='http://x'>x</b>":     false,
		"<!DOCTYPE x>":                  false,
		"<?php ?>":                      false,
		"<!-- a -- b -->":               false,
		"<![CDATA[ <br> ]]>":            true,
		"\x01":                          false,
		"<b>\xe9</b>":                   false,
		"<svg><path d=\"M0\"/></svg>":   true,
		"<b title='a > b &lt; c'>x</b>": true,
	} {
		if got := wellFormed([]byte(markup)); got != want {
			t.Errorf("%q: %t", markup, got)
		}
	}
}
