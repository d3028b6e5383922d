package service

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/profferhq/proffer/plugin/seal"
)

// errNoPeerToken is a request without a token.
var errNoPeerToken = errors.New(`no peer token; send one made by "proffer token peer" as Authorization: Bearer`)

// AuthorizePeer makes what tells peers' requests, by nil, from others. An error is one
// that may be told to who sent the request, for it says nothing of the keys.
// The address that a request came from counts for nothing: this machine's other
// programs are not peers, and a browser's page on it neither.
func AuthorizePeer(keys func() *seal.Keyring, clock func() time.Time) func(*http.Request) error {
	if clock == nil {
		clock = time.Now
	}
	return func(r *http.Request) error {
		values := r.Header["Authorization"]
		if len(values) != 1 {
			return errNoPeerToken
		}
		scheme, token, _ := strings.Cut(values[0], " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return errNoPeerToken
		}
		ring := keys()
		if ring.TestOnly() { // anyone can sign under the published test key
			return errNoPeerToken
		}
		status := seal.VerifyPeer(ring, []byte(strings.TrimSpace(token)), clock().UnixMilli())
		if status != seal.Valid {
			return fmt.Errorf("peer token: %s", status)
		}
		return nil
	}
}
