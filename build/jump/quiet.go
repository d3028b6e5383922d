package jump

import "bytes"

// Go's runtime ends a program whose host does not know poll_oneoff, once its
// collector has given memory back and sets a timer. A module that serves one call
// after another waits for nothing, so that no events are what it has to hear: what
// such a host answers counts as success.

const (
	sectionImport = 2
	pollOneoff    = "poll_oneoff"
)

// readImports finds the number of poll_oneoff among the imported functions.
func (m *module) readImports(s *reader) {
	functions := 0
	for n := s.leb(); n > 0; n-- {
		s.take(s.leb()) // module
		name := s.take(s.leb())
		if s.byte() != 0 {
			return // other things than functions, which no module of Go's imports
		}
		s.leb() // type
		if string(name) == pollOneoff {
			m.poll = functions
		}
		functions++
	}
}

// imported is how many functions an import section has.
func imported(section []byte) (n int) {
	s := &reader{b: section}
	for i := s.leb(); i > 0; i-- {
		s.take(s.leb())
		s.take(s.leb())
		if s.byte() != 0 {
			return n
		}
		s.leb()
		n++
	}
	return n
}

// quiet gives the body of a function in which a call of poll_oneoff succeeds.
func (m *module) quiet(body []byte) []byte {
	if m.poll < 0 || !bytes.Contains(body, appendLEB([]byte{opCall}, m.poll)) {
		return body
	}
	r := &reader{b: body}
	for n := r.leb(); n > 0; n-- {
		r.leb()
		r.byte()
	}
	out := bytes.Clone(body[:r.at])
	list := parse(body[r.at:])
	for i, in := range list {
		out = append(out, in.bytes...)
		if in.op == opCall && in.n == m.poll && list[i+1].op != opDrop {
			out = append(out, opDrop, opConst, 0)
		}
	}
	return out
}
