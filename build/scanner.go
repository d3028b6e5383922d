package build

import (
	"fmt"
	"strings"
)

// scanner reads the encodings of the binary format. After the first error all
// that it reads is empty.
type scanner struct {
	b   []byte
	err error
}

func (s *scanner) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
	s.b = nil
}

func (s *scanner) byte() byte {
	if len(s.b) == 0 {
		s.fail("it ends early")
		return 0
	}
	c := s.b[0]
	s.b = s.b[1:]
	return c
}

func (s *scanner) bytes(n int) []byte {
	if n < 0 || n > len(s.b) {
		s.fail("%d bytes of %d", n, len(s.b))
		return nil
	}
	out := s.b[:n]
	s.b = s.b[n:]
	return out
}

// u32 is a number in LEB128, at most five bytes of it.
func (s *scanner) u32() uint32 {
	var x uint64
	for shift := 0; shift < 35; shift += 7 {
		c := s.byte()
		x |= uint64(c&0x7f) << shift
		if c&0x80 != 0 {
			continue
		}
		if x > 1<<32-1 {
			break
		}
		return uint32(x)
	}
	s.fail("a number is over 32 bits")
	return 0
}

func (s *scanner) name() string { return string(s.bytes(int(s.u32()))) }

// limits skips the limits of a table or memory.
func (s *scanner) limits() {
	flags := s.byte()
	if flags > 3 {
		s.fail("limits %#x", flags)
	}
	s.u32()
	if flags&1 != 0 {
		s.u32()
	}
}

var valueTypes = map[byte]string{0x7f: "i32", 0x7e: "i64", 0x7d: "f32", 0x7c: "f64", 0x7b: "v128", 0x70: "funcref", 0x6f: "externref"}

// valueTypes is a list of types: "(i32 i64)".
func (s *scanner) valueTypes() string {
	var list []string
	for n := s.u32(); n > 0 && s.err == nil; n-- {
		c := s.byte()
		name, ok := valueTypes[c]
		if !ok {
			s.fail("value type %#x", c)
		}
		list = append(list, name)
	}
	return "(" + strings.Join(list, " ") + ")"
}
