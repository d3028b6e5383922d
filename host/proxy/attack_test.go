package proxy_test

import (
	"bufio"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/seal"
)

// sevens is a source of the same bytes, so that equal requests are answered
// alike to the last byte.
type sevens struct{}

func (sevens) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 7
	}
	return len(p), nil
}

// repeatable is a middleware whose clock stands and whose randomness is none.
func repeatable(t testing.TB) *rig {
	t.Helper()
	return middleware(t, proxy.Config{Clock: func() time.Time { return testTime }, Rand: sevens{}})
}

// pair is the cookie that an answer sets, as a browser sends it back.
func pair(t testing.TB, a answer) string {
	t.Helper()
	if len(a.header["Set-Cookie"]) != 1 {
		t.Fatalf("sets %q", a.header["Set-Cookie"])
	}
	p, _, _ := strings.Cut(a.header["Set-Cookie"][0], ";")
	return p
}

// identityToken is a good one under the test key.
func identityToken(t testing.TB, key string) string {
	t.Helper()
	token, err := seal.AppendToken(nil, seal.TestKeyring(), "main", key, testTime.Unix()+3600, nil)
	if err != nil {
		t.Fatal(err)
	}
	return "proffer_identity=" + string(token)
}

// TestCookiesThatAreWorthNothing: their sender gets the page that a stranger
// gets, to the last byte and header field, whatever they are.
func TestCookiesThatAreWorthNothing(t *testing.T) {
	var thousand, own strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&thousand, "c%d=v%d; ", i, i)
		fmt.Fprintf(&own, "proffer=%d; ", i)
	}
	big := strings.Repeat("x", 64<<10)
	everywhere(t, func(t *testing.T, front front) {
		url := front(t, repeatable(t), page(slotted))
		stranger := ask(t, url, "GET", "/listed", navigation...)
		if stranger.status != 200 || stranger.body != filledIn {
			t.Fatalf("a stranger: %v", stranger)
		}
		good := pair(t, stranger)
		last := len(good) - 1
		for name, sent := range map[string]string{
			"forged": "proffer=" + strings.Repeat("A", 100), "flipped": good[:last] + string(good[last]^1), "cut": good[:last], "extended": good + "A",
			"64 KiB": "big=" + big, "64 KiB of ours": "proffer=" + big, "64 KiB behind a good one": good + big,
			"a thousand": thousand.String() + "z=1", "a thousand of ours": own.String() + "z=1", "quoted": `proffer="` + good[8:] + `"`,
			"$Version": `$Version="1"; $Path="/"`, "the other name": "__Host-" + good, "the second's name": "proffer_e=" + good[8:],
			"a planted id": "proffer=abababababababababababababababab", "a forged token": "proffer_identity=p1.0.a2V5PTE.AAAA",
			"a token cut": identityToken(t, "1001")[:60], "not UTF-8": "proffer=\xff\xfe", "nothing": ";;;",
		} {
			same(t, name, ask(t, url, "GET", "/listed", with("Cookie: "+sent)...), stranger)
		}
		var fields []string
		for i := range 1000 {
			fields = append(fields, fmt.Sprintf("Cookie: c%d=v; proffer=%d", i, i))
		}
		same(t, "a thousand fields", ask(t, url, "GET", "/listed", with(fields...)...), stranger)
		known := ask(t, url, "GET", "/listed", with("Cookie: "+good)...)
		same(t, "before a thousand fields", ask(t, url, "GET", "/listed", append(with("Cookie: "+good), fields...)...), known)
		for name, sent := range map[string]string{
			"behind a thousand": thousand.String() + good, "before a thousand": good + "; " + thousand.String(), "behind a bad one": "proffer=x; " + good,
			"before another good one": good + "; proffer=" + good[8:], "with $Version": "$Version=1; " + good + "; $Path=/", "behind 64 KiB": "big=" + big + "; " + good,
		} {
			same(t, name, ask(t, url, "GET", "/listed", with("Cookie: "+sent)...), known)
		}
		if fmt.Sprint(known) == fmt.Sprint(stranger) {
			t.Error("a good cookie is worth nothing, too")
		}
	})
}

// TestZeroBytesInCookies: net/http refuses the request, or the page comes; it is
// never a failure of ours.
func TestZeroBytesInCookies(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		url := front(t, repeatable(t), page(slotted))
		for _, cookie := range []string{"proffer=\x00", "\x00=\x00", "a=b\x00; proffer=x", "proffer=\x01\x7f", "proffer=\x80\xff"} {
			conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(conn, "GET /listed HTTP/1.1\r\nHost: %s\r\nAccept: text/html\r\nCookie: %s\r\nConnection: close\r\n\r\n", site, cookie)
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatalf("%q: %v", cookie, err)
			}
			if refused := strings.ContainsAny(cookie, "\x00\x01\x7f"); res.StatusCode != map[bool]int{true: 400, false: 200}[refused] {
				t.Errorf("%q is answered by %s", cookie, res.Status)
			}
			_ = res.Body.Close()
			_ = conn.Close()
		}
	})
}

// TestPeopleHaveOneShape: status and header fields do not tell whether a person
// is known, nor whether a token was worth anything.
func TestPeopleHaveOneShape(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		url := front(t, repeatable(t), page(slotted))
		shape := func(cookie string) string {
			a := ask(t, url, "GET", "/any", with("Host: "+members, "Cookie: "+cookie)...)
			attributes := ""
			for _, c := range a.header["Set-Cookie"] {
				_, attributes, _ = strings.Cut(c, ";")
			}
			return fmt.Sprint(a.status, slices.Sorted(maps.Keys(a.header)), len(a.header["Set-Cookie"]), attributes, a.header["Cache-Control"])
		}
		want := shape("a=b")
		for _, who := range []string{"1001", "1002", "nobody-of-that-name"} {
			token := identityToken(t, who)
			for _, sent := range []string{token, token[:len(token)-1], "proffer_identity=" + who, token + "; proffer=x"} {
				if got := shape(sent); got != want {
					t.Errorf("%s: %s, want %s", sent, got, want)
				}
			}
		}
	})
}
