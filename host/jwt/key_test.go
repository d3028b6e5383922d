package jwt_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/jwt"
)

// verdictOf tells whether a configuration is refused, and with which text.
func verdictOf(c jwt.Config) string {
	if _, err := jwt.New(c); err != nil {
		return err.Error()
	}
	return ""
}

func TestConfigRefuses(t *testing.T) {
	name := file(t, keyText(t, jwt.HS256))
	for what, c := range map[string]struct {
		edit func(*jwt.Config)
		want string
	}{
		"as it should be":    {func(*jwt.Config) {}, ""},
		"neither place":      {func(c *jwt.Config) { c.Cookie = "" }, `either in a cookie or in a header; have cookie "", header ""`},
		"both places":        {func(c *jwt.Config) { c.Header = "X-Token" }, `have cookie "session", header "X-Token"`},
		"no name":            {func(c *jwt.Config) { c.Cookie = "a b" }, `"a b" is no name`},
		"neither file":       {func(c *jwt.Config) { c.KeyFile = "" }, "either in a key_file or in a jwks_file"},
		"both files":         {func(c *jwt.Config) { c.JWKSFile = name }, "either in a key_file or in a jwks_file"},
		"no algorithm":       {func(c *jwt.Config) { c.Algorithms = nil }, "no algorithms"},
		"none":               {func(c *jwt.Config) { c.Algorithms = []string{"none"} }, `algorithm "none" is not`},
		"another algorithm":  {func(c *jwt.Config) { c.Algorithms = []string{"HS512"} }, `algorithm "HS512" is not`},
		"one key for two":    {func(c *jwt.Config) { c.Algorithms = []string{jwt.HS256, jwt.RS256} }, "one key has one algorithm"},
		"a leeway above all": {func(c *jwt.Config) { c.Leeway = 301e9 }, "5m1s is not in 0..5m0s"},
		"a leeway below 0":   {func(c *jwt.Config) { c.Leeway = -1 }, "-1ns is not in"},
		"no file":            {func(c *jwt.Config) { c.KeyFile = name + "x" }, "no such file"},
	} {
		t.Run(what, func(t *testing.T) {
			one := jwt.Config{Cookie: "session", Algorithms: []string{jwt.HS256}, KeyFile: name}
			c.edit(&one)
			if got := verdictOf(one); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestKeyFiles(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(rsaKey())
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	}
	for name, c := range map[string]struct {
		algorithm string
		text      []byte
		want      string
	}{
		"a secret":                  {jwt.HS256, keyText(t, jwt.HS256), ""},
		"an RSA key":                {jwt.RS256, keyText(t, jwt.RS256), ""},
		"an RSA key in PKCS #1":     {jwt.RS256, block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey)), ""},
		"an Ed25519 key":            {jwt.EdDSA, keyText(t, jwt.EdDSA), ""},
		"a short secret":            {jwt.HS256, []byte(b64(secret[:31])), "the secret has 31 bytes (have 32..1024)"},
		"a long secret":             {jwt.HS256, []byte(b64(make([]byte, 1025))), "the secret has 1025 bytes"},
		"a secret that is text":     {jwt.HS256, []byte("swordfish!"), "not base64url"},
		"a secret with padding":     {jwt.HS256, []byte(b64(secret) + "="), "not base64url"},
		"nothing":                   {jwt.HS256, nil, "the secret has 0 bytes"},
		"a public key for HS256":    {jwt.HS256, keyText(t, jwt.RS256), "HS256 takes a secret"},
		"a secret for RS256":        {jwt.RS256, keyText(t, jwt.HS256), "RS256 takes a public key in PEM"},
		"an RSA key for EdDSA":      {jwt.EdDSA, keyText(t, jwt.RS256), "*rsa.PublicKey does not verify EdDSA"},
		"an Ed25519 key for RS256":  {jwt.RS256, keyText(t, jwt.EdDSA), "ed25519.PublicKey does not verify RS256"},
		"an ECDSA key for RS256":    {jwt.RS256, publicPEM(t, &curve.PublicKey), "*ecdsa.PublicKey does not verify RS256"},
		"an RSA key that is short":  {jwt.RS256, publicPEM(t, &small.PublicKey), "an RSA key of 1024 bits (have 2048..4096)"},
		"a private key":             {jwt.RS256, block("PRIVATE KEY", private), "this is the private key"},
		"a certificate":             {jwt.RS256, block("CERTIFICATE", []byte("x")), "a CERTIFICATE, not a PUBLIC KEY"},
		"two keys":                  {jwt.RS256, append(keyText(t, jwt.RS256), keyText(t, jwt.RS256)...), "something follows the key"},
		"a key cut short":           {jwt.RS256, keyText(t, jwt.RS256)[:200], "not a key in PEM"},
		"a key that is none":        {jwt.RS256, block("PUBLIC KEY", []byte("x")), "not a public key"},
		"a file of a movie's size":  {jwt.HS256, make([]byte, 1<<20+1), "more than 1048576 bytes"},
		"a set where one key is to": {jwt.EdDSA, setText(t, edJWK("a")), "EdDSA takes a public key in PEM"},
	} {
		t.Run(name, func(t *testing.T) {
			got := verdictOf(jwt.Config{Cookie: "session", Algorithms: []string{c.algorithm}, KeyFile: file(t, c.text)})
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) || strings.Contains(got, string(secret)) || strings.Contains(got, "swordfish") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSets(t *testing.T) {
	long := strings.Repeat("A", 6)
	for name, c := range map[string]struct {
		algorithms []string
		text       []byte
		want       string
	}{
		"all three":                     {algorithms, setText(t, rsaJWK("a"), edJWK("b"), octJWK("c")), ""},
		"one without kid":               {algorithms, setText(t, edJWK("").with("kid", nil)), ""},
		"beside keys that mean nothing": {[]string{jwt.RS256}, setText(t, rsaJWK("a"), edJWK("a"), jwk{"kty": "EC", "kid": "a"}, jwk{"kty": "LWE"}, rsaJWK("a").with("use", "enc"), rsaJWK("a").with("alg", "RS512"), rsaJWK("a").with("key_ops", []string{"sign"})), ""},
		"Ed25519 as newer issuers say":  {algorithms, setText(t, edJWK("b").with("alg", "Ed25519")), ""},
		"not JSON":                      {algorithms, []byte("keys"), "not a JWKS file"},
		"no keys":                       {algorithms, []byte("{}"), "no key for signatures"},
		"keys for others alone":         {[]string{jwt.EdDSA}, setText(t, rsaJWK("a")), `no key for signatures by ["EdDSA"]`},
		"two of one kid":                {algorithms, setText(t, rsaJWK("a"), edJWK("a")), `kid "a" is there twice`},
		"two, and one without kid":      {algorithms, setText(t, rsaJWK("a"), edJWK("").with("kid", nil)), "without kid beside others"},
		"a key that is none":            {algorithms, []byte(`{"keys":[1]}`), "key 1: not a key"},
		"a kid that is a number":        {algorithms, []byte(`{"keys":[{"kty":"oct","kid":1}]}`), "key 1: not a key"},
		"a secret that is short":        {algorithms, setText(t, octJWK("c").with("k", "AQID")), `key 1 (kid "c"): the secret has 3 bytes`},
		"an x that is short":            {algorithms, setText(t, edJWK("b").with("x", "AQID")), "x is not 32 bytes"},
		"an n that is short":            {algorithms, setText(t, rsaJWK("a").with("n", "AQID")), "an RSA key of 17 bits"},
		"an n that is none":             {algorithms, setText(t, rsaJWK("a").with("n", "!")), "n is not base64url"},
		"an e that is long":             {algorithms, setText(t, rsaJWK("a").with("e", long+"AB")), "e is not a number of at most 32 bits"},
		"an e that is even":             {algorithms, setText(t, rsaJWK("a").with("e", "Ag")), "whose exponent is 2"},
		"an e of 1":                     {algorithms, setText(t, rsaJWK("a").with("e", "AQ")), "whose exponent is 1"},
		"65 keys":                       {algorithms, []byte(`{"keys":[` + strings.Repeat("{},", 64) + `{}]}`), "65 keys (have at most 64)"},
	} {
		t.Run(name, func(t *testing.T) {
			got := verdictOf(jwt.Config{Cookie: "session", Algorithms: c.algorithms, JWKSFile: file(t, c.text)})
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestKid: in a set the kid picks the key, and the key the algorithm.
func TestKid(t *testing.T) {
	set := setText(t, rsaJWK("a"), edJWK("b"), octJWK("c"))
	const claims = `{"sub":"1002","exp":1783688400}`
	asSecret := func() string {
		text := b64([]byte(`{"alg":"HS256","kid":"a"}`)) + "." + b64([]byte(claims))
		return text + "." + b64(hs256(rsaKey().N.Bytes(), text))
	}
	for name, c := range map[string]struct {
		token string
		want  jwt.Result
	}{
		"RS256":                  {sign(jwt.RS256, `{"alg":"RS256","kid":"a"}`, claims), jwt.Verified},
		"EdDSA":                  {sign(jwt.EdDSA, `{"alg":"EdDSA","kid":"b"}`, claims), jwt.Verified},
		"HS256":                  {sign(jwt.HS256, `{"alg":"HS256","kid":"c"}`, claims), jwt.Verified},
		"no kid":                 {sign(jwt.RS256, `{"alg":"RS256"}`, claims), jwt.UnknownKey},
		"a kid of nobody":        {sign(jwt.RS256, `{"alg":"RS256","kid":"d"}`, claims), jwt.UnknownKey},
		"another case":           {sign(jwt.RS256, `{"alg":"RS256","kid":"A"}`, claims), jwt.UnknownKey},
		"another's kid":          {sign(jwt.RS256, `{"alg":"RS256","kid":"b"}`, claims), jwt.Algorithm},
		"HS256 under the RSA n":  {asSecret(), jwt.Algorithm},
		"an algorithm not named": {sign(jwt.RS256, `{"alg":"RS384","kid":"a"}`, claims), jwt.Algorithm},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := jwt.New(jwt.Config{Cookie: "session", Algorithms: algorithms, JWKSFile: file(t, set), Clock: at(noon)})
			if err != nil {
				t.Fatal(err)
			}
			if _, r := v.Verify(c.token); r != c.want {
				t.Errorf("got %v, want %v", r, c.want)
			}
		})
	}
}

// TestSecretsArePrivate: a file that others can read is refused if it lets them
// sign.
func TestSecretsArePrivate(t *testing.T) {
	for name, c := range map[string]struct {
		config  jwt.Config
		refused bool
	}{
		"a secret":             {jwt.Config{Algorithms: []string{jwt.HS256}, KeyFile: file(t, keyText(t, jwt.HS256))}, true},
		"a set with a secret":  {jwt.Config{Algorithms: algorithms, JWKSFile: file(t, setText(t, edJWK("b"), octJWK("c")))}, true},
		"a public key":         {jwt.Config{Algorithms: []string{jwt.EdDSA}, KeyFile: file(t, keyText(t, jwt.EdDSA))}, false},
		"a set of public keys": {jwt.Config{Algorithms: algorithms, JWKSFile: file(t, setText(t, edJWK("b"), rsaJWK("a")))}, false},
		"a secret of no use":   {jwt.Config{Algorithms: []string{jwt.EdDSA}, JWKSFile: file(t, setText(t, edJWK("b"), octJWK("c")))}, false},
	} {
		t.Run(name, func(t *testing.T) {
			c.config.Cookie = "session"
			if err := os.Chmod(c.config.KeyFile+c.config.JWKSFile, 0o644); err != nil {
				t.Fatal(err)
			}
			if got := verdictOf(c.config); strings.Contains(got, "make it 0600") != c.refused || (got != "") != c.refused {
				t.Errorf("got %q", got)
			}
		})
	}
}

// TestReload: a token counts under the keys in force alone, known or not; a
// file that is broken changes nothing.
func TestReload(t *testing.T) {
	name := file(t, setText(t, edJWK("b")))
	v, err := jwt.New(jwt.Config{Cookie: "session", Algorithms: []string{jwt.EdDSA}, JWKSFile: name, Clock: at(noon)})
	if err != nil {
		t.Fatal(err)
	}
	if v.File() != name {
		t.Errorf("the file is %s", v.File())
	}
	token := sign(jwt.EdDSA, `{"alg":"EdDSA","kid":"b"}`, `{"sub":"1002","exp":1783688400}`)
	save := func(text []byte, bad bool, want jwt.Result) {
		t.Helper()
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := v.Reload(); (err != nil) != bad {
			t.Errorf("error %v", err)
		}
		if _, r := v.Verify(token); r != want {
			t.Errorf("got %v, want %v", r, want)
		}
	}
	save(setText(t, edJWK("b")), false, jwt.Verified)
	save([]byte(`{"keys":[`), true, jwt.Verified)
	save(nil, true, jwt.Verified)
	save(setText(t, edJWK("a"), edJWK("c")), false, jwt.UnknownKey)
	save(setText(t, edJWK("a"), edJWK("b")), false, jwt.Verified)
}
