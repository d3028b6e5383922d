package wire

// Fault is the reason for which Check refuses bytes.
type Fault string

// Error gives the reason as text.
func (f Fault) Error() string { return string(f) }

// The reasons for which Check refuses bytes.
const (
	FaultCut      Fault = "msgpack: a length or count goes beyond the last byte"
	FaultDeep     Fault = "msgpack: nested deeper than allowed"
	FaultExt      Fault = "msgpack: extension types are not accepted"
	FaultNever    Fault = "msgpack: byte 0xc1 starts no value"
	FaultTrailing Fault = "msgpack: bytes after the value"
)

// Check scans b once, without allocating, and gives nil when it is exactly one
// well-formed value: every length and count fits into the remaining bytes,
// arrays and maps nest at most depth deep (more than MaxDepth counts as
// MaxDepth), and there is no extension. Otherwise it gives a Fault.
//
// A decoder that allocates by the lengths it reads or recurses by the nesting
// it finds is safe on bytes that passed: what it builds is linear in len(b).
func Check(b []byte, depth int) error {
	switch end := scan(b, 0, depth, false); {
	case end == len(b):
		return nil
	case end >= 0:
		return FaultTrailing
	case end == foundDeep:
		return FaultDeep
	case end == foundExt:
		return FaultExt
	case end == foundNever:
		return FaultNever
	}
	return FaultCut
}
