package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// secretPrefix begins a secret's text.
const secretPrefix = "whsec_"

// Sizes of a secret in bytes, of Standard Webhooks 1.0.0, "Signature scheme".
const minSecret, maxSecret = 24, 64

// ParseSecrets reads secrets, each a line "whsec_" and base64 of 24 to 64 bytes.
// Empty lines and those that begin with # are passed over. Errors do not quote
// them.
func ParseSecrets(text []byte) ([][]byte, error) {
	var out [][]byte
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		encoded, ok := strings.CutPrefix(line, secretPrefix)
		if !ok {
			return nil, fmt.Errorf("line %d does not begin with %s", n, secretPrefix)
		}
		secret, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err != nil {
			return nil, fmt.Errorf("line %d is not base64 behind %s", n, secretPrefix)
		}
		if err := within("its size", len(secret), minSecret, maxSecret); err != nil {
			return nil, fmt.Errorf("line %d: %w bytes", n, err)
		}
		out = append(out, secret)
	}
	if len(out) == 0 {
		return nil, errors.New("no secret")
	}
	return out, within("secrets", len(out), 1, maxSecrets)
}

// sign sets the headers by which a receiver knows who sent a body, and when.
func sign(h http.Header, body []byte, at time.Time, secrets [][]byte) {
	sum := sha256.Sum256(body)
	id, stamp := hex.EncodeToString(sum[:16]), strconv.FormatInt(at.Unix(), 10)
	var signatures []string
	for _, secret := range secrets {
		signatures = append(signatures, signature(secret, id, stamp, body))
	}
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", stamp)
	h.Set("Webhook-Signature", strings.Join(signatures, " "))
}

func signature(secret []byte, id, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
