package seal

// Status is what VerifyToken or VerifyPeer found. The zero Status is not Valid.
type Status uint8

// The statuses.
const (
	Malformed   Status = iota // not the form of a token, or fields that are not allowed
	UnknownKey                // no key of the use has its key id
	BadMAC                    // not signed by that key
	Expired                   // its time is over
	TooFarAhead               // its time ends later than a token may live
	Valid
)

// String gives the status as a short name for logs and metrics.
func (s Status) String() string {
	switch s {
	case Malformed:
		return "malformed"
	case UnknownKey:
		return "unknown_key"
	case BadMAC:
		return "bad_mac"
	case Expired:
		return "expired"
	case TooFarAhead:
		return "too_far_ahead"
	case Valid:
		return "valid"
	}
	return "unknown"
}
