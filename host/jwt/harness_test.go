package jwt_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/jwt"
)

// noon is when the tests take place.
var noon = time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// The signers write tokens with the standard library alone, so that they do not
// share a mistake with what verifies.

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

var edKey = sync.OnceValue(func() ed25519.PrivateKey {
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
})

var secret = []byte("a secret of 32 bytes and a few .")

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// sign makes a token of a header and a payload, whatever they say.
func sign(with, header, payload string) string {
	text := b64([]byte(header)) + "." + b64([]byte(payload))
	var sig []byte
	var err error
	switch with {
	case jwt.HS256:
		sig = hs256(secret, text)
	case jwt.RS256:
		sum := sha256.Sum256([]byte(text))
		sig, err = rsa.SignPKCS1v15(nil, rsaKey(), crypto.SHA256, sum[:])
	case jwt.EdDSA:
		sig = ed25519.Sign(edKey(), []byte(text))
	}
	if err != nil {
		panic(err)
	}
	return text + "." + b64(sig)
}

func hs256(secret []byte, text string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// good is a token that verifies.
func good(algorithm string) string {
	return sign(algorithm, `{"alg":"`+algorithm+`","typ":"JWT"}`, `{"sub":"1002","exp":1783688400}`)
}

// file writes a file of keys.
func file(t testing.TB, text []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func publicPEM(t testing.TB, public any) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// keyText is the text of a file with the one key of an algorithm.
func keyText(t testing.TB, algorithm string) []byte {
	t.Helper()
	switch algorithm {
	case jwt.RS256:
		return publicPEM(t, &rsaKey().PublicKey)
	case jwt.EdDSA:
		return publicPEM(t, edKey().Public())
	}
	return []byte(b64(secret) + "\n")
}

// verifier makes one for the one key of an algorithm.
func verifier(t testing.TB, algorithm string, edit ...func(*jwt.Config)) *jwt.Verifier {
	t.Helper()
	c := jwt.Config{Header: "Authorization", Algorithms: []string{algorithm}, KeyFile: file(t, keyText(t, algorithm)), Clock: at(noon), Leeway: time.Minute}
	for _, e := range edit {
		e(&c)
	}
	v, err := jwt.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// jwk is a key of a set, as JSON has it.
type jwk map[string]any

func rsaJWK(kid string) jwk {
	e := big.NewInt(int64(rsaKey().E)).Bytes()
	return jwk{"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": b64(rsaKey().N.Bytes()), "e": b64(e)}
}

func edJWK(kid string) jwk {
	return jwk{"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": b64(edKey().Public().(ed25519.PublicKey))}
}

func octJWK(kid string) jwk { return jwk{"kty": "oct", "kid": kid, "k": b64(secret)} }

func setText(t testing.TB, list ...jwk) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{"keys": list})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// with is the key with a member set, or without it.
func (k jwk) with(name string, value any) jwk {
	out := jwk{}
	for n, v := range k {
		out[n] = v
	}
	if out[name] = value; value == nil {
		delete(out, name)
	}
	return out
}
