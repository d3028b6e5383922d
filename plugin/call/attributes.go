package call

import (
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/number"
)

// attributes reads declared call data, of the slot or of the call as a whole, whose
// language has a field of its own.
func (r *Reader) attributes(whole bool) {
	if !r.opens('{', "must be an object") {
		return
	}
	start := len(r.values)
	for r.more('}') {
		name := r.key()
		if r.failed || r.broken != "" {
			r.skip()
			continue
		}
		outer := r.enterMember(name)
		value, mixed := r.value()
		r.admit(outer, r.values[start:], name, len(value), mixed)
		if whole && string(name) == "language" {
			r.refuse(`is said beside "attributes"`)
		}
		r.leave(outer)
		if !r.failed {
			r.values = append(r.values, abi.Attribute{Name: name, Value: value})
		}
	}
	into := &r.request.Attributes
	if !whole {
		into = &r.slot.Attributes
	}
	if len(r.values) > start {
		*into = r.values[start:len(r.values):len(r.values)]
	}
}

// admit holds an attribute to the limits that the module has, and to being the
// only one of its name. The list that it is of is the place up to outer.
func (r *Reader) admit(outer int, list []abi.Attribute, name []byte, size int, mixed bool) {
	place := r.place.Bytes
	for i := range list {
		if string(list[i].Name) == string(name) {
			r.place.Bytes = place[:outer]
			r.refuseName("has the field ", name, " twice")
		}
	}
	r.place.Bytes = place[:outer]
	if len(name) == 0 {
		r.refuse("has one without a name")
	}
	if len(list) == abi.MaxAttributes {
		r.refuse("has more than 64 entries")
	}
	r.place.Bytes = place
	if size += len(name); size > abi.MaxAttribute && !r.failed {
		r.refuse("has more than 1024 bytes with its name")
	}
	if mixed {
		r.refuse("has values of more than one type; write a list of one")
	}
}

// value reads a scalar, or a list of scalars, as msgpack, and whether the list is
// of more than one type.
func (r *Reader) value() (value []byte, mixed bool) {
	if r.peek() == '[' {
		return r.valueList()
	}
	start := len(r.data)
	r.scalar(false)
	return r.data[start:len(r.data):len(r.data)], false
}

// valueList reads a list: where one number has a fraction, all are doubles, so it
// is gone through twice.
func (r *Reader) valueList() (value []byte, mixed bool) {
	at, depth, text := r.at, r.depth, len(r.text.Bytes)
	n, doubles := 0, false
	r.enter('[')
	for ; r.more(']'); n++ {
		if c := r.peek(); c == '-' || c-'0' <= 9 {
			doubles = !isInt(r.number()) || doubles
		} else {
			r.skip()
		}
	}
	if n > abi.MaxAttribute {
		r.refuse("has more than 1024 entries")
	}
	if r.failed || r.broken != "" {
		return nil, false
	}
	r.at, r.depth, r.text.Bytes = at, depth, r.text.Bytes[:text]
	start, kind := len(r.data), byte(0)
	r.data = wire.AppendArray(r.data, n)
	r.enter('[')
	for r.more(']') {
		k := r.scalar(doubles)
		mixed = mixed || kind != 0 && k != kind
		kind = k
	}
	return r.data[start:len(r.data):len(r.data)], mixed
}

func isInt(digits []byte) bool {
	_, ok := number.ParseInt(digits)
	return ok
}

// scalar appends a scalar and tells what kind of one it is.
func (r *Reader) scalar(double bool) (kind byte) {
	switch c := r.peek(); {
	case c == '"':
		r.data = wire.AppendStrBytes(r.data, r.str())
		return c
	case c == '-', c-'0' <= 9:
		r.numeral(double)
		return '0'
	case r.word("true"):
		r.data = wire.AppendBool(r.data, true)
		return 't'
	case r.word("false"):
		r.data = wire.AppendBool(r.data, false)
		return 't'
	}
	r.refuse("must be a string, a number, true, false, or a list of one of these")
	r.skip()
	return 'n'
}

func (r *Reader) numeral(double bool) {
	digits := r.number()
	if n, ok := number.ParseInt(digits); ok && !double {
		r.data = wire.AppendInt(r.data, n)
		return
	}
	f, ok := number.ParseFloat(digits)
	if !ok {
		r.refuse("is out of range")
	}
	r.data = wire.AppendFloat(r.data, f)
}
