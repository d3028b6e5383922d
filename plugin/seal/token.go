package seal

import "bytes"

const (
	// MaxToken bounds an identity token, in bytes: it travels in a header or a
	// cookie, and browsers keep no cookie above 4,096 bytes.
	MaxToken = 2048

	// MaxName bounds source and key of a token, in bytes after decoding.
	MaxName = 256

	// MaxAttributes bounds the attributes of a token, as those of a call.
	MaxAttributes = 64

	// MaxAttribute bounds name and value of an attribute together, in bytes
	// after decoding.
	MaxAttribute = 1024

	// TokenSize is the capacity that VerifyToken needs of its scratch, in
	// bytes: a payload and its decoded fields, which are never longer.
	TokenSize = 2 * MaxToken * 3 / 4

	// tokenLife is the longest time for which a token may be good, a day and
	// five minutes for clocks that differ.
	tokenLife = (24*60 + 5) * 60 * 1000 // ms

	tokenPrefix   = "p1."
	attributeName = "a." // what the field of an attribute begins with
	maxExpDigits  = 12   // seconds until the year 33658, no overflow in ms
)

// Token is what a verified identity token says. Source and Key lie in the
// scratch that was given to VerifyToken.
type Token struct {
	Source     []byte     // the people source, 1 to MaxName bytes of UTF-8
	Key        []byte     // the person's key in it, 1 to MaxName bytes of UTF-8
	Expires    int64      // unix seconds; the token is good before this time
	Attributes Attributes // those that the signer vouches for
}

// VerifyToken reads an identity token,
//
//	p1.<key id>.<base64url payload>.<base64url MAC>
//
// where the key id is decimal, the MAC is HMAC-SHA256 of everything before its
// dot under that key of UseIdentity, and the payload is
// application/x-www-form-urlencoded: source, key and exp (unix seconds) once
// each, and attributes as a.NAME, which may repeat. Any other field, an empty
// one, an escape in the part of a name that is fixed, and text that is not
// UTF-8 are refused. The token must expire after nowMs (unix milliseconds) and
// at most 24 hours and 5 minutes later. With any Status but Valid the Token is
// empty.
//
// With a scratch of TokenSize capacity nothing is allocated; its content is
// overwritten and holds what the Token points to.
func VerifyToken(scratch []byte, k *Keyring, token []byte, nowMs int64) (Token, Status) {
	if cap(scratch) < TokenSize {
		scratch = make([]byte, TokenSize)
	}
	payload, status := openToken(scratch[:TokenSize/2], k, UseIdentity, token)
	if status != Valid {
		return Token{}, status
	}
	n := len(payload)
	t, ok := parsePayload(payload, scratch[n:n:cap(scratch)])
	if status = Malformed; ok {
		status = inTime(t.Expires, nowMs)
	}
	if status != Valid {
		return Token{}, status
	}
	return t, Valid
}

// openToken verifies the MAC of a token under a key of a use, and decodes the
// payload into room, which has space for any.
func openToken(room []byte, k *Keyring, use Use, token []byte) (payload []byte, s Status) {
	id, text, tag, ok := splitToken(token)
	if !ok {
		return nil, Malformed
	}
	mac, ok := k.Find(use, id)
	if !ok {
		return nil, UnknownKey
	}
	var got [digestSize]byte
	if n, ok := DecodeBase64(got[:], tag); !ok || n != digestSize {
		return nil, Malformed
	}
	h := mac.Begin()
	h.Write(token[:len(token)-len(tag)-1])
	want := h.End()
	if !Equal(got[:], want[:]) {
		return nil, BadMAC
	}
	n, ok := DecodeBase64(room, text)
	if !ok {
		return nil, Malformed
	}
	return room[:n], Valid
}

// inTime tells whether a token that expires at a time, in unix seconds, is good
// now.
func inTime(expires, nowMs int64) Status {
	switch expires *= 1000; {
	case expires <= nowMs:
		return Expired
	case expires-tokenLife > nowMs:
		return TooFarAhead
	}
	return Valid
}

// splitToken cuts a token at its dots.
func splitToken(token []byte) (id uint8, payload, tag []byte, ok bool) {
	if len(token) > MaxToken || len(token) < len(tokenPrefix) || string(token[:len(tokenPrefix)]) != tokenPrefix {
		return 0, nil, nil, false
	}
	number, rest, ok := bytes.Cut(token[len(tokenPrefix):], []byte{'.'})
	if !ok {
		return 0, nil, nil, false
	}
	payload, tag, ok = bytes.Cut(rest, []byte{'.'})
	n, numeric := decimal(number, 3)
	return uint8(n), payload, tag, ok && numeric && n <= 255
}

// decimal reads 1 to most digits without a needless zero in front.
func decimal(s []byte, most int) (n int64, ok bool) {
	if len(s) == 0 || len(s) > most || len(s) > 1 && s[0] == '0' {
		return 0, false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// parsePayload reads the fields of a payload and appends the decoded ones to
// room, which must not overlap it: attributes are decoded from the payload
// later, and a key must not be able to write one there.
func parsePayload(payload, room []byte) (t Token, ok bool) {
	attributes := 0
	for rest, more := payload, true; more; {
		var field []byte
		field, rest, more = bytes.Cut(rest, []byte{'&'})
		name, value, found := bytes.Cut(field, []byte{'='})
		ok = found
		switch {
		case bytes.HasPrefix(name, []byte(attributeName)):
			_, _, valid := decodeAttribute(room, name, value)
			attributes++
			ok = ok && valid && attributes <= MaxAttributes
		case string(name) == "source" && t.Source == nil:
			room, t.Source, ok = decodeName(room, value)
		case string(name) == "key" && t.Key == nil:
			room, t.Key, ok = decodeName(room, value)
		case string(name) == "exp" && t.Expires == 0:
			t.Expires, ok = decimal(value, maxExpDigits)
			ok = ok && t.Expires > 0
		default:
			ok = false
		}
		if !ok {
			return Token{}, false
		}
	}
	t.Attributes.fields = payload
	return t, t.Source != nil && t.Key != nil && t.Expires > 0
}

// decodeName appends a decoded source or key to room.
func decodeName(room, value []byte) (grown, name []byte, ok bool) {
	start := len(room)
	grown, ok = unescape(room, value)
	name = grown[start:len(grown):len(grown)]
	return grown, name, ok && len(name) >= 1 && len(name) <= MaxName
}
