package abi

import (
	"slices"
	"strings"
)

// The keys of a configuration, in the order in which they are written.
const (
	keyKeys           = "keys"
	keyPrefix         = "prefix"
	keyIdentityCookie = "identity_cookie"
	keyIdentityHeader = "identity_header"
	keyPersonHeader   = "person_header"
	keyCountryHeader  = "country_header"
	keyDeviceHeader   = "device_header"
	keyPaused         = "paused"
	keyCORS           = "cors"
	keyFixed          = "fixed"
)

var configKeys = [...]string{
	keyKeys, keyPrefix, keyIdentityCookie, keyIdentityHeader, keyPersonHeader,
	keyCountryHeader, keyDeviceHeader, keyPaused, keyCORS, keyFixed,
}

var keyUses = [...]string{UseCookie, UseIdentity, UsePeer}

// DecodeConfig reads a configuration; no bytes at all are the default one. It
// gives StatusOK, or StatusRefused or StatusMalformed with a text that names the
// key; then the configuration is nil.
func DecodeConfig(b []byte) (*Config, Status, string) {
	c := DefaultConfig()
	if len(b) == 0 {
		return c, StatusOK, ""
	}
	if len(b) > MaxConfig {
		return nil, StatusRefused, "configuration: over the limit of 1 MiB"
	}
	r := configReader{decoder: newDecoder(b), config: c}
	for n := r.c.Map(); n > 0 && r.c.OK(); n-- {
		r.entry()
	}
	if r.c.OK() && c.Fixed != nil && !c.TestKeyOnly() {
		r.key = keyFixed
		r.reject("the published test key is not the only key")
	}
	switch {
	case r.c.Done():
		return c, StatusOK, ""
	case r.status != StatusOK:
		return nil, r.status, r.text
	case !r.c.OK() && r.key != "":
		return nil, StatusMalformed, "configuration: " + r.key + ": malformed"
	}
	return nil, StatusMalformed, "configuration: malformed"
}

// configReader reads the entries of a configuration. Unlike the decoders of
// requests it copies and builds texts: it runs when a host starts.
type configReader struct {
	decoder
	config *Config
	key    string // being read
	seen   [len(configKeys)]bool
	ids    [len(keyUses)][256]bool // of keys
	signs  [len(keyUses)]bool      // uses that have their primary key
}

// reject refuses the value of the key that is being read. It is not inlined, for the
// module's size.
//
//go:noinline
func (r *configReader) reject(text string) {
	r.refuse(StatusMalformed, "configuration: "+r.key+": "+text)
}

func (r *configReader) entry() {
	name := r.c.Str()
	if !r.c.OK() {
		r.key = ""
		return
	}
	i := slices.Index(configKeys[:], string(name))
	if i < 0 {
		r.refuse(StatusMalformed, "configuration: unknown key "+quote(name[:min(len(name), 64)]))
		return
	}
	r.key = configKeys[i]
	if r.seen[i] {
		r.reject("repeated")
	}
	r.seen[i] = true
	if !r.c.Nil() {
		r.value()
	}
}

// quote puts text into a message, what is not printable ASCII as "?". That of
// package strconv takes 10 KB of the module.
func quote(text []byte) string {
	out := []byte{'"'}
	for _, c := range text {
		if c < ' ' || c > '~' {
			c = '?'
		}
		out = append(out, c)
	}
	return string(append(out, '"'))
}

func (r *configReader) value() {
	switch r.key {
	case keyKeys:
		r.signingKeys()
	case keyPrefix:
		r.prefix()
	case keyIdentityCookie:
		r.config.IdentityCookie = string(r.c.Str())
	case keyIdentityHeader:
		r.header(&r.config.IdentityHeader)
	case keyPersonHeader:
		r.header(&r.config.PersonHeader)
	case keyCountryHeader:
		r.header(&r.config.CountryHeader)
	case keyDeviceHeader:
		r.header(&r.config.DeviceHeader)
	case keyPaused:
		r.paused()
	case keyCORS:
		r.cors()
	case keyFixed:
		r.fixed()
	}
}

func (r *configReader) prefix() {
	v := string(r.c.Str())
	if !strings.HasPrefix(v, "/") || !strings.HasSuffix(v, "/") {
		r.reject("does not begin and end with /")
	}
	for i := range len(v) {
		if c := v[i]; c <= ' ' || c > '~' || strings.IndexByte("\"&'<>?#%\\", c) >= 0 {
			r.reject("has a character that a path in HTML cannot have as it is")
		}
	}
	r.config.Prefix = v
}

func (r *configReader) header(dst *string) {
	v := string(r.c.Str())
	for i := range len(v) {
		if v[i] >= 'A' && v[i] <= 'Z' {
			r.reject("not in lower case")
		}
	}
	*dst = v
}

func (r *configReader) signingKeys() {
	for n := r.c.Array(); n > 0 && r.c.OK(); n-- {
		outer := r.enter()
		var k Key
		k.ID = uint8(r.integer(255, "configuration: keys: id over 255"))
		k.Use = string(r.str())
		k.Primary = r.bool()
		secret := r.sized(SecretSize, "configuration: keys: secret is not 32 bytes")
		copy(k.Secret[:], secret)
		r.leave(outer, 3)
		if secret == nil {
			r.reject("no secret")
		}
		r.checkKey(&k)
		r.config.Keys = append(r.config.Keys, k)
	}
}

func (r *configReader) checkKey(k *Key) {
	use := slices.Index(keyUses[:], k.Use)
	if use < 0 {
		r.reject("use is not cookie, identity or peer")
		return
	}
	if r.ids[use][k.ID] {
		r.reject("two of one id and use")
	}
	r.ids[use][k.ID] = true
	if k.Primary && r.signs[use] {
		r.reject("two primary ones of one use")
	}
	r.signs[use] = r.signs[use] || k.Primary
	if k.ID == 0 && k.Secret != TestSecret() {
		r.reject("id 0 is the published test key")
	}
}

func (r *configReader) paused() {
	for n := r.c.Array(); n > 0 && r.c.OK(); n-- {
		outer := r.enter()
		var p Paused
		p.Environment = string(r.str())
		switch string(r.str()) {
		case PausedOffer:
			p.Kind = PausedOffer
		case PausedSpace:
			p.Kind = PausedSpace
		default:
			r.reject("kind is not offer or space")
		}
		p.Name = string(r.str())
		r.leave(outer, 3)
		r.config.Paused = append(r.config.Paused, p)
	}
}

func (r *configReader) cors() {
	c := &r.config.CORS
	outer := r.enter()
	for n := r.list(); n > 0 && r.c.OK(); n-- {
		origin := string(r.c.Str())
		if !strings.HasPrefix(origin, "http") || strings.IndexByte(origin, '*') >= 0 || strings.HasSuffix(origin, "/") {
			r.reject("an origin is not like https://app.example")
		}
		c.Origins = append(c.Origins, origin)
	}
	c.Credentials = r.bool()
	if c.MaxAge = r.integer(maxPreflightAge, "configuration: cors: kept for more than a day"); c.MaxAge == 0 {
		c.MaxAge = defaultPreflightAge
	}
	r.leave(outer, 2)
	if len(c.Origins) == 0 {
		r.reject("no origin")
	}
}

// list reads the head of an array, 0 for nil.
func (r *configReader) list() int {
	if !r.next() {
		return 0
	}
	return r.c.Array()
}

func (r *configReader) fixed() {
	outer := r.enter()
	f := &Fixed{Time: r.int(), Seed: r.uint()}
	entropy := r.sized(EntropySize, "configuration: fixed: entropy is not 32 bytes")
	if entropy == nil {
		r.reject("no entropy")
	}
	copy(f.Entropy[:], entropy)
	r.leave(outer, 2)
	r.config.Fixed = f
}
