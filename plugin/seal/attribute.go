package seal

import "bytes"

// Attribute is one attribute to put into a token.
type Attribute struct {
	Name, Value string
}

// Attributes gives the attributes of a verified token one after the other, in
// the order in which the signer wrote them. A copy starts where the original
// stands. The zero value has none.
type Attributes struct {
	fields []byte // form-encoded and already checked
}

// Next gives the next attribute, decoded: a name of at least one byte and a
// value, both UTF-8, together at most MaxAttribute bytes. They lie in scratch,
// which is overwritten; with a capacity below MaxAttribute another array may be
// allocated. A name may come again; what that means is the caller's decision.
func (a *Attributes) Next(scratch []byte) (name, value []byte, ok bool) {
	for len(a.fields) > 0 {
		var field []byte
		field, a.fields, _ = bytes.Cut(a.fields, []byte{'&'})
		if bytes.HasPrefix(field, []byte(attributeName)) {
			name, value, _ = bytes.Cut(field, []byte{'='})
			return decodeAttribute(scratch[:0], name, value)
		}
	}
	return nil, nil, false
}

// decodeAttribute appends name, less its prefix, and value to room, decoded.
func decodeAttribute(room, name, value []byte) (decodedName, decodedValue []byte, ok bool) {
	start := len(room)
	room, nameOK := unescape(room, name[len(attributeName):])
	middle := len(room)
	room, valueOK := unescape(room, value)
	end := len(room)
	ok = nameOK && valueOK && middle > start && end-start <= MaxAttribute
	return room[start:middle:middle], room[middle:end:end], ok
}
