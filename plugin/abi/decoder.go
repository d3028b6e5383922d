package abi

import "github.com/profferhq/proffer/catalog/wire"

// decoder reads positional arrays. The first fault sticks, in the cursor or as
// a status with a text; every read after it gives the zero value.
type decoder struct {
	c      wire.Cursor
	b      []byte
	left   int // elements to come of the innermost open array
	status Status
	text   string
}

func newDecoder(b []byte) decoder { return decoder{c: wire.NewCursor(b), b: b} }

// enter opens an array and gives what leave takes to close it again.
func (d *decoder) enter() (outer int) {
	outer = d.left
	d.left = d.c.Array()
	return outer
}

// leave skips the elements of the open array that this version does not know;
// level counts the arrays around them.
func (d *decoder) leave(outer, level int) {
	if d.left > 0 {
		d.skipUnknown(MaxDepth - level)
	}
	d.left = outer
}

// skipUnknown is where the nesting of a message gets its limit: everything else
// that decoding accepts is less deep by its form.
func (d *decoder) skipUnknown(depth int) {
	for ; d.left > 0 && d.c.OK(); d.left-- {
		if raw := d.c.Raw(); wire.Check(raw, depth) != nil {
			d.refuse(StatusMalformed, "message: nested over the limit of 16, or an extension")
		}
	}
}

// next reports whether the open array has another element that is not nil, and
// consumes a nil.
func (d *decoder) next() bool {
	if d.left == 0 {
		return false
	}
	d.left--
	return !d.c.Nil()
}

// nils consumes four elements if that many are left and all are nil, and
// reports whether it did.
func (d *decoder) nils() bool {
	at := d.c.Offset()
	if d.left < 4 || len(d.b)-at < 4 || string(d.b[at:at+4]) != "\xc0\xc0\xc0\xc0" {
		return false
	}
	d.left -= 4
	return d.c.Nil() && d.c.Nil() && d.c.Nil() && d.c.Nil()
}

// refuse ends decoding with a status, unless something before ended it.
func (d *decoder) refuse(s Status, text string) {
	if d.c.OK() {
		d.status, d.text = s, text
		d.c.Fail()
	}
}

//go:noinline
func (d *decoder) str() []byte {
	if !d.next() {
		return nil
	}
	return d.c.Str()
}

func (d *decoder) bool() bool { return d.next() && d.c.Bool() }

//go:noinline
func (d *decoder) int() int64 {
	if !d.next() {
		return 0
	}
	return d.c.Int()
}

//go:noinline
func (d *decoder) uint() uint64 {
	if !d.next() {
		return 0
	}
	return d.c.Uint()
}

func (d *decoder) float() float64 {
	if !d.next() {
		return 0
	}
	return d.c.Float()
}

// enum reads an integer from 0 to limit; a greater one is refused.
//
//go:noinline
func (d *decoder) enum(limit uint64, text string) uint8 {
	if !d.next() {
		return 0
	}
	v := d.c.Uint()
	if v > limit {
		d.refuse(StatusRefused, text)
		return 0
	}
	return uint8(v)
}

// bin reads bytes of any number.
//
//go:noinline
func (d *decoder) bin() []byte {
	if !d.next() {
		return nil
	}
	return d.c.Bin()
}

// sized reads exactly size bytes, or nil.
func (d *decoder) sized(size int, text string) []byte {
	if !d.next() {
		return nil
	}
	v := d.c.Bin()
	if len(v) != size {
		d.refuse(StatusMalformed, text)
		return nil
	}
	return v
}

// count reads the head of an array of at most limit elements, which the caller
// reads next.
//
//go:noinline
func (d *decoder) count(limit int, text string) int {
	if !d.next() {
		return 0
	}
	n := d.c.Array()
	if n > limit {
		d.refuse(StatusRefused, text)
		return 0
	}
	return n
}

// strs reads an array of at most limit strings to the end of the arena. The
// list keeps its elements also when the arena moves later.
func (d *decoder) strs(arena *[][]byte, limit int, text string) [][]byte {
	n := d.count(limit, text)
	if n == 0 {
		return nil
	}
	list := *arena
	start := len(list)
	for ; n > 0; n-- {
		list = append(list, d.c.Str())
	}
	*arena = list
	return list[start:len(list):len(list)]
}

// finish checks that the message ended, and gives the verdict on it: texts
// holds what to say for a fault in each element, and last that for a fault
// elsewhere.
func (d *decoder) finish(texts []string) (Status, string) {
	switch {
	case d.c.Done():
		return StatusOK, ""
	case d.status != StatusOK:
		return d.status, d.text
	case d.c.OK():
		return StatusMalformed, texts[len(texts)-1]
	}
	return StatusMalformed, blame(d.b, d.c.Offset(), texts)
}

// blame finds the element of the message's array that holds the offset at
// which reading stopped.
func blame(message []byte, at int, texts []string) string {
	last := len(texts) - 1
	c := wire.NewCursor(message)
	n := c.Array()
	for i := 0; i < min(n, last); i++ {
		c.Skip()
		if !c.OK() || c.Offset() > at {
			return texts[i]
		}
	}
	return texts[last]
}
