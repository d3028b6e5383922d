package inject

import "github.com/profferhq/proffer/plugin/jsontext"

// jsonReader reads a body as RFC 8259 has it.
type jsonReader struct {
	body    []byte
	at      int
	depth   int                   // how many containers are open
	objects [maxDepth / 64]uint64 // which of them are objects
}

// mark is a byte order mark. RFC 8259, section 8.1, lets readers pass over it.
const mark = "\xef\xbb\xbf"

// read reads a whole body and tells paths of what it meets. It reports whether
// the body is one value.
func (r *jsonReader) read(body []byte, paths *jsonPaths) bool {
	r.body, r.at, r.depth = body, 0, 0
	if len(body) >= len(mark) && string(body[:len(mark)]) == mark {
		r.at = len(mark)
	}
	set := paths.all()
	for {
		more, ok := r.value(set, paths)
		for ok && !more {
			if r.depth == 0 {
				return r.next() == 0 && r.at == len(body)
			}
			more, ok = r.separator(paths)
		}
		if !ok {
			return false
		}
		if set, ok = r.introduction(paths); !ok {
			return false
		}
	}
}

// next passes over white space and gives the byte behind it, or 0 at the end.
func (r *jsonReader) next() byte {
	for r.at < len(r.body) {
		switch c := r.body[r.at]; c {
		case ' ', '\n', '\r', '\t':
			r.at++
		default:
			return c
		}
	}
	return 0
}

// value reads a value, to or into which a set of paths leads. Of a container that
// is not empty it reads the beginning alone; then there is more in it.
func (r *jsonReader) value(set uint64, paths *jsonPaths) (more, ok bool) {
	c := r.next()
	if set != 0 {
		paths.arrive(set, r.depth, r.at)
	}
	switch c {
	case '{', '[':
		return r.open(c == '{', set, paths)
	case '"':
		r.at, ok = jsontext.String(r.body, r.at+1)
	case 't':
		ok = r.word("true")
	case 'f':
		ok = r.word("false")
	case 'n':
		ok = r.word("null")
	default:
		r.at, ok = jsontext.Number(r.body, r.at)
	}
	if set != 0 {
		paths.leave(set, r.depth, r.at)
	}
	return false, ok
}

// word reads one of the three words.
func (r *jsonReader) word(s string) bool {
	end := r.at + len(s)
	if end > len(r.body) || string(r.body[r.at:end]) != s {
		return false
	}
	r.at = end
	return true
}

// open reads the beginning of a container, and all of an empty one.
func (r *jsonReader) open(object bool, set uint64, paths *jsonPaths) (more, ok bool) {
	if r.depth == maxDepth {
		return false, false
	}
	r.at++
	word, bit := &r.objects[r.depth/64], uint64(1)<<(r.depth%64)
	*word &^= bit
	if object {
		*word |= bit
	}
	if r.depth <= maxSteps {
		paths.open(set, r.depth, r.at)
	}
	r.depth++
	if r.next() == closer(object) {
		r.close(object, paths)
		return false, true
	}
	if r.depth <= maxSteps {
		paths.levels[r.depth-1].empty = false
	}
	return true, true
}

// close reads the end of a container.
func (r *jsonReader) close(object bool, paths *jsonPaths) {
	r.at++
	r.depth--
	if r.depth <= maxSteps {
		paths.close(object, r.depth, r.at)
	}
}

// closer is the byte that ends a container.
func closer(object bool) byte {
	if object {
		return '}'
	}
	return ']'
}

// object reports whether the innermost container is one.
func (r *jsonReader) object() bool {
	return r.objects[(r.depth-1)/64]>>((r.depth-1)%64)&1 != 0
}

// separator reads what follows a value in a container: a comma, behind which
// there is more, or the container's end.
func (r *jsonReader) separator(paths *jsonPaths) (more, ok bool) {
	if r.depth <= maxSteps {
		paths.levels[r.depth-1].end = r.at
	}
	object := r.object()
	switch r.next() {
	case ',':
		r.at++
		return true, true
	case closer(object):
		r.close(object, paths)
		return false, true
	}
	return false, false
}

// introduction reads what stands in front of a value in a container, a member's
// name, and tells which paths lead to the value.
func (r *jsonReader) introduction(paths *jsonPaths) (set uint64, ok bool) {
	traced := r.depth <= maxSteps && paths.levels[r.depth-1].on != 0
	if !r.object() {
		if traced {
			set = paths.entry(r.depth - 1)
		}
		return set, true
	}
	if r.next() != '"' {
		return 0, false
	}
	from := r.at + 1
	if r.at, ok = jsontext.String(r.body, from); !ok {
		return 0, false
	}
	if traced {
		set = paths.member(r.body[from:r.at-1], r.depth-1)
	}
	if r.next() != ':' {
		return 0, false
	}
	r.at++
	return set, true
}
