package wire

import "math"

// The Append functions write the shortest MessagePack encoding of a value, as
// vmihailenco/msgpack does with UseCompactInts(true): bytes are equal for equal
// values. All return the extended slice.

// AppendNil appends nil.
//
//go:noinline
func AppendNil(dst []byte) []byte { return append(dst, codeNil) }

// AppendBool appends true or false.
//
//go:noinline
func AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, codeTrue)
	}
	return append(dst, codeFalse)
}

// AppendUint appends an integer in 1, 2, 3, 5 or 9 bytes.
//
//go:noinline
func AppendUint(dst []byte, v uint64) []byte {
	if v < 0x80 {
		return append(dst, byte(v))
	}
	return appendLongUint(dst, v)
}

// The long forms stay functions of their own: written out at every call they
// made the module 20 KB larger.
//
//go:noinline
func appendLongUint(dst []byte, v uint64) []byte {
	switch {
	case v <= math.MaxUint8:
		return append(dst, codeUint8, byte(v))
	case v <= math.MaxUint16:
		return append(dst, codeUint16, byte(v>>8), byte(v))
	case v <= math.MaxUint32:
		return append(dst, codeUint32, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	}
	return append64(append(dst, codeUint64), v)
}

// AppendInt appends an integer in 1, 2, 3, 5 or 9 bytes; one that is not below
// zero in the encoding of AppendUint.
//
//go:noinline
func AppendInt(dst []byte, v int64) []byte {
	switch {
	case v >= 0:
		return AppendUint(dst, uint64(v))
	case v >= -32:
		return append(dst, byte(v))
	case v >= math.MinInt8:
		return append(dst, codeInt8, byte(v))
	case v >= math.MinInt16:
		return append(dst, codeInt16, byte(v>>8), byte(v))
	case v >= math.MinInt32:
		return append(dst, codeInt32, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	}
	return append64(append(dst, codeInt64), uint64(v))
}

// AppendFloat appends a float, always in 9 bytes.
//
//go:noinline
func AppendFloat(dst []byte, v float64) []byte {
	return append64(append(dst, codeFloat64), math.Float64bits(v))
}

//go:noinline
func append64(dst []byte, v uint64) []byte {
	return append(dst, byte(v>>56), byte(v>>48), byte(v>>40), byte(v>>32),
		byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}

// AppendStr appends a string, at most 4 GiB - 1 of it.
//
//go:noinline
func AppendStr(dst []byte, s string) []byte {
	return append(appendStrHead(dst, len(s)), s...)
}

// AppendStrBytes appends the bytes of a string, as AppendStr does.
//
//go:noinline
func AppendStrBytes(dst, s []byte) []byte {
	return append(appendStrHead(dst, len(s)), s...)
}

func appendStrHead(dst []byte, n int) []byte {
	if n < 32 {
		return append(dst, 0xa0|byte(n))
	}
	return appendLongStrHead(dst, n)
}

//go:noinline
func appendLongStrHead(dst []byte, n int) []byte {
	if n <= math.MaxUint8 {
		return append(dst, codeStr8, byte(n))
	}
	return appendCount(dst, codeStr16, n)
}

// AppendBin appends bytes; nil as no bytes.
//
//go:noinline
func AppendBin(dst, b []byte) []byte {
	if len(b) <= math.MaxUint8 {
		dst = append(dst, codeBin8, byte(len(b)))
	} else {
		dst = appendCount(dst, codeBin16, len(b))
	}
	return append(dst, b...)
}

// AppendArray appends the head of an array of n elements, which the caller
// appends next.
//
//go:noinline
func AppendArray(dst []byte, n int) []byte {
	if n < 16 {
		return append(dst, 0x90|byte(n))
	}
	return appendCount(dst, codeArray16, n)
}

// AppendMap appends the head of a map of n entries; the caller appends key and
// value of each next.
//
//go:noinline
func AppendMap(dst []byte, n int) []byte {
	if n < 16 {
		return append(dst, 0x80|byte(n))
	}
	return appendCount(dst, codeMap16, n)
}

// appendCount appends a count behind the code that takes 16 bits, or behind the
// code after it, which takes 32.
//
//go:noinline
func appendCount(dst []byte, code byte, n int) []byte {
	if n <= math.MaxUint16 {
		return append(dst, code, byte(n>>8), byte(n))
	}
	return append(dst, code+1, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}
