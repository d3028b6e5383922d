package visitor

import "bytes"

// Language is the first tag of an Accept-Language header by weight, as sent
// (RFC 9110, 12.5.4); nil if there is none that is wanted. Equal weights keep
// the order sent.
func Language(header []byte) []byte {
	var best []byte
	top := 0
	for n := 0; len(header) > 0 && n < maxLanguages; n++ {
		item := header
		if i := bytes.IndexByte(header, ','); i >= 0 {
			item, header = header[:i], header[i+1:]
		} else {
			header = nil
		}
		tag, q := weighted(item)
		if q > top && len(tag) > 0 && string(tag) != "*" {
			best, top = tag, q
		}
	}
	return best
}

// maxLanguages bounds the look at one header; browsers send fewer than ten.
const maxLanguages = 64

// weighted splits "fr-CH;q=0.8" into the tag and its weight in thousandths.
func weighted(item []byte) (tag []byte, q int) {
	tag, params, found := bytes.Cut(item, []byte(";"))
	tag = bytes.TrimSpace(tag)
	if !found {
		return tag, 1000
	}
	params = bytes.TrimSpace(params)
	if len(params) < 3 || params[0]|0x20 != 'q' || params[1] != '=' {
		return tag, 1000
	}
	return tag, thousandths(params[2:])
}

// thousandths reads a weight from 0 to 1 of at most three decimals; anything
// else is 0.
func thousandths(s []byte) int {
	if len(s) == 0 || len(s) > 5 || s[0] != '0' && s[0] != '1' || len(s) > 1 && s[1] != '.' {
		return 0
	}
	q, unit := int(s[0]-'0')*1000, 100
	for _, c := range s[min(2, len(s)):] {
		if c < '0' || c > '9' {
			return 0
		}
		q += int(c-'0') * unit
		unit /= 10
	}
	if q > 1000 {
		return 0
	}
	return q
}
