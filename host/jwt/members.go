package jwt

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	lib "github.com/golang-jwt/jwt/v5"
)

// members are a JSON object's. One in which a name stands twice is refused:
// which of the two counts is not the same to everybody, so that the site and we
// could see two people in one token (RFC 8725, section 2.4 is of that kind).
type members map[string]json.RawMessage

// UnmarshalJSON reads an object.
func (m *members) UnmarshalJSON(b []byte) error {
	if !utf8.Valid(b) { // encoding/json would make one text of many
		return errMalformed
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errMalformed
	}
	*m = members{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return errMalformed
		}
		if _, twice := (*m)[name]; twice {
			return errMalformed
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return errMalformed
		}
		(*m)[name] = value
	}
	return nil
}

// text is a member that is a string; there reports whether there is one of
// that name at all.
func (m members) text(name string) (s string, there bool, err error) {
	raw, there := m[name]
	if !there {
		return "", false, nil
	}
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return "", true, errClaim
	}
	return s, true, nil
}

// maxDate is the end of the year 9999, in Unix seconds: a date that is none
// must not overflow.
const maxDate = 253402300799

// date is a member that is a NumericDate; nil if there is none.
func (m members) date(name string) (*lib.NumericDate, error) {
	raw, there := m[name]
	if !there {
		return nil, nil
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || !(f >= 0 && f <= maxDate) {
		return nil, errClaim
	}
	return lib.NewNumericDate(time.Unix(int64(math.Floor(f)), 0)), nil
}

// claims are what a token says.
type claims struct{ members }

// The methods by which the library asks for claims.

// GetExpirationTime is "exp".
func (c *claims) GetExpirationTime() (*lib.NumericDate, error) { return c.date("exp") }

// GetIssuedAt is "iat".
func (c *claims) GetIssuedAt() (*lib.NumericDate, error) { return c.date("iat") }

// GetNotBefore is "nbf".
func (c *claims) GetNotBefore() (*lib.NumericDate, error) { return c.date("nbf") }

// GetIssuer is "iss".
func (c *claims) GetIssuer() (string, error) {
	s, _, err := c.text("iss")
	return s, err
}

// GetSubject is "sub".
func (c *claims) GetSubject() (string, error) {
	s, _, err := c.text("sub")
	return s, err
}

// GetAudience is "aud": a string, or a list of strings.
func (c *claims) GetAudience() (lib.ClaimStrings, error) {
	raw, there := c.members["aud"]
	if !there {
		return nil, nil
	}
	var list lib.ClaimStrings
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, errClaim
	}
	return list, nil
}

// maxDigits bounds a person's key that is a number.
const maxDigits = 20

// person is the key that a claim holds: a string, or a whole number as it is
// written, which no float has rounded.
func (c *claims) person(name string) (key string, ok bool) {
	raw := c.members[name]
	if len(raw) > 0 && raw[0] == '"' {
		key, _, err := c.text(name)
		return key, err == nil && key != "" && len(key) <= MaxKey
	}
	if len(raw) == 0 || len(raw) > maxDigits || len(raw) > 1 && raw[0] == '0' {
		return "", false
	}
	for _, d := range raw {
		if d < '0' || d > '9' {
			return "", false
		}
	}
	return string(raw), true
}

// window is when the token counts: from (the latest of its times) until its
// expiry, in Unix seconds.
func (c *claims) window() (from, until int64) {
	for _, name := range []string{"nbf", "iat"} {
		if d, _ := c.date(name); d != nil {
			from = max(from, d.Unix())
		}
	}
	if d, _ := c.date("exp"); d != nil {
		until = d.Unix()
	}
	return from, until
}
