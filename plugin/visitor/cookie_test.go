package visitor_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

func values(header, name string) (out []string) {
	for jar := visitor.Cookies([]byte(header), name); ; {
		v, ok := jar.Next()
		if !ok {
			return out
		}
		out = append(out, string(v))
	}
}

// TestCookies: the values of one name, in the order sent, byte for byte.
func TestCookies(t *testing.T) {
	tests := []struct {
		header string
		want   []string
	}{
		{"", nil},
		{"n", nil},
		{"n=", []string{""}},
		{"n=v", []string{"v"}},
		{"n=v;", []string{"v"}},
		{";;;n=v;;", []string{"v"}},
		{"a=b; n=v; c=d", []string{"v"}},
		{"a=b;n=v;c=d", []string{"v"}},
		{"a=b;\t  n=v", []string{"v"}},
		{"n=1; n=2; a=n=3; n=4", []string{"1", "2", "4"}},
		{"nn=1; N=2; n.=3; xn=4", nil},
		{"n=a=b", []string{"a=b"}},
		{`n="q"`, []string{`"q"`}},
		{"n=v ; a=b", []string{"v "}},
		{"n =v", nil},
		{"n= v", []string{" v"}},
		{"$Version=1; n=v; $Path=/; $Domain=a", []string{"v"}},
		{`$Version="1"; n="v"; $Path="/"`, []string{`"v"`}},
		{"a=b, n=v", nil},
		{"n=\x00\x01", []string{"\x00\x01"}},
		{"\x00n=v", nil},
		{"n=\xff\xfe", []string{"\xff\xfe"}},
		{"n=v\r\nn=w", []string{"v\r\nn=w"}},
	}
	for _, tt := range tests {
		got := values(tt.header, "n")
		if strings.Join(got, "|") != strings.Join(tt.want, "|") || len(got) != len(tt.want) {
			t.Errorf("%q: %q, want %q", tt.header, got, tt.want)
		}
	}
}

// TestCookiesAsNetHTTPReadsThem: what browsers send, the standard library and
// the jar read alike.
func TestCookiesAsNetHTTPReadsThem(t *testing.T) {
	name, value := rapid.StringMatching(`[a-c]{1,2}|n`), rapid.StringMatching(`[!#-+\--:<-\[\]-~]*`)
	rapid.Check(t, func(t *rapid.T) {
		var pairs []string
		for range rapid.IntRange(0, 5).Draw(t, "cookies") {
			pairs = append(pairs, name.Draw(t, "name")+"="+value.Draw(t, "value"))
		}
		header := strings.Join(pairs, "; ")
		r := http.Request{Header: http.Header{"Cookie": {header}}}
		var want []string
		for _, c := range r.CookiesNamed("n") {
			want = append(want, c.Value)
		}
		if got := values(header, "n"); strings.Join(got, "|") != strings.Join(want, "|") || len(got) != len(want) {
			t.Fatalf("%q: %q, net/http %q", header, got, want)
		}
	})
}

// FuzzCookie reads any header; only a cookie that the key has signed opens.
func FuzzCookie(f *testing.F) {
	keys := seal.TestKeyring()
	s := visitor.State{ID: [16]byte{1, 2, 3}, Known: true, VisitStart: 5, LastNoted: 6}
	genuine, _ := visitor.AppendSetCookie(nil, keys, s.AppendHead(nil), false)
	genuine, _, _ = bytes.Cut(genuine, []byte(";"))
	value := genuine[len("proffer="):]
	f.Add(genuine, false)
	f.Add([]byte("a=b; __Host-proffer=x; proffer="), true)
	f.Add(bytes.Repeat([]byte("proffer=;"), 50), false)
	f.Fuzz(func(t *testing.T, header []byte, secure bool) {
		var s visitor.State
		var scratch [seal.OpenSize]byte
		_, sent, ok := s.Open(scratch[:0], keys, header, secure)
		if ok != s.Known || ok && !sent || ok && !bytes.Contains(header, value) {
			t.Fatalf("%q opens: %+v", header, s)
		}
		n := 0
		for jar := visitor.Cookies(header, visitor.Name(secure)); ; n++ {
			v, more := jar.Next()
			if !more {
				break
			}
			if bytes.ContainsRune(v, ';') || !bytes.Contains(header, v) {
				t.Fatalf("%q gives %q", header, v)
			}
		}
		if n > 1+bytes.Count(header, []byte(";")) || sent != (n > 0) && !ok {
			t.Fatalf("%q gives %d cookies, sent %v", header, n, sent)
		}
	})
}

func TestSetCookie(t *testing.T) {
	keys := seal.TestKeyring()
	for _, secure := range []bool{false, true} {
		set, ok := visitor.AppendSetCookie([]byte("x"), keys, make([]byte, visitor.MaxBody), secure)
		c, err := http.ParseSetCookie(string(set[1:]))
		if err != nil || !ok || set[0] != 'x' {
			t.Fatal(err)
		}
		if c.Name != visitor.Name(secure) || c.Path != "/" || c.Domain != "" || c.MaxAge != 395*24*3600 || c.Secure != secure ||
			!c.HttpOnly || c.SameSite != http.SameSiteLaxMode || len(c.Unparsed) > 0 {
			t.Errorf("%+v", c)
		}
		if n := len(c.Name) + 1 + len(c.Value); n > 768 {
			t.Errorf("the largest cookie has %d bytes", n)
		}
		gone, err := http.ParseSetCookie(string(visitor.AppendExpire(nil, visitor.Name(secure), secure)))
		if err != nil || gone.Name != c.Name || gone.Value != "" || gone.MaxAge != -1 || gone.Path != "/" || gone.Secure != secure {
			t.Errorf("%+v", gone)
		}
	}
	none, err := seal.NewKeyring(nil)
	if err != nil {
		t.Fatal(err)
	}
	if set, ok := visitor.AppendSetCookie([]byte("x"), none, nil, false); ok || string(set) != "x" {
		t.Errorf("without a key: %q", set)
	}
}

// TestLinks: a link names one person of one source, under the key it was made
// with, and can be told without the key's bytes by nobody.
func TestLinks(t *testing.T) {
	keys := seal.TestKeyring()
	id, mac, _ := keys.Primary(seal.UseCookie)
	h := hmac.New(sha256.New, func() []byte {
		k := make([]byte, 32)
		for i := range k {
			k[i] = byte(i)
		}
		return k
	}())
	h.Write([]byte("link\x00main\x00anna"))
	hash := visitor.LinkHash(mac, []byte("main"), []byte("anna"))
	if !bytes.Equal(hash[:], h.Sum(nil)[:16]) {
		t.Errorf("hash %x", hash)
	}
	link := visitor.Link{Set: true, KeyID: id, Source: []byte("main"), Hash: hash}
	tests := []struct {
		name, source, key string
		change            func(*visitor.Link)
		want              bool
	}{
		{"the person", "main", "anna", func(*visitor.Link) {}, true},
		{"another key", "main", "ben", func(*visitor.Link) {}, false},
		{"another source", "club", "anna", func(*visitor.Link) {}, false},
		{"no source", "", "anna", func(*visitor.Link) {}, false},
		{"the zero byte moved", "main\x00anna", "", func(*visitor.Link) {}, false},
		{"not set", "main", "anna", func(l *visitor.Link) { l.Set = false }, false},
		{"a key that is gone", "main", "anna", func(l *visitor.Link) { l.KeyID = 9 }, false},
		{"another hash", "main", "anna", func(l *visitor.Link) { l.Hash[15] ^= 1 }, false},
	}
	for _, tt := range tests {
		l := link
		tt.change(&l)
		if got := l.Matches(keys, []byte(tt.source), []byte(tt.key)); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
