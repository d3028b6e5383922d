package jwt

import (
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// maxKeys bounds a set: two that sign and verify during a change of keys are
// usual, and some issuers have a dozen.
const maxKeys = 64

// webKey is a key in a JWKS file (RFC 7517; RFC 7518, section 6; RFC 8037,
// section 2). Members that are not here mean nothing to us.
type webKey struct {
	Type       string   `json:"kty"`
	ID         string   `json:"kid"`
	Use        string   `json:"use"`
	Operations []string `json:"key_ops"`
	Algorithm  string   `json:"alg"`
	Curve      string   `json:"crv"`
	N          string   `json:"n"`
	E          string   `json:"e"`
	X          string   `json:"x"`
	K          string   `json:"k"`
}

// parseSet reads a set. Of its keys those count that are for signatures and of
// an algorithm that is configured: an issuer may have others (RFC 7517, section
// 5).
func parseSet(text []byte, algorithms []string) (*keys, error) {
	var file struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("not a JWKS file: %w", err)
	}
	if len(file.Keys) > maxKeys {
		return nil, fmt.Errorf("%d keys (have at most %d)", len(file.Keys), maxKeys)
	}
	k := &keys{}
	for i, raw := range file.Keys {
		var w webKey
		if err := json.Unmarshal(raw, &w); err != nil {
			return nil, fmt.Errorf("key %d: not a key: %w", i+1, err)
		}
		if !slices.Contains(algorithms, w.algorithm()) || !w.verifies() {
			continue
		}
		material, err := w.material()
		if err != nil {
			return nil, fmt.Errorf("key %d (kid %.40q): %w", i+1, w.ID, err)
		}
		k.list = append(k.list, key{w.ID, w.algorithm(), material})
	}
	return k, k.check(algorithms)
}

// check holds that tokens can tell the keys of a set apart.
func (k *keys) check(algorithms []string) error {
	if len(k.list) == 0 {
		return fmt.Errorf("no key for signatures by %q", algorithms)
	}
	seen := map[string]bool{}
	for _, one := range k.list {
		if one.id == "" && len(k.list) > 1 {
			return errors.New("a key without kid beside others: no token could name it")
		}
		if seen[one.id] {
			return fmt.Errorf("kid %.40q is there twice", one.id)
		}
		seen[one.id] = true
	}
	return nil
}

// algorithm is what the key is for; empty if that is nothing of ours.
func (w *webKey) algorithm() string {
	of := ""
	switch {
	case w.Type == "RSA":
		of = RS256
	case w.Type == "OKP" && w.Curve == "Ed25519":
		of = EdDSA
	case w.Type == "oct":
		of = HS256
	}
	if w.Algorithm != "" && w.Algorithm != of && !(of == EdDSA && w.Algorithm == "Ed25519") { // RFC 9864
		return ""
	}
	return of
}

// verifies reports whether the key is for signatures.
func (w *webKey) verifies() bool {
	return (w.Use == "" || w.Use == "sig") && (w.Operations == nil || slices.Contains(w.Operations, "verify"))
}

func (w *webKey) material() (any, error) {
	switch w.algorithm() {
	case HS256:
		return parseSecret(w.K)
	case EdDSA:
		x, err := base64.RawURLEncoding.Strict().DecodeString(w.X)
		if err != nil || len(x) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("x is not %d bytes in base64url", ed25519.PublicKeySize)
		}
		return ed25519.PublicKey(x), nil
	}
	n, err := base64.RawURLEncoding.Strict().DecodeString(w.N)
	if err != nil {
		return nil, errors.New("n is not base64url")
	}
	e, err := base64.RawURLEncoding.Strict().DecodeString(w.E)
	if err != nil || len(e) > 4 {
		return nil, errors.New("e is not a number of at most 32 bits in base64url")
	}
	exponent := new(big.Int).SetBytes(e).Int64()
	k := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent)}
	return k, fits(k, RS256)
}
