//go:build wasip1

package main

import "unsafe"

// header is the first value of a header, nil if there is none.
func header(kind uint32, name string) []byte {
	values, count := headerValues(kind, name)
	if count == 0 {
		return nil
	}
	return cutZero(&values)
}

// headerValues are all values of a header, each ended by a zero byte.
func headerValues(kind uint32, name string) (values []byte, count int) {
	values = fetch(nil, func(p unsafe.Pointer, n uint32) uint32 {
		r := getHeaderValues(kind, unsafe.Pointer(unsafe.StringData(name)), uint32(len(name)), p, n)
		count = int(r >> 32)
		return uint32(r)
	})
	return values, count
}

// cutZero takes the first of some values that end with a zero byte each.
func cutZero(values *[]byte) []byte {
	for i, c := range *values {
		if c == 0 {
			first := (*values)[:i:i]
			*values = (*values)[i+1:]
			return first
		}
	}
	first := *values
	*values = nil
	return first
}

func set(name string, value []byte) {
	setHeaderValue(kindResponse, unsafe.Pointer(unsafe.StringData(name)), uint32(len(name)), unsafe.Pointer(unsafe.SliceData(value)), uint32(len(value)))
}

func add(name string, value []byte) {
	addHeaderValue(kindResponse, unsafe.Pointer(unsafe.StringData(name)), uint32(len(name)), unsafe.Pointer(unsafe.SliceData(value)), uint32(len(value)))
}

func remove(kind uint32, names []string) {
	for _, name := range names {
		removeHeader(kind, unsafe.Pointer(unsafe.StringData(name)), uint32(len(name)))
	}
}
