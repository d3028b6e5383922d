package abi

import "github.com/profferhq/proffer/catalog/wire"

// AppendRequest appends the message of r, which Decode gives back. Of a ping it
// writes the kind alone. It checks no limits, and takes attributes, histories
// and attribute values for what their types say.
func AppendRequest(dst []byte, r *Request) []byte {
	if r.Kind == KindPing {
		return wire.AppendUint(wire.AppendArray(dst, 1), uint64(KindPing))
	}
	dst = wire.AppendArray(dst, r.elements())
	dst = wire.AppendUint(dst, uint64(r.Kind))
	dst = appendBinOrNil(dst, r.Snapshot)
	dst = wire.AppendInt(dst, r.Time)
	dst = wire.AppendUint(dst, r.Seed)
	dst = appendBinOrNil(dst, r.Entropy)
	dst = wire.AppendUint(dst, uint64(r.Flags))
	dst = wire.AppendUint(dst, uint64(r.Want))
	dst = wire.AppendStrBytes(dst, r.Host)
	dst = wire.AppendStrBytes(dst, r.Path)
	dst = wire.AppendStrBytes(dst, r.Query)
	dst = appendHeaders(dst, r.Headers)
	dst = wire.AppendUint(dst, uint64(r.Mode))
	dst = appendSlots(dst, r)
	dst = appendCallData(dst, r.Attributes)
	dst = appendStrOrNil(dst, r.Language)
	dst = appendPersonKey(dst, r.Target)
	dst = appendBinOrNil(dst, r.Visitor)
	if r.HasRecord {
		dst = appendRecord(dst, &r.Record)
	} else {
		dst = wire.AppendNil(dst)
	}
	if r.elements() == pageElements {
		return dst
	}
	dst = appendStrOrNil(dst, r.Method)
	dst = appendBinOrNil(dst, r.Body)
	dst = appendNames(dst, r.Offers)
	if r.Long {
		dst = wire.AppendBool(dst, true)
	}
	return dst
}

// pageElements is how many elements the message of a page has, offersElements up
// to the offers, allElements how many there are.
const pageElements, offersElements, allElements = 18, 21, 22

// elements is how many elements the message of r has: the last ones are left out
// where they say nothing.
func (r *Request) elements() int {
	switch {
	case r.Long:
		return allElements
	case r.Method == nil && r.Body == nil && len(r.Offers) == 0:
		return pageElements
	}
	return offersElements
}

func appendHeaders(dst []byte, list []Header) []byte {
	dst = wire.AppendArray(dst, 2*len(list))
	for i := range list {
		dst = wire.AppendStrBytes(dst, list[i].Name)
		dst = wire.AppendStrBytes(dst, list[i].Value)
	}
	return dst
}

func appendSlots(dst []byte, r *Request) []byte {
	if !r.HasSlots {
		return wire.AppendNil(dst)
	}
	dst = wire.AppendArray(dst, len(r.Slots))
	for i := range r.Slots {
		s := &r.Slots[i]
		dst = wire.AppendArray(dst, 7)
		dst = wire.AppendStrBytes(dst, s.Space)
		dst = wire.AppendUint(dst, uint64(s.N))
		dst = appendStrOrNil(dst, s.Environment)
		dst = appendNames(dst, s.Categories)
		dst = appendNames(dst, s.Themes)
		dst = appendCallData(dst, s.Attributes)
		dst = wire.AppendUint(dst, uint64(s.Held))
	}
	return dst
}

// appendNames appends a list that is nil where it is empty.
func appendNames(dst []byte, list [][]byte) []byte {
	if len(list) == 0 {
		return wire.AppendNil(dst)
	}
	return appendStrs(dst, list)
}

// appendCallData appends a map that is nil where it is empty.
func appendCallData(dst []byte, list []Attribute) []byte {
	if len(list) == 0 {
		return wire.AppendNil(dst)
	}
	return AppendAttributes(dst, list)
}

func appendPersonKey(dst []byte, p PersonKey) []byte {
	if p.Key == nil {
		return wire.AppendNil(dst)
	}
	dst = wire.AppendArray(dst, 2)
	dst = appendStrOrNil(dst, p.Source)
	return wire.AppendStrBytes(dst, p.Key)
}
