package call

import (
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// target reads whom a trusted caller names: a key, or a key and the people source
// that it is of.
func (r *Reader) target() {
	p := &r.request.Target
	switch r.peek() {
	case '"':
		p.Key = r.str()
	case '{':
		if r.object(targetMembers); p.Key == nil {
			r.lacks("key")
		}
	default:
		r.refuse("must be a string, or an object of source and key")
		r.skip()
	}
	if len(p.Key) == 0 {
		r.refuse("is empty")
	}
}

// id reads a visitor's.
func (r *Reader) id() []byte {
	digits, start := r.string(), len(r.text.Bytes)
	for range abi.VisitorSize {
		r.text.byte(0)
	}
	id := r.text.from(start)
	if n, ok := wire.DecodeHex(id, digits); len(digits) != 2*abi.VisitorSize || !ok || n != abi.VisitorSize {
		r.refuse("must be 32 lower-case hex digits")
	}
	return id
}
