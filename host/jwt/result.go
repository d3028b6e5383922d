package jwt

import (
	"errors"

	lib "github.com/golang-jwt/jwt/v5"
)

// Result is what became of a token.
type Result uint8

// The results.
const (
	Verified   Result = iota
	TooLong           // above MaxToken
	Malformed         // not three parts of base64url, or JSON that is not ours to read
	Algorithm         // not signed by an algorithm that is configured
	UnknownKey        // no key has its id and its algorithm
	Signature         // not signed by that key
	Expired           // its time is over
	Early             // its time has not come
	Issuer            // of somebody else
	Audience          // for somebody else
	Claim             // one that must be there is not, or one is not of its type
	NumResults
)

var resultNames = [NumResults]string{
	"verified", "too_long", "malformed", "algorithm", "unknown_key", "signature", "expired", "early", "issuer", "audience", "claim",
}

// String is the result's name in metrics.
func (r Result) String() string {
	if r < NumResults {
		return resultNames[r]
	}
	return "unknown"
}

// The errors of this package's part in verifying.
var (
	errMalformed = errors.New("malformed")
	errAlgorithm = errors.New("algorithm")
	errUnknown   = errors.New("unknown key")
	errClaim     = errors.New("claim")
)

// resultOf tells an error apart. Of several claims that are wrong the first in
// this order counts.
func resultOf(err error) Result {
	for _, c := range []struct {
		is error
		r  Result
	}{
		{lib.ErrTokenMalformed, Malformed},
		{errMalformed, Malformed},
		{errAlgorithm, Algorithm},
		{errUnknown, UnknownKey},
		{lib.ErrTokenUnverifiable, Algorithm}, // one that nobody knows
		{lib.ErrTokenSignatureInvalid, Signature},
		{errClaim, Claim},
		{lib.ErrTokenRequiredClaimMissing, Claim},
		{lib.ErrTokenExpired, Expired},
		{lib.ErrTokenNotValidYet, Early},
		{lib.ErrTokenUsedBeforeIssued, Early},
		{lib.ErrTokenInvalidIssuer, Issuer},
		{lib.ErrTokenInvalidAudience, Audience},
	} {
		if errors.Is(err, c.is) {
			return c.r
		}
	}
	return Malformed
}
