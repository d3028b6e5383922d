package seal

const (
	// MaxValue bounds a sealed value, in bytes of text: the cookies of a site
	// together are at most 1 KiB, and no cookie is read beyond that.
	MaxValue = 1024

	// MaxBody is the longest body that Seal takes, in bytes: MaxValue as
	// base64url less version, key id and tag.
	MaxBody = MaxValue*3/4 - headSize - tagSize

	// OpenSize is the capacity that Open needs of its dst, in bytes.
	OpenSize = lead + MaxValue*3/4

	headSize = 2  // version and key id
	tagSize  = 16 // 128 bits of the MAC (RFC 2104, section 5, allows half)
	version  = 0x01

	// lead is the separator that stands before the raw bytes in memory, so that
	// separator, head and body are one piece for the MAC.
	lead = 1
)

// Seal appends body with a signature, as text for a cookie: base64url, without
// padding, of
//
//	version 0x01 ‖ key id ‖ body ‖ first 16 bytes of MAC
//
// where MAC is HMAC-SHA256 of label ‖ 0x00 ‖ version ‖ key id ‖ body under the
// primary key of the use. The body is signed, not encrypted. The label, the
// name of the cookie or the kind of the token, keeps values of one kind from
// passing for another; it must not hold a zero byte. The text is 24 to MaxValue
// bytes long. Nothing is appended when the use has no key or the body is longer
// than MaxBody.
func Seal(dst []byte, k *Keyring, u Use, label string, body []byte) []byte {
	id, mac, ok := k.Primary(u)
	if !ok || len(body) > MaxBody {
		return dst
	}
	var raw [lead + headSize + MaxBody + tagSize]byte
	raw[lead], raw[lead+1] = version, id
	end := lead + headSize + copy(raw[lead+headSize:], body)
	tag := sign(mac, label, raw[:end])
	end += copy(raw[end:], tag[:tagSize])
	return AppendBase64(dst, raw[lead:end])
}

// Open verifies a value that Seal made for the same use and label, under any
// key of the ring, and gives its body and the id of the key; a value whose key
// is no longer primary should be sealed anew. The body lies in dst's array,
// whatever that held before; with a capacity below OpenSize another array may be
// allocated. A value that does not verify, for whatever reason, is not ok and
// gives no bytes.
func Open(dst []byte, k *Keyring, u Use, label string, value []byte) (body []byte, keyID uint8, ok bool) {
	if len(value) > MaxValue {
		return nil, 0, false
	}
	room := lead + len(value)*3/4
	if cap(dst) < room {
		dst = make([]byte, room)
	}
	raw := dst[:room]
	raw[0] = 0
	n, ok := DecodeBase64(raw[lead:], value)
	if !ok || n < headSize+tagSize || raw[lead] != version {
		return nil, 0, false
	}
	id := raw[lead+1]
	mac, ok := k.Find(u, id)
	if !ok {
		return nil, 0, false
	}
	end := lead + n - tagSize
	tag := sign(mac, label, raw[:end])
	if !Equal(tag[:tagSize], raw[end:]) {
		return nil, 0, false
	}
	return raw[lead+headSize : end : end], id, true
}

// sign gives the MAC of a label and of raw bytes that begin with the separator.
func sign(mac *MAC, label string, raw []byte) [digestSize]byte {
	h := mac.Begin()
	h.WriteString(label)
	h.Write(raw)
	return h.End()
}
