package jwt

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/net/http/httpguts"
)

// The algorithms. Of each family it is the one that every library has.
const (
	HS256 = "HS256" // HMAC with SHA-256: who can verify can sign, too
	RS256 = "RS256" // RSASSA-PKCS1-v1_5 with SHA-256
	EdDSA = "EdDSA" // Ed25519
)

// MaxToken bounds a token, in bytes: browsers keep no cookie above 4,096.
const MaxToken = 4096

// MaxKey bounds the person's key that a token names, in bytes of UTF-8, as in
// an identity token.
const MaxKey = 256

const (
	// DefaultLeeway is how far the clocks of who signs and who verifies may be
	// apart where nothing is configured.
	DefaultLeeway = time.Minute

	maxLeeway = 5 * time.Minute
)

// Config says which tokens count.
type Config struct {
	// Cookie or Header, one of the two, is where a request has its token. A
	// header may have "Bearer " before it; Authorization must.
	Cookie, Header string

	// Algorithms are those that a token may be signed by; at least one.
	Algorithms []string

	// KeyFile has the one key: a public key in PEM, or for HS256 a secret of 32
	// bytes or more in base64url, which only its owner may read. JWKSFile has
	// several (RFC 7517), which tokens name by their "kid". It is one of the
	// two.
	KeyFile, JWKSFile string

	// Issuer and Audience must be what a token's "iss" says, and among what its
	// "aud" says. Empty: whatever they say.
	Issuer, Audience string

	// Claim names the member that is the person's key, a string or a whole
	// number. Empty: "sub".
	Claim string

	// Leeway is how far clocks may be apart, at most five minutes. 0: not at
	// all.
	Leeway time.Duration

	// Clock tells the time. Default time.Now.
	Clock func() time.Time
}

// complete returns c with its defaults, or everything that is wrong with it.
func (c Config) complete() (Config, error) {
	if c.Claim == "" {
		c.Claim = "sub"
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	var errs []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	name := c.Cookie + c.Header
	wrong((c.Cookie == "") == (c.Header == ""), "a token is either in a cookie or in a header; have cookie %q, header %q", c.Cookie, c.Header)
	wrong(name != "" && !httpguts.ValidHeaderFieldName(name), "%q is no name of a cookie or a header", name)
	wrong((c.KeyFile == "") == (c.JWKSFile == ""), "keys are either in a key_file or in a jwks_file; have %q and %q", c.KeyFile, c.JWKSFile)
	wrong(len(c.Algorithms) == 0, "no algorithms; name those that the tokens are signed by, of %s, %s, %s", HS256, RS256, EdDSA)
	for _, a := range c.Algorithms {
		wrong(!slices.Contains([]string{HS256, RS256, EdDSA}, a), "algorithm %q is not %s, %s or %s", a, HS256, RS256, EdDSA)
	}
	wrong(c.KeyFile != "" && len(c.Algorithms) > 1, "one key has one algorithm; have %q", c.Algorithms)
	wrong(c.Leeway < 0 || c.Leeway > maxLeeway, "a leeway of %v is not in 0..%v", c.Leeway, maxLeeway)
	return c, errors.Join(errs...)
}

// file is the one that keys are read from.
func (c *Config) file() string { return c.KeyFile + c.JWKSFile }
