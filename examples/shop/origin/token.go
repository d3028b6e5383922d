package origin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// MaxTokenLife is the longest life of an identity token that Proffer accepts.
const MaxTokenLife = 24 * time.Hour

// Key signs identity tokens. The zero Key signs nothing.
type Key struct {
	ID     int    // 1 to 255
	Secret []byte // 32 bytes, shared with Proffer
}

// Claims say who the customer is.
type Claims struct {
	Source  string            // the people source, a name agreed with the catalog
	Person  string            // the customer's key in that source
	Expires time.Time         // at most MaxTokenLife ahead
	Attrs   map[string]string // become target.* in the catalog's rules
}

// Token is the identity token that a site hands to Proffer in the cookie
// proffer_identity:
//
//	p1.<key id>.<base64url payload>.<base64url MAC>
//
// The payload is form-encoded, as in
// source=main&key=1001&exp=1795500000&a.country=FR; the MAC is HMAC-SHA256
// over everything before its dot; base64url is unpadded (RFC 4648, section 5).
// Every language has what this takes.
func (k Key) Token(c Claims) string {
	payload := url.Values{
		"source": {c.Source},
		"key":    {c.Person},
		"exp":    {strconv.FormatInt(c.Expires.Unix(), 10)},
	}
	for name, value := range c.Attrs {
		payload.Set("a."+name, value)
	}
	signed := fmt.Sprintf("p1.%d.%s", k.ID, base64.RawURLEncoding.EncodeToString([]byte(payload.Encode())))
	mac := hmac.New(sha256.New, k.Secret)
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// ReadKey reads the primary key for identity from a JSON file:
//
//	{"keys":[{"id":1,"use":"identity","key":"base64url of 32 bytes","primary":true}]}
//
// Keys for other uses may stand beside it, as they do in the file that the
// demonstration shares with Proffer; a site of your own needs only this one.
func ReadKey(file string) (Key, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Key{}, fmt.Errorf("key file: %w", err)
	}
	key, err := parseKey(text)
	if err != nil {
		return Key{}, fmt.Errorf("key file %s: %w", file, err)
	}
	return key, nil
}

func parseKey(text []byte) (Key, error) {
	var doc struct {
		Keys []struct {
			ID      int    `json:"id"`
			Use     string `json:"use"`
			Key     string `json:"key"`
			Primary bool   `json:"primary"`
		} `json:"keys"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return Key{}, err
	}
	var found Key
	for _, k := range doc.Keys {
		if k.Use != "identity" || !k.Primary {
			continue
		}
		if found.ID != 0 {
			return Key{}, fmt.Errorf("two primary keys for identity: id %d and id %d", found.ID, k.ID)
		}
		secret, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.Key, "="))
		if err != nil {
			return Key{}, fmt.Errorf("key with id %d is not base64url", k.ID)
		}
		if len(secret) != sha256.Size {
			return Key{}, fmt.Errorf("key with id %d has %d bytes, want %d", k.ID, len(secret), sha256.Size)
		}
		if k.ID < 1 || k.ID > 255 {
			return Key{}, fmt.Errorf("key id %d is not in 1..255", k.ID)
		}
		found = Key{ID: k.ID, Secret: secret}
	}
	if found.ID == 0 {
		return Key{}, fmt.Errorf("no primary key for identity among %d keys", len(doc.Keys))
	}
	return found, nil
}
