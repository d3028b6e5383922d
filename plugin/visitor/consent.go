package visitor

import (
	"bytes"

	"github.com/profferhq/proffer/plugin/seal"
)

// The fields of a TCF consent string that are read, as bits from its start:
// "Transparency and Consent String with Global Vendor & CMP List Formats",
// version 2.2, https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework,
// "The Core String". PurposesConsent happens to be three whole bytes.
const (
	tcfVersion       = 2
	tcfVersionShift  = 2 // six bits of the first byte
	tcfPurposes      = 152 / 8
	tcfLength        = tcfPurposes + 3
	maxTCF           = 2048 // characters of the core; real ones have below 1,000
	tcfLeastPurposes = 1    // the number of the first purpose
)

// TCFGrants reports whether a TCF string has consent for all purposes, of which
// bit n-1 stands for purpose n. A string that is broken, of another version or
// longer than any real one grants nothing, and so does one that is asked for
// nothing.
func TCFGrants(value []byte, purposes uint32) bool {
	core := value
	if i := bytes.IndexByte(core, '.'); i >= 0 {
		core = core[:i]
	}
	var raw [maxTCF * 3 / 4]byte
	if len(core) > maxTCF {
		return false
	}
	n, ok := seal.DecodeBase64(raw[:], core)
	if !ok || n < tcfLength || raw[0]>>tcfVersionShift != tcfVersion || purposes == 0 {
		return false
	}
	for p := tcfLeastPurposes; purposes != 0; p, purposes = p+1, purposes>>1 {
		bit := p - 1
		if purposes&1 != 0 && (bit >= 24 || raw[tcfPurposes+bit/8]&(0x80>>(bit%8)) == 0) {
			return false
		}
	}
	return true
}

// Refuses reports whether a Sec-GPC header is the Global Privacy Control's
// refusal (https://w3c.github.io/gpc/, "The Sec-GPC Header Field").
func Refuses(gpc []byte) bool { return string(gpc) == "1" }

// Prefetched reports whether a Sec-Purpose header says that nobody looks at the
// page yet: "prefetch", perhaps with parameters such as prerender
// (https://wicg.github.io/nav-speculation/prefetch.html).
func Prefetched(purpose []byte) bool {
	const word = "prefetch"
	for len(purpose) > 0 && (purpose[0] == ' ' || purpose[0] == '\t') {
		purpose = purpose[1:]
	}
	if len(purpose) < len(word) || string(purpose[:len(word)]) != word {
		return false
	}
	rest := purpose[len(word):]
	return len(rest) == 0 || rest[0] == ';' || rest[0] == ',' || rest[0] == ' '
}
