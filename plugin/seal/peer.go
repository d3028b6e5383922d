package seal

import "bytes"

const (
	// MaxPeerToken bounds a peer token, in bytes: the prefix, three digits of
	// key id, "exp=" and 12 digits, a MAC of 32 bytes, and two dots.
	MaxPeerToken = len(tokenPrefix) + 3 + 1 + 22 + 1 + 43

	expiryField = "exp="
)

// VerifyPeer reads a peer token, by which a machine shows that it may call what
// only peers may:
//
//	p1.<key id>.<base64url payload>.<base64url MAC>
//
// It is made as an identity token is, with a key of UsePeer, and its payload is
// "exp=" and unix seconds, nothing else. Under a secret that both uses share
// neither passes for the other, for an identity token has a source. The token
// must expire after nowMs (unix milliseconds) and at most 24 hours and 5
// minutes later.
func VerifyPeer(k *Keyring, token []byte, nowMs int64) Status {
	if len(token) > MaxPeerToken {
		return Malformed
	}
	var room [MaxPeerToken]byte
	payload, status := openToken(room[:], k, UsePeer, token)
	if status != Valid {
		return status
	}
	seconds, ok := bytes.CutPrefix(payload, []byte(expiryField))
	if !ok {
		return Malformed
	}
	expires, ok := decimal(seconds, maxExpDigits)
	if !ok {
		return Malformed
	}
	return inTime(expires, nowMs)
}

// AppendPeer appends a peer token, as VerifyPeer reads it, signed with the
// primary key of UsePeer; expires is in unix seconds and not checked against
// any clock. It gives an error and dst as it was when there is no such key, or
// that is no time.
func AppendPeer(dst []byte, k *Keyring, expires int64) ([]byte, error) {
	payload, err := appendExpiry(nil, expires)
	if err != nil {
		return dst, err
	}
	return appendSigned(dst, k, UsePeer, payload)
}
