package jwt

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/profferhq/proffer/host/config"
)

// Bounds of keys. A shorter secret than a SHA-256 has no place (RFC 7518,
// section 3.2), a shorter RSA key neither (section 3.3); a longer one takes more
// time to verify with than anybody should be able to make us spend.
const (
	minSecret  = 32      // bytes
	maxSecret  = 1 << 10 // bytes
	minModulus = 2048    // bits
	maxModulus = 4096    // bits
	maxFile    = 1 << 20 // bytes
)

// key is one that verifies.
type key struct {
	id        string // empty: tokens need not name it
	algorithm string
	material  any // what the library's method of that algorithm takes
}

// keys are those in force; they never change in place.
type keys struct{ list []key }

// find gives the key that a token means by its id (empty: it names none) and
// its algorithm. A lone key without an id is meant by every token.
func (k *keys) find(id, algorithm string) (*key, error) {
	if len(k.list) == 1 && (k.list[0].id == "" || id == "") {
		if k.list[0].algorithm != algorithm {
			return nil, errAlgorithm
		}
		return &k.list[0], nil
	}
	for i := range k.list {
		if one := &k.list[i]; id != "" && one.id == id {
			if one.algorithm != algorithm {
				return nil, errAlgorithm
			}
			return one, nil
		}
	}
	return nil, errUnknown
}

// readKeys reads the keys that are configured.
func readKeys(c *Config) (*keys, error) {
	text, err := read(c.file())
	if err != nil {
		return nil, err
	}
	var k *keys
	if c.JWKSFile != "" {
		k, err = parseSet(text, c.Algorithms)
	} else {
		k, err = parseKey(text, c.Algorithms[0])
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.file(), err)
	}
	if slices.ContainsFunc(k.list, func(one key) bool { return one.algorithm == HS256 }) {
		return k, config.Private(c.file())
	}
	return k, nil
}

func read(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("%s has more than %d bytes, which keys have not", name, maxFile)
	}
	return b, err
}

// parseKey reads the text of a file with one key.
func parseKey(text []byte, algorithm string) (*keys, error) {
	text = bytes.TrimSpace(text)
	armoured := bytes.HasPrefix(text, []byte("-----BEGIN "))
	var material any
	var err error
	switch {
	case algorithm == HS256 && armoured:
		err = errors.New("HS256 takes a secret, and this is a key in PEM")
	case algorithm == HS256:
		material, err = parseSecret(string(text))
	case !armoured:
		err = fmt.Errorf("%s takes a public key in PEM, which begins with -----BEGIN PUBLIC KEY-----", algorithm)
	default:
		material, err = parsePEM(text, algorithm)
	}
	if err != nil {
		return nil, err
	}
	return &keys{[]key{{algorithm: algorithm, material: material}}}, nil
}

// parseSecret reads a secret without ever telling it.
func parseSecret(text string) ([]byte, error) {
	secret, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, errors.New("the secret is not base64url without padding")
	}
	if len(secret) < minSecret || len(secret) > maxSecret {
		return nil, fmt.Errorf("the secret has %d bytes (have %d..%d)", len(secret), minSecret, maxSecret)
	}
	return secret, nil
}

func parsePEM(text []byte, algorithm string) (any, error) {
	block, rest := pem.Decode(text)
	if block == nil {
		return nil, errors.New("not a key in PEM")
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("something follows the key; several keys go into a JWKS file")
	}
	var material any
	var err error
	switch block.Type {
	case "PUBLIC KEY":
		material, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		material, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY":
		return nil, errors.New("this is the private key, which only who signs should have; the public one goes here")
	default:
		return nil, fmt.Errorf("a %s, not a PUBLIC KEY", block.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("not a public key: %w", err)
	}
	return material, fits(material, algorithm)
}

// fits holds a public key to an algorithm.
func fits(material any, algorithm string) error {
	switch k := material.(type) {
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits < minModulus || bits > maxModulus {
			return fmt.Errorf("an RSA key of %d bits (have %d..%d)", bits, minModulus, maxModulus)
		}
		if k.E < 3 || k.E%2 == 0 || k.E > math.MaxInt32 {
			return fmt.Errorf("an RSA key whose exponent is %d", k.E)
		}
		if algorithm == RS256 {
			return nil
		}
	case ed25519.PublicKey:
		if algorithm == EdDSA {
			return nil
		}
	}
	return fmt.Errorf("a key of type %T does not verify %s", material, algorithm)
}
