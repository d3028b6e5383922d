package wire

// Skip consumes the next value whole, with everything in it. Nesting beyond
// MaxDepth is an error. The cost is at most one turn for each remaining byte.
//
//go:noinline
func (c *Cursor) Skip() {
	end := flat(c.b, c.at)
	if end < 0 {
		end = scan(c.b, c.at, MaxDepth, true)
	}
	if end < 0 {
		c.Fail()
		return
	}
	c.at = end
}

// flat gives the offset after the value at b[at] if it has the form of most
// values: an integer of one byte, a bool, nil, a string of up to 255 bytes, or
// an array of up to 15 of these. Of any other, and where bytes are missing, it
// gives -1 and leaves it to scan. It is a leaf, and the whole cost of a short
// value.
func flat(b []byte, at int) int {
	left := 1
	if at < len(b) && b[at] >= 0x90 && b[at] < 0xa0 {
		left = int(b[at] & 0x0f)
		at++
	}
	for ; left > 0 && at < len(b); left-- {
		code := b[at]
		at++
		switch {
		case code < 0x80 || code >= 0xe0:
		case code >= 0xa0 && code < 0xc0:
			at += int(code & 0x1f)
		case code == codeNil || code == codeFalse || code == codeTrue:
		case code == codeStr8 && at < len(b):
			at += 1 + int(b[at])
		default:
			return -1
		}
	}
	if left > 0 || at > len(b) {
		return -1
	}
	return at
}

// Size gives the size of the value at the start of b, 0 if there is no whole one.
func Size(b []byte) int {
	end := flat(b, 0)
	if end < 0 {
		end = scan(b, 0, MaxDepth, true)
	}
	return max(end, 0)
}

// Raw consumes the next value as Skip does and gives its bytes, which alias
// the input; nil after an error.
//
//go:noinline
func (c *Cursor) Raw() []byte {
	start := c.at
	c.Skip()
	if c.bad {
		return nil
	}
	return c.b[start:c.at:c.at]
}

// Strs reports whether b is one array of strings and nothing else.
func Strs(b []byte) bool {
	c := NewCursor(b)
	n := c.Array()
	if c.bad {
		return false
	}
	at := c.at
	for ; n > 0 && at < len(b); n-- {
		code := b[at]
		if code < 0xa0 || code >= 0xc0 {
			break
		}
		at += 1 + int(code&0x1f)
	}
	if at > len(b) {
		return false
	}
	for c.at = at; n > 0 && !c.bad; n-- {
		c.Str()
	}
	return c.Done()
}

// What scan can find wrong; each is below zero, where no offset can be.
const (
	foundEnd   = -1
	foundDeep  = -2
	foundExt   = -3
	foundNever = -4
)

// shapes describes the first bytes 0xc0 to 0xdf: the five low bits are the size
// of the head, which is the whole value unless a length field is named by the
// next two bits (1, 2 or 3 for 1, 2 or 4 bytes) and counted in the head; the
// highest bit marks a container. 0 is the code that the format never uses.
const shapes = "\x01\x00\x01\x01" + // nil, never used, false, true
	"\x22\x43\x65" + "\x23\x44\x66" + // bin, ext
	"\x05\x09" + "\x02\x03\x05\x09" + "\x02\x03\x05\x09" + // float, uint, int
	"\x03\x04\x06\x0a\x12" + // fixext, with code and type
	"\x22\x43\x65" + // str
	"\xc3\xe5" + "\xc3\xe5" // array, map

// scan gives the offset after the one value that starts at b[at], or one of the
// found constants. Containers may nest depth deep, at most MaxDepth.
func scan(b []byte, at, depth int, ext bool) int {
	var left [MaxDepth + 1]int // values that are still to come, per open container
	depth = min(depth, MaxDepth)
	left[0] = 1
	for level := 0; ; {
		if left[level] == 0 {
			if level == 0 {
				return at
			}
			level--
			continue
		}
		left[level]--
		size, items := extent(b, at, ext)
		if size < 0 {
			return size
		}
		at += size
		if items >= 0 {
			if level >= depth {
				return foundDeep
			}
			level++
			left[level] = items
		}
	}
}

// extent measures the value at b[at]: its size in bytes or one of the found
// constants, and the number of values in it, -1 when it is no container; the
// size of a container is that of its head.
func extent(b []byte, at int, ext bool) (size, items int) {
	if at >= len(b) {
		return foundEnd, 0
	}
	code, room := b[at], uint64(len(b)-at)
	need, count := uint64(1), -1
	switch {
	case code < 0x80 || code >= 0xe0:
	case code < 0x90:
		count = 2 * int(code&0x0f)
	case code < 0xa0:
		count = int(code & 0x0f)
	case code < 0xc0:
		need += uint64(code & 0x1f)
	default:
		return longExtent(b[at:], ext)
	}
	if need > room || count >= 0 && uint64(count) > room-need {
		return foundEnd, 0
	}
	return int(need), count
}

// longExtent is extent for the first bytes 0xc0 to 0xdf.
func longExtent(b []byte, ext bool) (size, items int) {
	code, room := b[0], uint64(len(b))
	shape := shapes[code&0x1f]
	need := uint64(shape & 0x1f)
	switch {
	case shape == 0:
		return foundNever, 0
	case !ext && isExt(code):
		return foundExt, 0
	case need > room:
		return foundEnd, 0
	}
	var n uint64
	switch shape >> 5 & 3 {
	case 1:
		n = uint64(b[1])
	case 2:
		n = uint64(be16(b[1:]))
	case 3:
		n = uint64(be32(b[1:]))
	}
	if code >= codeMap16 {
		n *= 2
	}
	if n > room-need {
		return foundEnd, 0
	}
	if code >= codeArray16 {
		return int(need), int(n)
	}
	return int(need + n), -1
}

func isExt(code byte) bool {
	return code >= 0xc7 && code <= 0xc9 || code >= 0xd4 && code <= 0xd8
}
