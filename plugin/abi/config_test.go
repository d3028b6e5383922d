package abi_test

import (
	"bytes"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

var testSecret = func() []byte { s := abi.TestSecret(); return s[:] }()

func drawName(t *rapid.T) string {
	return rapid.StringMatching(`[a-z_-]{0,20}`).Draw(t, "name")
}

func drawConfig(t *rapid.T) *abi.Config {
	c := abi.DefaultConfig()
	test := rapid.Bool().Draw(t, "test key only")
	for _, use := range []string{abi.UseCookie, abi.UseIdentity, abi.UsePeer} {
		if test {
			c.Keys = append(c.Keys, abi.Key{Use: use, Primary: true, Secret: abi.TestSecret()})
			continue
		}
		for id := range rapid.IntRange(0, 3).Draw(t, "keys") {
			k := abi.Key{ID: uint8(255 - id), Use: use, Primary: id == 1}
			copy(k.Secret[:], drawSized(t, abi.SecretSize))
			c.Keys = append(c.Keys, k)
		}
	}
	if rapid.Bool().Draw(t, "prefix") {
		c.Prefix = "/" + drawName(t) + "/"
	}
	for _, name := range []*string{&c.IdentityCookie, &c.IdentityHeader, &c.PersonHeader, &c.CountryHeader, &c.DeviceHeader} {
		if rapid.Bool().Draw(t, "set") {
			*name = drawName(t)
		}
	}
	c.Paused = drawList(t, 4, func(t *rapid.T) abi.Paused {
		kind := rapid.SampledFrom([]string{abi.PausedOffer, abi.PausedSpace}).Draw(t, "kind")
		return abi.Paused{Environment: drawName(t), Kind: kind, Name: drawName(t)}
	})
	if rapid.Bool().Draw(t, "cors") {
		c.CORS = abi.CORS{Origins: []string{"https://" + drawName(t) + ".example"}, Credentials: rapid.Bool().Draw(t, "credentials"), MaxAge: rapid.IntRange(1, 86400).Draw(t, "max age")}
	}
	if test {
		c.Fixed = &abi.Fixed{Time: rapid.Int64().Draw(t, "time"), Seed: rapid.Uint64().Draw(t, "seed")}
		copy(c.Fixed.Entropy[:], drawSized(t, abi.EntropySize))
	}
	return c
}

func TestConfigRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawConfig(t)
		b := abi.AppendConfig([]byte("x"), want)[1:]
		got, s, text := abi.DecodeConfig(b)
		if s != abi.StatusOK || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v %q\ngot  %+v\nwant %+v", s, text, got, want)
		}
		clear(b) // the configuration must not alias its message
		if !reflect.DeepEqual(got, want) {
			t.Fatal("the configuration changed with its message")
		}
	})
}

func TestConfigAccepts(t *testing.T) {
	key := func(id int, use string) []any { return []any{id, use, true, testSecret} }
	changed := func(change func(*abi.Config)) *abi.Config {
		c := abi.DefaultConfig()
		change(c)
		return c
	}
	cases := []struct {
		name string
		tree any
		want *abi.Config
	}{
		{"empty", pairs{}, abi.DefaultConfig()},
		{"nil values", pairs{"keys", nil, "prefix", nil, "identity_cookie", nil, "identity_header", nil, "fixed", nil, "paused", nil}, abi.DefaultConfig()},
		{"empty names", pairs{"identity_cookie", "", "identity_header", ""}, changed(func(c *abi.Config) {
			c.IdentityCookie, c.IdentityHeader = "", ""
		})},
		{"headers", pairs{"person_header", "x-person", "country_header", "x-country", "device_header", "x-device"}, changed(func(c *abi.Config) {
			c.PersonHeader, c.CountryHeader, c.DeviceHeader = "x-person", "x-country", "x-device"
		})},
		{"fixed before its key", pairs{"fixed", []any{-1, 2, testSecret}, "keys", []any{key(0, "cookie")}}, changed(func(c *abi.Config) {
			c.Keys = []abi.Key{{Use: abi.UseCookie, Primary: true, Secret: abi.TestSecret()}}
			c.Fixed = &abi.Fixed{Time: -1, Seed: 2, Entropy: abi.TestSecret()}
		})},
		{"one id for two uses", pairs{"keys", []any{key(1, "cookie"), key(1, "peer")}}, changed(func(c *abi.Config) {
			c.Keys = []abi.Key{
				{ID: 1, Use: abi.UseCookie, Primary: true, Secret: abi.TestSecret()},
				{ID: 1, Use: abi.UsePeer, Primary: true, Secret: abi.TestSecret()},
			}
		})},
		{"origins", pairs{"cors", []any{[]any{"https://app.example", "http://localhost:3000"}, true, 60}}, changed(func(c *abi.Config) {
			c.CORS = abi.CORS{Origins: []string{"https://app.example", "http://localhost:3000"}, Credentials: true, MaxAge: 60}
		})},
		{"origins alone", pairs{"cors", []any{[]any{"https://app.example"}}}, changed(func(c *abi.Config) {
			c.CORS = abi.CORS{Origins: []string{"https://app.example"}, MaxAge: 600}
		})},
		{"elements of a later version", pairs{"paused", []any{[]any{"visitors", "space", "hero", "more"}}}, changed(func(c *abi.Config) {
			c.Paused = []abi.Paused{{Environment: "visitors", Kind: abi.PausedSpace, Name: "hero"}}
		})},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, s, text := abi.DecodeConfig(encode(t, c.tree, true))
			if s != abi.StatusOK || !reflect.DeepEqual(got, c.want) {
				t.Fatalf("%v %q\ngot  %+v\nwant %+v", s, text, got, c.want)
			}
		})
	}
	if got, s, _ := abi.DecodeConfig(nil); s != abi.StatusOK || !reflect.DeepEqual(got, abi.DefaultConfig()) {
		t.Errorf("no bytes: %v %+v", s, got)
	}
}

func TestConfigRefused(t *testing.T) {
	key := func(v ...any) any { return pairs{"keys", []any{v}} }
	cases := []struct {
		name string
		tree any
		text string
	}{
		{"no map", []any{}, "configuration: malformed"},
		{"unknown key", pairs{"prefix", "/x/", "prefixes", "/"}, `configuration: unknown key "prefixes"`},
		{"unprintable key", pairs{"a\nß", 1}, `configuration: unknown key "a???"`},
		{"unknown long key", pairs{text(100), 1}, `configuration: unknown key "` + text(64) + `"`},
		{"key no string", pairs{1, 1}, "configuration: malformed"},
		{"repeated key", pairs{"prefix", "/x/", "prefix", "/x/"}, "configuration: prefix: repeated"},
		{"prefix without end", pairs{"prefix", "/x"}, "configuration: prefix: does not begin and end with /"},
		{"prefix with a quote", pairs{"prefix", `/a"/`}, "configuration: prefix: has a character that a path in HTML cannot have as it is"},
		{"prefix with an ampersand", pairs{"prefix", "/a&b/"}, "configuration: prefix: has a character that a path in HTML cannot have as it is"},
		{"prefix with a query", pairs{"prefix", "/a?b/"}, "configuration: prefix: has a character that a path in HTML cannot have as it is"},
		{"prefix with a space", pairs{"prefix", "/a b/"}, "configuration: prefix: has a character that a path in HTML cannot have as it is"},
		{"prefix beyond ASCII", pairs{"prefix", "/ä/"}, "configuration: prefix: has a character that a path in HTML cannot have as it is"},
		{"empty prefix", pairs{"prefix", ""}, "configuration: prefix: does not begin and end with /"},
		{"prefix no string", pairs{"prefix", 1}, "configuration: prefix: malformed"},
		{"cookie no string", pairs{"identity_cookie", true}, "configuration: identity_cookie: malformed"},
		{"identity header", pairs{"identity_header", "Proffer-Identity"}, "configuration: identity_header: not in lower case"},
		{"person header", pairs{"person_header", "X-P"}, "configuration: person_header: not in lower case"},
		{"country header", pairs{"country_header", "X-C"}, "configuration: country_header: not in lower case"},
		{"device header", pairs{"device_header", "X-D"}, "configuration: device_header: not in lower case"},
		{"keys no array", pairs{"keys", pairs{}}, "configuration: keys: malformed"},
		{"key's id", key(256, "cookie", true, testSecret), "configuration: keys: id over 255"},
		{"key's use", key(1, "cookies", true, testSecret), "configuration: keys: use is not cookie, identity or peer"},
		{"key's secret", key(1, "cookie", true, testSecret[:31]), "configuration: keys: secret is not 32 bytes"},
		{"key without secret", key(1, "cookie", true), "configuration: keys: no secret"},
		{"test key's secret", key(0, "cookie", true, bytes.Repeat([]byte{1}, 32)), "configuration: keys: id 0 is the published test key"},
		{"one id twice", pairs{"keys", []any{[]any{1, "peer", true, testSecret}, []any{1, "peer", false, testSecret}}}, "configuration: keys: two of one id and use"},
		{"two primary keys", pairs{"keys", []any{[]any{1, "peer", true, testSecret}, []any{2, "peer", true, testSecret}}}, "configuration: keys: two primary ones of one use"},
		{"paused kind", pairs{"paused", []any{[]any{"visitors", "category", "travel"}}}, "configuration: paused: kind is not offer or space"},
		{"paused no array", pairs{"paused", []any{1}}, "configuration: paused: malformed"},
		{"cors without origins", pairs{"cors", []any{[]any{}, true}}, "configuration: cors: no origin"},
		{"cors for all", pairs{"cors", []any{[]any{"https://*.example"}}}, "configuration: cors: an origin is not like https://app.example"},
		{"cors for null", pairs{"cors", []any{[]any{"null"}}}, "configuration: cors: an origin is not like https://app.example"},
		{"cors for a page", pairs{"cors", []any{[]any{"https://app.example/"}}}, "configuration: cors: an origin is not like https://app.example"},
		{"cors for a week", pairs{"cors", []any{[]any{"https://app.example"}, true, 604800}}, "configuration: cors: kept for more than a day"},
		{"cors no array", pairs{"cors", "https://app.example"}, "configuration: cors: malformed"},
		{"fixed without keys", pairs{"fixed", []any{1, 2, testSecret}}, "configuration: fixed: the published test key is not the only key"},
		{"fixed with a real key", pairs{"keys", []any{[]any{0, "peer", true, testSecret}, []any{2, "peer", false, testSecret}}, "fixed", []any{1, 2, testSecret}}, "configuration: fixed: the published test key is not the only key"},
		{"fixed without entropy", pairs{"fixed", []any{1, 2}}, "configuration: fixed: no entropy"},
		{"fixed entropy", pairs{"fixed", []any{1, 2, testSecret[:1]}}, "configuration: fixed: entropy is not 32 bytes"},
		{"fault after fixed", pairs{"fixed", []any{1, 2, testSecret}, "prefix", 1}, "configuration: prefix: malformed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, s, text := abi.DecodeConfig(encode(t, c.tree, true))
			if got != nil || s != abi.StatusMalformed || text != c.text {
				t.Fatalf("got %v %q %v, want %q", s, text, got, c.text)
			}
		})
	}
	if c, s, text := abi.DecodeConfig(make([]byte, abi.MaxConfig+1)); c != nil || s != abi.StatusRefused || text != "configuration: over the limit of 1 MiB" {
		t.Errorf("too long: %v %q", s, text)
	}
	if c, s, text := abi.DecodeConfig([]byte{0x80, 0x80}); c != nil || s != abi.StatusMalformed || text != "configuration: malformed" {
		t.Errorf("trailing bytes: %v %q", s, text)
	}
}

func TestConfigAgainstOtherCodec(t *testing.T) {
	c := abi.DefaultConfig()
	c.Keys = []abi.Key{{Use: abi.UseCookie, Primary: true, Secret: abi.TestSecret()}}
	c.Prefix, c.DeviceHeader = "/p/", "x-device"
	c.Paused = []abi.Paused{{Environment: "visitors", Kind: abi.PausedOffer, Name: "beach"}}
	c.Fixed = &abi.Fixed{Time: 1, Seed: 2, Entropy: abi.TestSecret()}
	want := encode(t, pairs{
		"keys", []any{[]any{0, "cookie", true, testSecret}},
		"prefix", "/p/", "device_header", "x-device",
		"paused", []any{[]any{"visitors", "offer", "beach"}},
		"fixed", []any{1, 2, testSecret},
	}, true)
	if got := abi.AppendConfig(nil, c); !bytes.Equal(got, want) {
		t.Fatalf("got  %x\nwant %x", got, want)
	}
	if got := abi.AppendConfig(nil, abi.DefaultConfig()); !bytes.Equal(got, wire.AppendMap(nil, 0)) {
		t.Fatalf("default: %x", got)
	}
}
