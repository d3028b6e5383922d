package wire

// Str reads a string. The result aliases the input and may hold any bytes,
// UTF-8 or not.
//
// Str, Array and Map are one function each, without calls of their own: a call
// costs 6 to 13 ns in WebAssembly, and an envelope has about 35 values.
//
//go:noinline
func (c *Cursor) Str() []byte {
	b, i := c.b, c.at
	if i < len(b) {
		code := b[i]
		n := uint64(code & 0x1f)
		i++
		switch {
		case code >= 0xa0 && code < 0xc0:
		case code == codeStr8 && len(b)-i >= 1:
			n = uint64(b[i])
			i++
		case code == codeStr16 && len(b)-i >= 2:
			n = uint64(b[i])<<8 | uint64(b[i+1])
			i += 2
		case code == codeStr32 && len(b)-i >= 4:
			n = uint64(be32(b[i:]))
			i += 4
		default:
			c.Fail()
			return nil
		}
		if n <= uint64(len(b)-i) {
			end := i + int(n)
			c.at = end
			return b[i:end:end]
		}
	}
	c.Fail()
	return nil
}

// Bin reads bytes. The result aliases the input.
//
//go:noinline
func (c *Cursor) Bin() []byte {
	b, i := c.b, c.at
	if i < len(b) {
		code := b[i]
		i++
		var n uint64
		switch {
		case code == codeBin8 && len(b)-i >= 1:
			n = uint64(b[i])
			i++
		case code == codeBin16 && len(b)-i >= 2:
			n = uint64(be16(b[i:]))
			i += 2
		case code == codeBin32 && len(b)-i >= 4:
			n = uint64(be32(b[i:]))
			i += 4
		default:
			c.Fail()
			return nil
		}
		if n <= uint64(len(b)-i) {
			end := i + int(n)
			c.at = end
			return b[i:end:end]
		}
	}
	c.Fail()
	return nil
}

// Array reads the head of an array and gives the number of its elements, which
// follow as values of their own. A count above the number of bytes left is an
// error, for every element takes at least one.
//
//go:noinline
func (c *Cursor) Array() int {
	b, i := c.b, c.at
	if i < len(b) {
		code := b[i]
		n := uint64(code & 0x0f)
		i++
		switch {
		case code >= 0x90 && code < 0xa0:
		case code == codeArray16 && len(b)-i >= 2:
			n = uint64(b[i])<<8 | uint64(b[i+1])
			i += 2
		case code == codeArray32 && len(b)-i >= 4:
			n = uint64(be32(b[i:]))
			i += 4
		default:
			c.Fail()
			return 0
		}
		if n <= uint64(len(b)-i) {
			c.at = i
			return int(n)
		}
	}
	c.Fail()
	return 0
}

// Map reads the head of a map and gives the number of its entries; key and
// value of each follow. A count above half the number of bytes left is an
// error.
func (c *Cursor) Map() int {
	b, i := c.b, c.at
	if i < len(b) {
		code := b[i]
		n := uint64(code & 0x0f)
		i++
		switch {
		case code >= 0x80 && code < 0x90:
		case code == codeMap16 && len(b)-i >= 2:
			n = uint64(b[i])<<8 | uint64(b[i+1])
			i += 2
		case code == codeMap32 && len(b)-i >= 4:
			n = uint64(be32(b[i:]))
			i += 4
		default:
			c.Fail()
			return 0
		}
		if 2*n <= uint64(len(b)-i) {
			c.at = i
			return int(n)
		}
	}
	c.Fail()
	return 0
}
