package inject

import "slices"

const (
	// maxPaths is how many paths one call may name: a call has at most 64 slots.
	maxPaths = maxFills
	// maxPath bounds a path in bytes, maxSteps its members and indexes; the
	// catalog has the same bounds.
	maxPath  = 256
	maxSteps = 32
	// maxDepth bounds the nesting of a body: 512 is what PHP reads, the least of
	// those that write answers of sites; Jackson reads 1,000.
	maxDepth = 512
)

// JSON finds the places of offers in one JSON body after another, and writes
// values there. The zero value is ready for Find. It must not be used by two
// goroutines at once. It allocates nothing but what the output needs.
//
// A path has members and indexes from the outside in, with dots between:
// blocks.0.offer. In an object a step is the name of a member, also if it
// consists of digits, and the last member of that name counts, which is the one
// that readers of JSON see (RFC 8259, section 4); names are compared as they
// read, after their escapes. In an array a step of digits, without zeros in
// front, is an index from 0. A path leads to a value that is there, whatever it
// is, or to a member that its object lacks. It leads nowhere if it goes through
// a text, a number, true, false or null, through a member that is not there, or
// to an entry that an array does not have.
//
// All other bytes stay as they are: white space, the spelling of numbers and
// texts, the order of members, those that come twice, a byte order mark.
//
// Limits: 64 paths of at most 256 bytes and 32 steps, of which others lead
// nowhere; 512 levels of nesting. The time is that of reading the body once, and
// of comparing each name in an object that paths lead into with a step of each.
type JSON struct {
	jsonReader
	jsonPaths
	written uint64
}

// Find reads a whole body and finds where paths lead, which it keeps until the
// next Find. It reports false for a body that is not one JSON value, from the
// first byte to the last, or is nested too deep; then no path leads anywhere.
// Bytes in texts that are not UTF-8 are no mistake.
func (j *JSON) Find(body []byte, paths [][]byte) bool {
	j.written = 0
	j.reset(paths)
	ok := j.read(body, &j.jsonPaths)
	j.body = nil
	if !ok {
		j.reset(nil)
	}
	return ok
}

// Found reports whether path i leads to a place.
func (j *JSON) Found(i int) bool {
	return i >= 0 && i < len(j.paths) && j.places[i].way != nowhere
}

// Splice appends to dst the body that Find has read, with the value of each path
// at its place. What stands there is replaced; a member that its object lacks
// becomes the last one. A nil value, or none, leaves its place alone. Values are
// written as they are: each must be one JSON value. Of two paths to one place
// the first counts, and within a value that is replaced none.
func (j *JSON) Splice(dst, body []byte, values [][]byte) []byte {
	j.written = 0
	var room [maxPaths]uint8
	order := room[:0]
	for i := range j.paths {
		if j.Found(i) && i < len(values) && values[i] != nil {
			order = append(order, uint8(i))
		}
	}
	slices.SortStableFunc(order, func(a, b uint8) int { return j.places[a].from - j.places[b].from })
	at, opened := 0, -1 // opened is the object without members that has got one
	for _, i := range order {
		p := &j.places[i]
		if p.from < at {
			continue
		}
		dst = append(dst, body[at:p.from]...)
		at = p.to
		if p.way == follows || p.way == begins && p.from == opened {
			dst = append(dst, ',')
		}
		if p.way == begins {
			opened = p.from
		}
		if p.way != replaces {
			dst = append(appendName(dst, j.last(int(i))), ':')
		}
		dst = append(dst, values[i]...)
		j.written |= 1 << i
	}
	return append(dst, body[at:]...)
}

// Written reports whether the value of path i was written by the last Splice.
func (j *JSON) Written(i int) bool {
	return i >= 0 && i < maxPaths && j.written>>i&1 != 0
}
