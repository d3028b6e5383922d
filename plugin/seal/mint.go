package seal

import (
	"errors"
	"strconv"
	"unicode/utf8"
)

// AppendToken appends an identity token, as VerifyToken reads it, signed with
// the primary key of UseIdentity; expires is in unix seconds. It gives an error
// and dst as it was when there is no such key or VerifyToken would refuse the
// fields or the length; the time is not checked. It allocates.
func AppendToken(dst []byte, k *Keyring, source, key string, expires int64, attributes []Attribute) ([]byte, error) {
	payload, err := appendPayload(nil, source, key, expires, attributes)
	if err != nil {
		return dst, err
	}
	return appendSigned(dst, k, UseIdentity, payload)
}

// appendSigned appends a token with a payload, signed with the primary key of a
// use.
func appendSigned(dst []byte, k *Keyring, use Use, payload []byte) ([]byte, error) {
	id, mac, ok := k.Primary(use)
	if !ok {
		return dst, errors.New("seal: no " + use.String() + " key to sign a token with")
	}
	token := strconv.AppendUint([]byte(tokenPrefix), uint64(id), 10)
	token = AppendBase64(append(token, '.'), payload)
	h := mac.Begin()
	h.Write(token)
	tag := h.End()
	token = AppendBase64(append(token, '.'), tag[:])
	if len(token) > MaxToken {
		return dst, errors.New("seal: token of " + strconv.Itoa(len(token)) + " bytes, at most " + strconv.Itoa(MaxToken))
	}
	return append(dst, token...), nil
}

func appendPayload(dst []byte, source, key string, expires int64, attributes []Attribute) ([]byte, error) {
	switch {
	case !nameable(source):
		return nil, errors.New("seal: token source " + strconv.Quote(source) + " is not 1 to 256 bytes of UTF-8")
	case !nameable(key):
		return nil, errors.New("seal: token key of " + strconv.Itoa(len(key)) + " bytes is not 1 to 256 bytes of UTF-8")
	case len(attributes) > MaxAttributes:
		return nil, errors.New("seal: token of " + strconv.Itoa(len(attributes)) + " attributes, at most " + strconv.Itoa(MaxAttributes))
	}
	dst = appendEscaped(append(dst, "source="...), source)
	dst = appendEscaped(append(dst, "&key="...), key)
	dst, err := appendExpiry(append(dst, '&'), expires)
	if err != nil {
		return nil, err
	}
	for _, a := range attributes {
		if a.Name == "" || len(a.Name)+len(a.Value) > MaxAttribute || !utf8.ValidString(a.Name) || !utf8.ValidString(a.Value) {
			return nil, errors.New("seal: token attribute " + strconv.Quote(a.Name) +
				" is without name, longer than " + strconv.Itoa(MaxAttribute) + " bytes or not UTF-8")
		}
		dst = appendEscaped(append(dst, "&"+attributeName...), a.Name)
		dst = appendEscaped(append(dst, '='), a.Value)
	}
	return dst, nil
}

// appendExpiry appends the field that says until when a token is good.
func appendExpiry(dst []byte, expires int64) ([]byte, error) {
	seconds := strconv.FormatInt(expires, 10)
	if expires <= 0 || len(seconds) > maxExpDigits {
		return nil, errors.New("seal: token expiry " + seconds + " is not a time in unix seconds")
	}
	return append(append(dst, expiryField...), seconds...), nil
}

func nameable(s string) bool {
	return len(s) >= 1 && len(s) <= MaxName && utf8.ValidString(s)
}
