package seal_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/seal"
)

var strict = base64.RawURLEncoding.Strict()

// The vectors of RFC 4648, section 10, without their padding.
func TestBase64Vectors(t *testing.T) {
	for _, tt := range []struct{ raw, text string }{
		{"", ""},
		{"f", "Zg"},
		{"fo", "Zm8"},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg"},
		{"fooba", "Zm9vYmE"},
		{"foobar", "Zm9vYmFy"},
		{"\xfb\xff\xbf", "-_-_"},
	} {
		if got := seal.AppendBase64([]byte("x"), []byte(tt.raw)); string(got) != "x"+tt.text {
			t.Errorf("AppendBase64(%q) = %q, want %q", tt.raw, got, "x"+tt.text)
		}
		dst := make([]byte, len(tt.raw))
		if n, ok := seal.DecodeBase64(dst, []byte(tt.text)); !ok || string(dst[:n]) != tt.raw {
			t.Errorf("DecodeBase64(%q) = %q, %v, want %q", tt.text, dst[:n], ok, tt.raw)
		}
	}
}

func TestDecodeBase64Refuses(t *testing.T) {
	for name, text := range map[string]string{
		"padding":                      "Zg==",
		"padding of one":               "Zm8=",
		"line feed":                    "Zm9v\n",
		"line feed inside":             "Zm\n9v",
		"carriage return and more":     "Zm9v\r\nYg",
		"space":                        "Zm9v Zm9",
		"plus":                         "+m9v",
		"slash":                        "Zm/v",
		"not ASCII":                    "Zm9\xc3",
		"length 1":                     "Z",
		"length 5":                     "Zm9vZ",
		"bits behind one byte":         "Zh",
		"highest bit behind one byte":  "Zo",
		"bit behind two bytes":         "Zm9",
		"highest bit behind two bytes": "Zm-",
		"zero byte":                    "Zm9\x00",
		"bad digit in the tail":        "Zm9vZ!",
	} {
		t.Run(name, func(t *testing.T) {
			if n, ok := seal.DecodeBase64(make([]byte, 99), []byte(text)); ok || n != 0 {
				t.Errorf("DecodeBase64(%q) = %d, %v", text, n, ok)
			}
		})
	}
	if _, ok := seal.DecodeBase64(make([]byte, 2), []byte("Zm9v")); ok {
		t.Error("DecodeBase64 fits 3 bytes into 2")
	}
}

// assertText holds the decoder to encoding/base64, which drops line ends that
// ours refuses.
func assertText(t *testing.T, text []byte) {
	t.Helper()
	want, err := strict.DecodeString(string(text))
	wantOK := err == nil && !bytes.ContainsAny(text, "\r\n")
	dst := make([]byte, len(text))
	n, ok := seal.DecodeBase64(dst, text)
	if ok != wantOK || ok && !bytes.Equal(dst[:n], want) {
		t.Fatalf("DecodeBase64(%q) = %x, %v, want %x, %v", text, dst[:n], ok, want, wantOK)
	}
}

// Every pair of bytes, at every place of a group and in a tail.
func TestDecodeBase64EveryPair(t *testing.T) {
	for pair := range 65536 {
		a, b := byte(pair>>8), byte(pair)
		assertText(t, []byte{a, b})
		assertText(t, []byte{'A', a, b})
		assertText(t, []byte{a, 'A', 'b', b, 'C'})
		assertText(t, []byte{'A', a, b, 'A', 'A', 'A', 'A', 'A'})
	}
}

func TestBase64EveryLength(t *testing.T) {
	raw := []byte(strings.Repeat("\x00\xff\x10\x83\x10\x51\x87\x20\x92\x8b\x30", 30))
	for n := range raw {
		text := seal.AppendBase64(nil, raw[:n])
		if want := strict.EncodeToString(raw[:n]); string(text) != want {
			t.Fatalf("AppendBase64 of %d bytes = %q, want %q", n, text, want)
		}
		assertText(t, text)
		inPlace, ok := seal.DecodeBase64(text, text)
		if !ok || !bytes.Equal(text[:inPlace], raw[:n]) {
			t.Fatalf("decoding %d bytes in place gives %x", n, text[:inPlace])
		}
	}
}

func FuzzBase64(f *testing.F) {
	f.Add([]byte("Zm9vYmE"))
	f.Add([]byte("Zm9vYmE="))
	f.Add([]byte("-_-_-_-_-_-_\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		assertText(t, in)
		if text := seal.AppendBase64(nil, in); string(text) != strict.EncodeToString(in) {
			t.Fatalf("AppendBase64(%x) = %q", in, text)
		}
	})
}
