package guest_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// TestBadCookiesAreAbsent: a visitor whose cookie is worth nothing gets a new
// one, and an answer as good as any.
func TestBadCookiesAreAbsent(t *testing.T) {
	g := ready(t, testConfig(), build(t, people))
	first := answer(t, g, asks(request(g), "v"))
	good := cookie(first)
	value := strings.TrimPrefix(good, "proffer=")
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		t.Fatal(err)
	}
	sealed := func(label string, body []byte) string {
		return "proffer=" + string(seal.Seal(nil, seal.TestKeyring(), seal.UseCookie, label, body))
	}
	body := raw[2 : len(raw)-16]
	bad := map[string]string{
		"empty":                    "proffer=",
		"another name":             "Proffer=" + value,
		"the secure name":          "__Host-proffer=" + value,
		"quoted":                   `proffer="` + value + `"`,
		"padded":                   good + "==",
		"trailing space":           good + " ",
		"space before":             "proffer= " + value,
		"not base64":               "proffer=!!!!",
		"another version":          "proffer=Ag" + value[2:],
		"another label":            sealed("proffer2", body),
		"a short body":             sealed("proffer", body[:23]),
		"a body with a cut part":   sealed("proffer", append(bytes.Clone(body), 2, 9, 0)),
		"a body above its size":    sealed("proffer", append(bytes.Clone(body), make([]byte, 600)...)),
		"two links":                sealed("proffer", append(bytes.Clone(body[:24]), bytes.Repeat(append([]byte{1, 17, 0}, make([]byte, 17)...), 2)...)),
		"longer than all cookies":  "proffer=" + strings.Repeat("A", 2000),
		"with a byte 0":            "proffer=" + value[:10] + "\x00" + value[11:],
		"another cookie's value":   "a=" + good,
		"separated with a comma":   "a=b, " + good,
		"a token under its name":   "proffer=" + token(t, "main", "anna"),
		"without an equals sign":   "proffer",
		"an equals sign too many":  "proffer==" + value,
		"cut in the middle":        good[:len(good)/2],
		"signature of another one": "proffer=" + base64.RawURLEncoding.EncodeToString(append(bytes.Clone(raw[:len(raw)-16]), make([]byte, 16)...)),
	}
	for i := range raw {
		flipped := bytes.Clone(raw)
		flipped[i] ^= 1
		bad["bit of byte "+string(rune('0'+i))] = "proffer=" + base64.RawURLEncoding.EncodeToString(flipped)
	}
	for name, sent := range bad {
		r := header(asks(request(g), "v"), "cookie", sent)
		r.Entropy = bytes.Repeat([]byte{9}, abi.EntropySize)
		r.Time += 1000
		a := answer(t, g, r)
		if !a.Visitor.New || bytes.Equal(a.Visitor.ID, first.Visitor.ID) || text(&a.Slots[0]) != "0" || len(a.Cookies) != 1 {
			t.Errorf("%s: %+v", name, a.Visitor)
		}
	}
	for name, sent := range map[string]string{
		"alone": good, "among others": "a=b; " + good + "; c", "behind a bad one": "proffer=x;" + good, "behind a tab": "a;\t" + good,
	} {
		r := header(asks(request(g), "v"), "cookie", sent)
		if a := answer(t, g, r); a.Visitor.New || !bytes.Equal(a.Visitor.ID, first.Visitor.ID) || text(&a.Slots[0]) != "1" {
			t.Errorf("%s: %+v", name, a.Visitor)
		}
	}
	r := header(header(asks(request(g), "v"), "cookie", "proffer=x"), "cookie", good)
	if a := answer(t, g, r); a.Visitor.New {
		t.Error("in a second header: not found")
	}
}

// TestKeyRotation: a cookie under an older key is good, and sealed anew; a link
// under an older key still names its person, and is made anew; a key that is
// gone makes a stranger. Nothing else is written within a minute.
func TestKeyRotation(t *testing.T) {
	snapshot := build(t, people)
	with := func(keys ...abi.Key) *abi.Config {
		c := testConfig()
		c.Keys = keys
		return c
	}
	call := func(c *abi.Config, seconds int64, cookies, person string) *abi.Answer {
		g := ready(t, c, snapshot)
		r := header(asks(request(g), "f"), "cookie", cookies)
		r.Time += seconds * 1000
		r.Entropy = bytes.Repeat([]byte{byte(seconds)}, abi.EntropySize)
		if person != "" {
			r.Target.Key = []byte(person)
		}
		return answer(t, g, r)
	}
	first := with(key(1, abi.UseCookie, true))
	old := call(first, 0, "", "anna")
	for _, person := range []string{"", "anna"} {
		if a := call(first, 1, cookie(old), person); len(a.Cookies) != 0 || a.Visitor.New {
			t.Errorf("%q within a minute: %+v", person, a)
		}
	}
	rotated := with(key(1, abi.UseCookie, false), key(2, abi.UseCookie, true))
	kept := call(rotated, 2, cookie(old), "")
	if kept.Visitor.New || modes(kept) != "implicit" || len(kept.Cookies) != 1 {
		t.Fatalf("after a rotation: %+v", kept)
	}
	same := call(rotated, 3, cookie(kept), "anna")
	if same.Visitor.New || !bytes.Equal(same.Visitor.ID, old.Visitor.ID) || len(same.Cookies) != 1 {
		t.Fatalf("the same person: %+v", same.Visitor)
	}
	alone := with(key(2, abi.UseCookie, true))
	if a := call(alone, 4, cookie(kept), "anna"); !a.Visitor.New {
		t.Error("a link of a key that is gone still names somebody")
	}
	if a := call(alone, 5, cookie(same), "anna"); a.Visitor.New || len(a.Cookies) != 0 {
		t.Errorf("with the link made anew: %+v", a)
	}
	if a := call(with(key(3, abi.UseCookie, true)), 6, cookie(same), "anna"); !a.Visitor.New {
		t.Error("a cookie of a key that is gone still counts")
	}
	none := call(with(), 7, cookie(same), "anna")
	if none.Visitor.ID != nil || len(none.Cookies) != 0 || offers(none) != "f" {
		t.Errorf("without keys: %+v", none)
	}
}

// TestSecure: under TLS the cookie has the prefix that browsers guard, and the
// other name is not looked at.
func TestSecure(t *testing.T) {
	g := ready(t, testConfig(), build(t, people))
	r := asks(request(g), "v")
	r.Flags |= abi.FlagSecure
	a := answer(t, g, r)
	set := string(a.Cookies[0])
	if !strings.HasPrefix(set, "__Host-proffer=") || !strings.HasSuffix(set, "; Path=/; Max-Age=34128000; HttpOnly; SameSite=Lax; Secure") {
		t.Errorf("set %q", set)
	}
	header(r, "cookie", cookie(a))
	if b := answer(t, g, r); b.Visitor.New || !bytes.Equal(b.Visitor.ID, a.Visitor.ID) {
		t.Error("the cookie did not come back")
	}
	plain := cookie(answer(t, g, asks(request(g), "v")))
	r.Headers[0].Value = []byte(plain)
	if b := answer(t, g, r); !b.Visitor.New {
		t.Error("a cookie that any page could set was read under TLS")
	}
}
