package wire

// Kind is the type of a MessagePack value, without its width.
type Kind uint8

// The kinds.
const (
	None  Kind = iota // end of the bytes, an error, or a first byte that the format never uses
	Nil               // nil
	Bool              // true or false
	Int               // an integer of either sign
	Float             // a float of 32 or 64 bits
	Str               // a string
	Bin               // bytes
	Array             // an array
	Map               // a map
	Ext               // an extension, which this package skips but does not read
)

// kinds gives the Kind of the first bytes 0xc0 to 0xdf.
const kinds = "\x01\x00\x02\x02\x06\x06\x06\x09\x09\x09\x04\x04\x03\x03\x03\x03" +
	"\x03\x03\x03\x03\x09\x09\x09\x09\x09\x05\x05\x05\x07\x07\x08\x08"

// Kind tells the type of the next value from its first byte and consumes
// nothing. The value may still turn out to be cut short when it is read.
func (c *Cursor) Kind() Kind {
	if c.at >= len(c.b) {
		return None
	}
	code := c.b[c.at]
	switch {
	case code < 0x80 || code >= 0xe0:
		return Int
	case code < 0x90:
		return Map
	case code < 0xa0:
		return Array
	case code < 0xc0:
		return Str
	}
	return Kind(kinds[code&0x1f])
}
