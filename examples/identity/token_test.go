package identity_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/profferhq/proffer/examples/identity"
	"github.com/profferhq/proffer/plugin/seal"
)

// expires is when the tests' tokens do.
const expires = 1783688400

// claims are what a token says, as the programs read it.
type claims struct {
	Source     string      `json:"source"`
	Key        string      `json:"key"`
	Exp        int64       `json:"exp"`
	Attributes [][2]string `json:"attributes"`
}

// said are the claims of every test: what a form has signs for, what languages
// encode differently, what is not ASCII, and what repeats.
func said() []claims {
	every := ""
	for c := range byte(127) {
		every += string(rune(c))
	}
	return []claims{
		{"main", "1001", expires, nil},
		{"main", "K-1", expires, [][2]string{{"country", "FR"}, {"name", "Jürgen M"}}},
		{"crm & club", "a+b c%20d=e&f", expires, [][2]string{{"full name", "Zoë  + 100% “ok”"}, {"x", ""}}},
		{"main", "日本 🎁 ~*-._!'()", expires, [][2]string{{"segments", "gold"}, {"segments", "new"}, {"segments", "gold"}, {"a.b", "&a.admin=1"}}},
		{"main", "x&a.admin=1&source=other", expires, [][2]string{{"=", "="}, {"0", "1"}, {"00", "01"}}},
		{"every", every[1:], expires, [][2]string{{every[1:], every}}},
	}
}

// secret is the published test key as a keys file writes it.
func secret() string {
	var b [32]byte
	for i := range b {
		b[i] = byte(i)
	}
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// want is the token that Proffer itself writes.
func want(t *testing.T, c *claims) string {
	t.Helper()
	var list []seal.Attribute
	for _, a := range c.Attributes {
		list = append(list, seal.Attribute{Name: a[0], Value: a[1]})
	}
	token, err := seal.AppendToken(nil, seal.TestKeyring(), c.Source, c.Key, c.Exp, list)
	if err != nil {
		t.Fatal(err)
	}
	return string(token)
}

// check holds a token to what Proffer reads in it.
func check(t *testing.T, token string, c *claims) {
	t.Helper()
	got, status := seal.VerifyToken(nil, seal.TestKeyring(), []byte(token), (expires-60)*1000)
	if status != seal.Valid || string(got.Source) != c.Source || string(got.Key) != c.Key || got.Expires != c.Exp {
		t.Errorf("%s: %v, %+v, want %+v", token, status, got, c)
	}
	for i := 0; ; i++ {
		name, value, ok := got.Attributes.Next(nil)
		if !ok && i == len(c.Attributes) {
			break
		}
		if !ok || i >= len(c.Attributes) || c.Attributes[i] != [2]string{string(name), string(value)} {
			t.Errorf("%s: attribute %d is %q=%q, %v, want %q", token, i+1, name, value, ok, c.Attributes)
			break
		}
	}
	if token != want(t, c) {
		t.Errorf("%+v is\n%s, want\n%s", c, token, want(t, c))
	}
}

// TestToken: what is written is what Proffer reads, and byte for byte what it
// would write.
func TestToken(t *testing.T) {
	for _, c := range said() {
		var list []identity.Attribute
		for _, a := range c.Attributes {
			list = append(list, identity.Attribute{Name: a[0], Value: a[1]})
		}
		token, err := identity.Token(0, secret(), c.Source, c.Key, time.Unix(c.Exp, 0), list...)
		if err != nil {
			t.Fatal(err)
		}
		check(t, token, &c)
	}
}

// TestTokenRefuses: a key that is none is noticed by who signs, not by who is
// not recognised afterwards.
func TestTokenRefuses(t *testing.T) {
	for _, secret := range []string{"", secret()[1:], secret() + "A", "!" + secret()[1:]} {
		if token, err := identity.Token(1, secret, "main", "1001", time.Unix(expires, 0)); err == nil || token != "" {
			t.Errorf("%q signs %s", secret, token)
		}
	}
}

// TestVectors: the published ones.
func TestVectors(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "plugin", "testdata", "cookies.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Tokens []struct {
			claims
			Token string
		}
	}
	if err := json.Unmarshal(b, &file); err != nil || len(file.Tokens) < 4 {
		t.Fatalf("%d tokens, %v", len(file.Tokens), err)
	}
	for _, v := range file.Tokens {
		if got := want(t, &v.claims); got != v.Token {
			t.Errorf("%+v is %s, want %s", v.claims, got, v.Token)
		}
		var list []identity.Attribute
		for _, a := range v.Attributes {
			list = append(list, identity.Attribute{Name: a[0], Value: a[1]})
		}
		if got, err := identity.Token(0, secret(), v.Source, v.Key, time.Unix(v.Exp, 0), list...); err != nil || got != v.Token {
			t.Errorf("%+v is %s, %v, want %s", v.claims, got, err, v.Token)
		}
	}
}
