package abi

import "github.com/profferhq/proffer/catalog/wire"

func appendStrOrNil(dst, s []byte) []byte {
	if s == nil {
		return wire.AppendNil(dst)
	}
	return wire.AppendStrBytes(dst, s)
}

func appendBinOrNil(dst, b []byte) []byte {
	if b == nil {
		return wire.AppendNil(dst)
	}
	return wire.AppendBin(dst, b)
}

func appendStrs(dst []byte, list [][]byte) []byte {
	dst = wire.AppendArray(dst, len(list))
	for _, s := range list {
		dst = wire.AppendStrBytes(dst, s)
	}
	return dst
}

// appendMap appends an encoded map, or an empty one for no bytes.
func appendMap(dst, encoded []byte) []byte {
	if len(encoded) == 0 {
		return wire.AppendMap(dst, 0)
	}
	return append(dst, encoded...)
}

// appendList appends an encoded array, or an empty one for no bytes.
func appendList(dst, encoded []byte) []byte {
	if len(encoded) == 0 {
		return wire.AppendArray(dst, 0)
	}
	return append(dst, encoded...)
}

// appendEncoded appends an encoded value, or nil for no bytes.
func appendEncoded(dst, encoded []byte) []byte {
	if len(encoded) == 0 {
		return wire.AppendNil(dst)
	}
	return append(dst, encoded...)
}
