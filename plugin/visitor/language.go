package visitor

import "bytes"

// Language is the first tag of an Accept-Language header by weight, as sent
// (RFC 9110, 12.5.4); nil if there is none that is wanted. Equal weights keep
// the order sent.
func Language(header []byte) []byte {
	var best []byte
	top := 0
	for n := 0; len(header) > 0 && top < full && n < maxLanguages; n++ {
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

const (
	// maxLanguages bounds the look at one header; browsers send fewer than ten.
	maxLanguages = 64
	// full is a weight of 1 in thousandths; none is greater.
	full = 1000
)

// weighted splits "fr-CH;q=0.8" into the tag and its weight in thousandths.
func weighted(item []byte) (tag []byte, q int) {
	end := bytes.IndexByte(item, ';')
	if end < 0 {
		return trim(item), full
	}
	params := trim(item[end+1:])
	if len(params) < 3 || params[0]|0x20 != 'q' || params[1] != '=' {
		return trim(item[:end]), full
	}
	return trim(item[:end]), thousandths(params[2:])
}

// trim takes the optional white space off both ends (RFC 9110, 5.6.3). It is in
// place of bytes.TrimSpace, which brings package unicode along.
func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// thousandths reads a weight from 0 to 1 of at most three decimals; anything
// else is 0.
func thousandths(s []byte) int {
	if len(s) == 0 || len(s) > 5 || s[0] != '0' && s[0] != '1' || len(s) > 1 && s[1] != '.' {
		return 0
	}
	q, unit := int(s[0]-'0')*full, 100
	for _, c := range s[min(2, len(s)):] {
		if c < '0' || c > '9' {
			return 0
		}
		q += int(c-'0') * unit
		unit /= 10
	}
	if q > full {
		return 0
	}
	return q
}
