package visitor

import (
	"bytes"

	"github.com/profferhq/proffer/plugin/seal"
)

// The visitor cookie's names. Under TLS the prefix makes browsers refuse one
// that another host or an unsafe page has set (RFC 6265bis, 4.1.3.2).
const (
	CookieName       = "proffer"
	CookieNameSecure = "__Host-proffer"
)

// maxAge is 395 days in seconds: below the 400 to which browsers cut it.
const maxAge = "34128000"

// Name is the visitor cookie's name.
func Name(secure bool) string {
	if secure {
		return CookieNameSecure
	}
	return CookieName
}

// Jar finds cookies in the values of Cookie headers.
type Jar struct {
	rest  []byte
	name  string // either this
	bytes []byte // or that
}

// Cookies walks the values of the cookies of one name in a header's value, in
// the order sent.
func Cookies(header []byte, name string) Jar { return Jar{rest: header, name: name} }

// CookiesNamed does as Cookies does, with a name that lies in a snapshot.
func CookiesNamed(header, name []byte) Jar { return Jar{rest: header, bytes: name} }

// Next is the next value.
func (j *Jar) Next() (value []byte, ok bool) {
	for len(j.rest) > 0 {
		pair := j.rest
		if i := bytes.IndexByte(pair, ';'); i >= 0 {
			pair, j.rest = pair[:i], pair[i+1:]
		} else {
			j.rest = nil
		}
		for len(pair) > 0 && (pair[0] == ' ' || pair[0] == '\t') {
			pair = pair[1:]
		}
		n := len(j.name) + len(j.bytes)
		if len(pair) > n && pair[n] == '=' && (string(pair[:n]) == j.name || string(pair[:n]) == string(j.bytes)) {
			return pair[n+1:], true
		}
	}
	return nil, false
}

// Sent reports whether there is a cookie of that name.
func Sent(header []byte, name string) bool {
	jar := Cookies(header, name)
	_, ok := jar.Next()
	return ok
}

// Open reads the first cookie of a header that verifies and is well formed.
// body is scratch of at least MaxBody bytes, which s aliases from then on. sent
// reports whether there was a cookie of that name at all.
func (s *State) Open(body []byte, keys *seal.Keyring, header []byte, secure bool) (keyID uint8, sent, ok bool) {
	name := Name(secure)
	jar := Cookies(header, name)
	for {
		value, more := jar.Next()
		if !more {
			return 0, sent, false
		}
		sent = true
		if opened, id, good := seal.Open(body[:0], keys, seal.UseCookie, name, value); good && s.Decode(opened) {
			return id, true, true
		}
	}
}

// AppendHead writes the fixed part of a body.
func (s *State) AppendHead(dst []byte) []byte {
	dst = append(dst, s.ID[:]...)
	dst = appendLE32(dst, uint32(s.VisitStart))
	dst = appendLE32(dst, uint32(s.LastNoted))
	if !s.Link.Set {
		return dst
	}
	tag := byte(tagLink)
	if s.Link.Listed {
		tag = tagListed
	}
	dst, at := begin(dst, tag)
	dst = append(dst, s.Link.KeyID)
	dst = append(dst, s.Link.Hash[:]...)
	dst = append(dst, s.Link.Source...)
	return finish(dst, at)
}

// Writer appends one section to a body.
type Writer struct {
	dst      []byte
	at, data int
	begun    bool
}

// BeginSection starts a section.
func BeginSection(dst []byte, person bool, name uint32) Writer {
	tag := byte(tagFolder)
	if person {
		tag = tagEnvironment
	}
	dst, at := begin(dst, tag)
	return Writer{dst: appendLE32(dst, name), at: at}
}

// Attribute appends one attribute with its msgpack value.
func (w *Writer) Attribute(name uint32, value []byte) {
	if !w.begun {
		w.begun = true
		w.dst, w.data = begin(w.dst, partData)
	}
	w.dst = append(appendLE32(w.dst, name), value...)
}

// Data appends the attributes of an older form of the section as they are.
func (w *Writer) Data(old *Section) {
	if data := old.Data(); len(data) > 0 {
		w.begun = true
		w.dst, w.data = begin(w.dst, partData)
		w.dst = append(w.dst, data...)
	}
}

// Other appends the parts of an older form of the section that are neither
// attributes nor histories, as they are.
func (w *Writer) Other(old *Section) {
	w.endData()
	if old == nil {
		return
	}
	for rest := old.Parts; len(rest) > 0; {
		tag, part, tail, ok := cut(rest)
		if !ok {
			return
		}
		if tag != partData && tag != partHistory && tag != partShared {
			w.dst = append(w.dst, rest[:3+len(part)]...)
		}
		rest = tail
	}
}

func (w *Writer) endData() {
	if w.begun {
		w.dst = finish(w.dst, w.data)
		w.begun = false
	}
}

// End gives the body with the section; one that would be empty is left out.
func (w *Writer) End() []byte {
	w.endData()
	if len(w.dst) == w.at+7 {
		return w.dst[:w.at]
	}
	return finish(w.dst, w.at)
}

// AppendSetCookie writes a whole Set-Cookie value around a body. It reports
// false, and dst is unchanged, if there is no key to sign it with.
func AppendSetCookie(dst []byte, keys *seal.Keyring, body []byte, secure bool) ([]byte, bool) {
	return appendCookie(dst, keys, Name(secure), body, secure)
}

func appendCookie(dst []byte, keys *seal.Keyring, name string, body []byte, secure bool) ([]byte, bool) {
	if _, _, ok := keys.Primary(seal.UseCookie); !ok {
		return dst, false
	}
	dst = append(dst, name...)
	dst = append(dst, '=')
	dst = seal.Seal(dst, keys, seal.UseCookie, name, body)
	return appendAttributes(dst, maxAge, secure), true
}

// AppendExpire writes a Set-Cookie value that removes a cookie.
//
//go:noinline
func AppendExpire(dst []byte, name string, secure bool) []byte {
	dst = append(dst, name...)
	dst = append(dst, '=')
	return appendAttributes(dst, "0", secure)
}

// appendAttributes is not inlined, for the module's size.
//
//go:noinline
func appendAttributes(dst []byte, age string, secure bool) []byte {
	dst = append(dst, "; Path=/; Max-Age="...)
	dst = append(dst, age...)
	dst = append(dst, "; HttpOnly; SameSite=Lax"...)
	if secure {
		dst = append(dst, "; Secure"...)
	}
	return dst
}

// LinkHash is the keyed hash by which a cookie names a person:
// HMAC-SHA256(key, "link" 00 source 00 person key), its first 16 bytes.
func LinkHash(mac *seal.MAC, source, key []byte) (hash [16]byte) {
	h := mac.Begin()
	h.WriteString("link\x00")
	h.Write(source)
	h.WriteString("\x00")
	h.Write(key)
	sum := h.End()
	copy(hash[:], sum[:])
	return hash
}

// Matches reports whether a link names a person. It is computed under the key
// that the link was made with, so that rotating keys unlinks nobody.
func (l *Link) Matches(keys *seal.Keyring, source, key []byte) bool {
	if !l.Set || !bytes.Equal(l.Source, source) {
		return false
	}
	mac, ok := keys.Find(seal.UseCookie, l.KeyID)
	if !ok {
		return false
	}
	hash := LinkHash(mac, source, key)
	return seal.Equal(hash[:], l.Hash[:])
}
