package seal_test

import (
	"bytes"
	"math"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/seal"
)

const (
	tokenExpiry = 1783684800 // 2026-07-10T12:00:00Z
	tokenNow    = (tokenExpiry - 3600) * 1000

	// vector comes from another implementation (Python).
	vector = "p1.0.c291cmNlPW1haW4ma2V5PUstMSZleHA9MTc4MzY4NDgwMCZhLmNvdW50cnk9RlImYS5uYW1lPUolQzMlQkNyZ2VuK00" +
		".KGn5YFw2MpwysXhpdA3BgjhXwstparW3aUCNpsmZu-4"
)

// signed makes a token of any payload under the test key.
func signed(payload string) []byte { return signedFor(seal.UseIdentity, payload) }

func verify(token []byte) (seal.Token, seal.Status) {
	return seal.VerifyToken(make([]byte, 0, seal.TokenSize), seal.TestKeyring(), token, tokenNow)
}

func attributes(t seal.Token) (list []seal.Attribute) {
	scratch := make([]byte, seal.MaxAttribute)
	for {
		name, value, ok := t.Attributes.Next(scratch)
		if !ok {
			return list
		}
		list = append(list, seal.Attribute{Name: string(name), Value: string(value)})
	}
}

func TestTokenVector(t *testing.T) {
	list := []seal.Attribute{{Name: "country", Value: "FR"}, {Name: "name", Value: "Jürgen M"}}
	made, err := seal.AppendToken([]byte("x"), seal.TestKeyring(), "main", "K-1", tokenExpiry, list)
	if err != nil || string(made) != "x"+vector {
		t.Errorf("AppendToken = %q, %v, want %q", made, err, vector)
	}
	got, status := verify([]byte(vector))
	if status != seal.Valid || string(got.Source) != "main" || string(got.Key) != "K-1" || got.Expires != tokenExpiry {
		t.Errorf("VerifyToken = %+v, %v", got, status)
	}
	for range 2 {
		found := attributes(got)
		if len(found) != 2 || found[0] != list[0] || found[1] != list[1] {
			t.Errorf("attributes %q, want %q", found, list)
		}
	}
}

func TestTokenPayloads(t *testing.T) {
	const exp = "exp=1783684800"
	longName, longValue := strings.Repeat("k", 256), strings.Repeat("v", 1023)
	tests := []struct {
		name, payload string
		want          seal.Status
	}{
		{"least", "source=main&key=K&" + exp, seal.Valid},
		{"other order", exp + "&a.x=1&key=K&source=main", seal.Valid},
		{"attribute without value", "source=main&key=K&a.x=&" + exp, seal.Valid},
		{"attribute twice", "source=main&key=K&a.x=1&a.x=2&" + exp, seal.Valid},
		{"equals sign in a value", "source=main&key=a=b&" + exp, seal.Valid},
		{"key of 256 bytes", "source=main&key=" + longName + "&" + exp, seal.Valid},
		{"attribute of 1 KiB", "source=m&key=K&" + exp + "&a.n=" + longValue, seal.Valid},
		{"64 attributes", "source=m&key=K&" + exp + strings.Repeat("&a.n=1", 64), seal.Valid},

		{"nothing", "", seal.Malformed},
		{"no source", "key=K&" + exp, seal.Malformed},
		{"no key", "source=main&" + exp, seal.Malformed},
		{"no exp", "source=main&key=K", seal.Malformed},
		{"source twice", "source=main&source=main&key=K&" + exp, seal.Malformed},
		{"key twice", "source=main&key=K&key=L&" + exp, seal.Malformed},
		{"exp twice", "source=main&key=K&" + exp + "&" + exp, seal.Malformed},
		{"empty source", "source=&key=K&" + exp, seal.Malformed},
		{"empty key", "source=main&key=&" + exp, seal.Malformed},
		{"key of 257 bytes", "source=main&key=k" + longName + "&" + exp, seal.Malformed},
		{"unknown field", "source=main&key=K&admin=1&" + exp, seal.Malformed},
		{"unknown field with a prefix", "source=main&key=K&b.x=1&" + exp, seal.Malformed},
		{"escaped field name", "s%6Furce=main&key=K&" + exp, seal.Malformed},
		{"upper case field name", "Source=main&key=K&" + exp, seal.Malformed},
		{"field without equals sign", "source=main&key=K&a.x&" + exp, seal.Malformed},
		{"empty field", "source=main&&key=K&" + exp, seal.Malformed},
		{"ampersand at the end", "source=main&key=K&" + exp + "&", seal.Malformed},
		{"attribute without name", "source=main&key=K&a.=1&" + exp, seal.Malformed},
		{"attribute above 1 KiB", "source=m&key=K&" + exp + "&a.nn=" + longValue, seal.Malformed},
		{"65 attributes", "source=m&key=K&" + exp + strings.Repeat("&a.n=1", 65), seal.Malformed},
		{"escape cut", "source=main&key=K%4&" + exp, seal.Malformed},
		{"escape wrong", "source=main&key=K%4g&" + exp, seal.Malformed},
		{"escape wrong in an attribute", "source=main&key=K&a.x=%&" + exp, seal.Malformed},
		{"escape wrong in an attribute's name", "source=main&key=K&a.%zz=1&" + exp, seal.Malformed},
		{"key not UTF-8", "source=main&key=%ff&" + exp, seal.Malformed},
		{"attribute not UTF-8", "source=main&key=K&a.x=%c3&" + exp, seal.Malformed},
		{"exp empty", "source=main&key=K&exp=", seal.Malformed},
		{"exp signed", "source=main&key=K&exp=+1783684800", seal.Malformed},
		{"exp with zero in front", "source=main&key=K&exp=01783684800", seal.Malformed},
		{"exp not a number", "source=main&key=K&exp=1783684800x", seal.Malformed},
		{"exp of 13 digits", "source=main&key=K&exp=1783684800000", seal.Malformed},
		{"exp zero", "source=main&key=K&exp=0", seal.Malformed},
		{"long ago", "source=main&key=K&exp=1", seal.Expired},
		{"far away", "source=main&key=K&exp=999999999999", seal.TooFarAhead},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, status := verify(signed(tt.payload))
			if status != tt.want {
				t.Fatalf("status %v, want %v", status, tt.want)
			}
			if empty := got.Source == nil && got.Key == nil && got.Expires == 0; empty == (status == seal.Valid) {
				t.Errorf("token %+v with status %v", got, status)
			}
		})
	}
}

// A key is often what a person typed: it must not turn into fields.
func TestTokenKeyCannotBecomeAnAttribute(t *testing.T) {
	const key = "x&a.admin=1&source=other"
	token, err := seal.AppendToken(nil, seal.TestKeyring(), "a.main=1", key, tokenExpiry, []seal.Attribute{{Name: "a.b=c&d", Value: "&a.z=1"}})
	if err != nil {
		t.Fatal(err)
	}
	got, status := verify(token)
	if status != seal.Valid || string(got.Key) != key || string(got.Source) != "a.main=1" {
		t.Errorf("VerifyToken = %q, %q, %v", got.Source, got.Key, status)
	}
	if list := attributes(got); len(list) != 1 || list[0] != (seal.Attribute{Name: "a.b=c&d", Value: "&a.z=1"}) {
		t.Errorf("attributes %q", list)
	}
}

func TestTokenTimes(t *testing.T) {
	const longest = (24*60 + 5) * 60 * 1000
	for _, tt := range []struct {
		name string
		now  int64
		want seal.Status
	}{
		{"last moment", tokenExpiry*1000 - 1, seal.Valid},
		{"moment of expiry", tokenExpiry * 1000, seal.Expired},
		{"a day and five minutes ahead", tokenExpiry*1000 - longest, seal.Valid},
		{"a moment more", tokenExpiry*1000 - longest - 1, seal.TooFarAhead},
		{"end of time", math.MaxInt64, seal.Expired},
		{"start of time", math.MinInt64, seal.TooFarAhead},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, status := seal.VerifyToken(nil, seal.TestKeyring(), []byte(vector), tt.now); status != tt.want {
				t.Errorf("status %v, want %v", status, tt.want)
			}
		})
	}
}

func TestTokenForms(t *testing.T) {
	parts := strings.Split(vector, ".")
	join := func(version, id, payload, mac string) string { return version + "." + id + "." + payload + "." + mac }
	for _, tt := range []struct {
		name, token string
		want        seal.Status
	}{
		{"good", vector, seal.Valid},
		{"empty", "", seal.Malformed},
		{"prefix alone", "p1.", seal.Malformed},
		{"other version", join("p2", "0", parts[2], parts[3]), seal.Malformed},
		{"no payload", "p1.0.", seal.Malformed},
		{"no MAC", "p1.0." + parts[2], seal.Malformed},
		{"empty MAC", join("p1", "0", parts[2], ""), seal.Malformed},
		{"MAC of 31 bytes", join("p1", "0", parts[2], parts[3][:42]), seal.Malformed},
		{"five parts", vector + ".x", seal.Malformed},
		{"padding", vector + "=", seal.Malformed},
		{"key id not canonical", join("p1", "00", parts[2], parts[3]), seal.Malformed},
		{"key id empty", join("p1", "", parts[2], parts[3]), seal.Malformed},
		{"key id too large", join("p1", "256", parts[2], parts[3]), seal.Malformed},
		{"key id of four digits", join("p1", "1000", parts[2], parts[3]), seal.Malformed},
		{"key id not there", join("p1", "255", parts[2], parts[3]), seal.UnknownKey},
		{"payload changed", join("p1", "0", "A"+parts[2][1:], parts[3]), seal.BadMAC},
		{"MAC changed", join("p1", "0", parts[2], "A"+parts[3][1:]), seal.BadMAC},
		{"payload not base64", string(resigned("p1.0.!!!!")), seal.Malformed},
		{"longer than any", string(resigned("p1.0." + strings.Repeat("A", seal.MaxToken))), seal.Malformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, status := verify([]byte(tt.token)); status != tt.want {
				t.Errorf("status %v, want %v", status, tt.want)
			}
		})
	}
}

// resigned puts a good MAC behind anything.
func resigned(head string) []byte {
	_, mac, _ := seal.TestKeyring().Primary(seal.UseIdentity)
	h := mac.Begin()
	h.WriteString(head)
	tag := h.End()
	return seal.AppendBase64([]byte(head+"."), tag[:])
}

func TestTokenRefusesEveryFlippedBit(t *testing.T) {
	token := []byte(vector)
	for bit := range 8 * len(token) {
		token[bit/8] ^= 1 << (bit % 8)
		if _, status := verify(token); status == seal.Valid {
			t.Fatalf("valid with bit %d flipped", bit)
		}
		token[bit/8] ^= 1 << (bit % 8)
	}
}

func TestTokenNeedsAKeyOfItsUse(t *testing.T) {
	cookieOnly := mustRing(t, seal.Key{Secret: published()})
	if _, status := seal.VerifyToken(nil, cookieOnly, []byte(vector), tokenNow); status != seal.UnknownKey {
		t.Errorf("a cookie key verifies a token: %v", status)
	}
	if _, err := seal.AppendToken(nil, cookieOnly, "main", "K", tokenExpiry, nil); err == nil {
		t.Error("a cookie key signs a token")
	}
}

func TestAppendTokenRefuses(t *testing.T) {
	long := strings.Repeat("x", 257)
	var many [65]seal.Attribute
	for i := range many {
		many[i].Name = "n"
	}
	for _, tt := range []struct {
		name, source, key string
		expires           int64
		list              []seal.Attribute
	}{
		{"empty source", "", "K", tokenExpiry, nil},
		{"long source", long, "K", tokenExpiry, nil},
		{"empty key", "main", "", tokenExpiry, nil},
		{"long key", "main", long, tokenExpiry, nil},
		{"key not UTF-8", "main", "\xff", tokenExpiry, nil},
		{"expiry zero", "main", "K", 0, nil},
		{"expiry below zero", "main", "K", -5, nil},
		{"expiry in milliseconds", "main", "K", tokenExpiry * 1000, nil},
		{"attribute without name", "main", "K", tokenExpiry, []seal.Attribute{{Value: "v"}}},
		{"attribute too long", "main", "K", tokenExpiry, []seal.Attribute{{Name: "n", Value: strings.Repeat("v", 1024)}}},
		{"attribute not UTF-8", "main", "K", tokenExpiry, []seal.Attribute{{Name: "n", Value: "\xff"}}},
		{"too many attributes", "main", "K", tokenExpiry, many[:]},
		{"token too long", "main", "K", tokenExpiry, []seal.Attribute{{Name: "n", Value: strings.Repeat("/", 600)}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := seal.AppendToken([]byte("x"), seal.TestKeyring(), tt.source, tt.key, tt.expires, tt.list)
			if err == nil || string(got) != "x" {
				t.Errorf("AppendToken = %q, %v, want an error", got, err)
			}
		})
	}
}

func TestStatusNames(t *testing.T) {
	seen := map[string]bool{}
	for s := seal.Malformed; s <= seal.Valid; s++ {
		seen[s.String()] = true
	}
	if len(seen) != 6 || seen["unknown"] || (seal.Valid+1).String() != "unknown" {
		t.Errorf("status names %v", seen)
	}
}

// FuzzToken signs any payload and holds what VerifyToken makes of it to
// net/url, and shows it the same bytes as a whole token, which it must refuse.
func FuzzToken(f *testing.F) {
	f.Add([]byte("source=main&key=K&exp=1783684800&a.country=FR"))
	f.Add([]byte("key=a%20b+c&source=%C3%BC&exp=1783684800&a.x=&a.x=%26a.y%3D1"))
	f.Add([]byte("source=main&key=K&exp=1783684800&a.=1"))
	f.Add([]byte(vector[:60]))
	f.Fuzz(func(t *testing.T, payload []byte) {
		if _, status := verify(payload); status == seal.Valid && string(payload) != vector {
			t.Fatalf("%q is valid", payload)
		}
		got, status := verify(signed(string(payload)))
		if status == seal.Valid {
			assertForm(t, string(payload), got)
		}
	})
}

func assertForm(t *testing.T, payload string, got seal.Token) {
	t.Helper()
	want, err := url.ParseQuery(payload)
	if err != nil && !strings.Contains(payload, ";") { // which net/url refuses for reasons of history
		t.Fatalf("%q is valid, net/url says %v", payload, err)
	}
	if err != nil {
		return
	}
	if string(got.Source) != want.Get("source") || string(got.Key) != want.Get("key") ||
		strconv.FormatInt(got.Expires, 10) != want.Get("exp") {
		t.Fatalf("%q gives %+v, net/url %v", payload, got, want)
	}
	for _, a := range attributes(got) {
		values := want["a."+a.Name]
		if len(values) == 0 || values[0] != a.Value {
			t.Fatalf("%q gives attribute %q, net/url %q", payload, a, values)
		}
		want["a."+a.Name] = values[1:]
	}
	for name, left := range want {
		if strings.HasPrefix(name, "a.") && len(left) > 0 {
			t.Fatalf("%q: attribute %q is lost", payload, name)
		}
	}
}

func TestScratchIsNotNeededTwice(t *testing.T) {
	scratch := bytes.Repeat([]byte{'&'}, seal.TokenSize)
	got, status := seal.VerifyToken(scratch, seal.TestKeyring(), []byte(vector), tokenNow)
	if status != seal.Valid || string(got.Key) != "K-1" || len(attributes(got)) != 2 {
		t.Errorf("with a used scratch: %+v, %v", got, status)
	}
}
