package proxy

import (
	"net/http"
	"strings"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// addIdentity names the person of whom [Config.Identity] tells, where no trusted
// caller has named one, and the module will not find one in the headers that it is shown: what is named here goes
// before those, and a token or a peer's header is to go before what others sign.
func (m *Middleware) addIdentity(s *scratch, r *http.Request) {
	if m.config.Identity == nil || s.request.Target.Key != nil || m.names(&s.request) {
		return
	}
	if source, key, ok := m.config.Identity(r); ok {
		s.request.Target = abi.PersonKey{Source: s.keep(source), Key: s.keep(key)}
	}
}

// names reports whether a request's headers name a person to the module: by an
// identity token that verifies, or by a peer's header.
func (m *Middleware) names(q *abi.Request) bool {
	keys, peer := m.config.Keyring(), q.Flags.Has(abi.FlagPeer)
	verifies := func(token []byte) bool {
		var room [seal.TokenSize]byte
		_, status := seal.VerifyToken(room[:0], keys, token, q.Time)
		return status == seal.Valid
	}
	for i := range q.Headers {
		h := &q.Headers[i]
		switch name := string(h.Name); {
		case name == string(cookieName):
			jar := visitor.Cookies(h.Value, m.config.IdentityCookie)
			for token, more := jar.Next(); more; token, more = jar.Next() {
				if verifies(token) {
					return true
				}
			}
		case peer && strings.EqualFold(name, m.config.IdentityHeader) && verifies(h.Value),
			peer && strings.EqualFold(name, m.config.PersonHeader) && len(h.Value) > 0:
			return true
		}
	}
	return false
}
