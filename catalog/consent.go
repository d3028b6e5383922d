package catalog

// ConsentSource is what tells whether a visitor has consented.
type ConsentSource uint8

// The sources of consent.
const (
	ConsentUnset   ConsentSource = iota // none is configured
	ConsentAssumed                      // asked for elsewhere, taken as given
	ConsentCookie                       // a cookie with one value
	ConsentHeader                       // a request header with one value
	ConsentTCF                          // a cookie with a string of the IAB's TCF
)

// Consent is where the visitor's consent is read from.
type Consent struct {
	Pos      Pos
	Source   ConsentSource
	Name     Text  // of the cookie or header
	Value    Text  // that means yes; of a cookie and a header
	Purposes []int // of TCF that all must be consented to, 1 to 24, sorted
	// GPC says whether "Sec-GPC: 1" is a refusal, which it is where nothing is
	// written.
	GPC *Flag
}
