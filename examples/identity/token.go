package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Attribute is something that the site knows of the person, for the catalog's
// target schema. One that comes more than once is a list.
type Attribute struct{ Name, Value string }

// Token says that a person has logged in, until a time at most 24 hours ahead.
// source is the people source of the catalog, person the key in it. keyID and
// secret are those of the identity key in Proffer's keys file; the secret is
// what stands under "key" there.
func Token(keyID int, secret, source, person string, expires time.Time, attributes ...Attribute) (string, error) {
	key, err := base64.RawURLEncoding.DecodeString(secret)
	if err != nil || len(key) != 32 {
		return "", fmt.Errorf("the secret of key %d is not 32 bytes in base64url", keyID)
	}
	payload := "source=" + form(source) + "&key=" + form(person) + fmt.Sprintf("&exp=%d", expires.Unix())
	for _, a := range attributes {
		payload += "&a." + form(a.Name) + "=" + form(a.Value)
	}
	signed := fmt.Sprintf("p1.%d.", keyID) + base64.RawURLEncoding.EncodeToString([]byte(payload))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

// form is the URL Standard's form-encoding, which net/url differs from in two
// signs. Proffer reads either.
func form(s string) string {
	return strings.NewReplacer("~", "%7E", "%2A", "*").Replace(url.QueryEscape(s))
}
