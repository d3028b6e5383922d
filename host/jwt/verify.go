package jwt

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	lib "github.com/golang-jwt/jwt/v5"
)

// Verifier tells people by tokens. It is safe for concurrent use.
type Verifier struct {
	config Config
	parser *lib.Parser
	keys   atomic.Pointer[keys]
	known  known
	counts [NumResults]atomic.Uint64
}

// New makes a Verifier and reads its keys.
func New(c Config) (*Verifier, error) {
	c, err := c.complete()
	if err != nil {
		return nil, fmt.Errorf("jwt: %w", err)
	}
	options := []lib.ParserOption{
		lib.WithValidMethods(c.Algorithms), lib.WithStrictDecoding(), lib.WithExpirationRequired(), lib.WithIssuedAt(),
		lib.WithLeeway(c.Leeway), lib.WithTimeFunc(c.Clock),
	}
	if c.Issuer != "" {
		options = append(options, lib.WithIssuer(c.Issuer))
	}
	if c.Audience != "" {
		options = append(options, lib.WithAudience(c.Audience))
	}
	v := &Verifier{config: c, parser: lib.NewParser(options...)}
	return v, v.Reload()
}

// File is the file that the keys come from.
func (v *Verifier) File() string { return v.config.file() }

// Reload reads the keys again. After an error the earlier ones stay in force.
func (v *Verifier) Reload() error {
	k, err := readKeys(&v.config)
	if err != nil {
		return fmt.Errorf("jwt: %w", err)
	}
	v.keys.Store(k)
	return nil
}

// Count is how many tokens had a result.
func (v *Verifier) Count(r Result) uint64 { return v.counts[r].Load() }

// Verify gives the person's key that a token names, and says why it counts or
// does not.
func (v *Verifier) Verify(token string) (person string, r Result) {
	person, r = v.verify(token)
	v.counts[r].Add(1)
	return person, r
}

func (v *Verifier) verify(token string) (person string, r Result) {
	if len(token) > MaxToken {
		return "", TooLong
	}
	if !plain(token) {
		return "", Malformed
	}
	k := v.keys.Load()
	now := v.config.Clock().Unix()
	sum := sha256.Sum256([]byte(token))
	if person, ok := v.known.find(&sum, k, now); ok {
		return person, Verified
	}
	var c claims
	parsed, err := v.parser.ParseWithClaims(token, &c, func(t *lib.Token) (any, error) { return k.of(t) })
	if err != nil {
		if parsed != nil && parsed.Method != nil && !slices.Contains(v.config.Algorithms, parsed.Method.Alg()) {
			return "", Algorithm
		}
		return "", resultOf(err)
	}
	person, ok := c.person(v.config.Claim)
	if !ok {
		return "", Claim
	}
	from, until := c.window()
	leeway := int64(v.config.Leeway.Seconds())
	v.known.add(&entry{sum: sum, keys: k, person: person, from: from - leeway, until: until + leeway})
	return person, Verified
}

// plain reports whether a token has no other bytes than those of base64url and
// dots. Go's decoder skips line ends, so that many texts would be one token.
func plain(token string) bool {
	for i := range len(token) {
		switch c := token[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}

// of is the key that a token is to be verified with.
func (k *keys) of(t *lib.Token) (any, error) {
	head, _, _ := strings.Cut(t.Raw, ".")
	text, err := base64.RawURLEncoding.Strict().DecodeString(head)
	if err != nil {
		return nil, errMalformed
	}
	var m members
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, errMalformed
	}
	if _, there := m["crit"]; there { // what must be understood, and we do not (RFC 7515, section 4.1.11)
		return nil, errMalformed
	}
	id, there, err := m.text("kid")
	if err != nil || there && id == "" {
		return nil, errMalformed
	}
	one, err := k.find(id, t.Method.Alg())
	if err != nil {
		return nil, err
	}
	return one.material, nil
}
