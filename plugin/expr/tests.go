package expr

import (
	"encoding/binary"
	"math"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// outcome is what a test, or a group of them, comes to.
type outcome uint8

const (
	outcomeFalse outcome = iota
	outcomeTrue
	outcomeError
	outcomeBroken // the program is malformed
)

func (o outcome) value() Value {
	switch o {
	case outcomeFalse:
		return Value{Kind: Bool}
	case outcomeTrue:
		return Value{Kind: Bool, Bits: 1}
	}
	return Value{Kind: Error}
}

// judge says whether a comparison with the given outcome, one bit of rel or 0
// for an error, is true.
func judge(class, rel byte) outcome {
	switch {
	case class == 0, class == snapshot.RelOther && rel&snapshot.RelStrict != 0:
		return outcomeError
	case class&rel != 0:
		return outcomeTrue
	}
	return outcomeFalse
}

// tests runs count tests in a row until one of them comes to stop, and gives
// what they come to together: stop if one of them does, else an error if one of
// them does, else the opposite of stop.
//
// The commonest tests on values of the expected type are worked off here
// without a call, all others in test.
func (m *Machine) tests(code []byte, count int, stop outcome, s *Scope) outcome {
	all := outcomeTrue - stop
	for ; count > 0; count-- {
		if m.left--; m.left < 0 || len(code) < 5 {
			return outcomeBroken
		}
		v := s.at(binary.LittleEndian.Uint16(code[1:3]))
		class, size := byte(0), 0
		switch code[0] {
		case snapshot.OpTestBool:
			if v.Kind == Bool {
				class, size = snapshot.RelEqual<<(v.Bits&1)>>(code[4]&1), 5
			}
		case snapshot.OpTestInt:
			if v.Kind == Int && len(code) >= 12 {
				class, size = order(int64(v.Bits), int64(binary.LittleEndian.Uint64(code[4:12]))), 12
			}
		case snapshot.OpTestString:
			if v.Kind == String && len(code) >= 6 && code[3]&snapshot.RelStrict == 0 {
				if end := 6 + int(binary.LittleEndian.Uint16(code[4:6])); end <= len(code) {
					class, size = found(equal(v.Bytes, code[6:end])), end
				}
			}
		case snapshot.OpTestStrings:
			if v.Kind == String && len(code) >= 6 {
				if end := 6 + int(binary.LittleEndian.Uint16(code[4:6])); end <= len(code) && m.spend(end-6) {
					class, size = found(oneOfStrings(v.Bytes, code[6:end])), end
				}
			}
		case snapshot.OpTestRefs:
			if v.Kind == String && len(code) >= 6 && code[3]&snapshot.RelStrict == 0 {
				if w := s.at(binary.LittleEndian.Uint16(code[4:6])); w.Kind == String && m.spend(len(v.Bytes)) {
					class, size = found(equal(v.Bytes, w.Bytes)), 6
				}
			}
		}
		if size == 0 {
			if class, size = m.test(code, v, s); size == 0 {
				return outcomeBroken
			}
		}
		switch out := judge(class, code[3]); out {
		case stop:
			return out
		case outcomeError:
			all = outcomeError
		}
		code = code[size:]
	}
	return all
}

// test runs one test, of at least 5 bytes, on the value that it names first.
// It gives the outcome as a bit of rel, 0 for an error, and the size of the
// test, 0 if that is malformed.
func (m *Machine) test(in []byte, v *Value, s *Scope) (class byte, size int) {
	op := in[0]
	switch op {
	case snapshot.OpTestBool:
		return testBool(v, in[4], in[3]), 5
	case snapshot.OpTestInt:
		if len(in) >= 12 {
			return testInt(v, binary.LittleEndian.Uint64(in[4:12]), in[3]), 12
		}
		return 0, 0
	case snapshot.OpTestDouble:
		if len(in) >= 12 {
			return testDouble(v, binary.LittleEndian.Uint64(in[4:12]), in[3]), 12
		}
		return 0, 0
	}
	if len(in) < 6 {
		return 0, 0
	}
	operand := binary.LittleEndian.Uint16(in[4:6])
	switch op {
	case snapshot.OpTestRefs:
		return m.compare(v, s.at(operand), in[3]), 6
	case snapshot.OpTestMember:
		return m.member(v, s.at(operand)), 6
	}
	end := 6 + int(operand)
	if end > len(in) {
		return 0, 0
	}
	constant := in[6:end:end]
	switch op {
	case snapshot.OpTestString:
		return testString(v, constant, in[3]), end
	case snapshot.OpTestPrefix:
		return startsWith(v, constant), end
	case snapshot.OpTestStrings:
		return m.amongStrings(v, constant), end
	case snapshot.OpTestInts:
		return m.amongInts(v, constant), end
	case snapshot.OpTestHas:
		return m.member(&Value{Kind: String, Bytes: constant}, v), end
	}
	return 0, 0
}

func testBool(v *Value, want, rel byte) byte {
	if v.Kind != Bool {
		return mismatch(v, &Value{Kind: Bool}, rel)
	}
	return order(v.Bits, uint64(want))
}

func testInt(v *Value, want uint64, rel byte) byte {
	if v.Kind != Int {
		return compareNumbers(v, &Value{Kind: Int, Bits: want}, rel)
	}
	return order(int64(v.Bits), int64(want))
}

func testDouble(v *Value, want uint64, rel byte) byte {
	if v.Kind != Double {
		return compareNumbers(v, &Value{Kind: Double, Bits: want}, rel)
	}
	return order(math.Float64frombits(v.Bits), math.Float64frombits(want))
}

func testString(v *Value, want []byte, rel byte) byte {
	if v.Kind != String {
		return mismatch(v, &Value{Kind: String}, rel)
	}
	return compareStrings(v.Bytes, want, rel)
}

// startsWith is the outcome of a prefix test: RelEqual for yes, RelLess for no.
func startsWith(v *Value, prefix []byte) byte {
	if v.Kind != String {
		return mismatch(v, v, snapshot.RelIs)
	}
	if len(v.Bytes) < len(prefix) {
		return snapshot.RelLess
	}
	return found(equal(v.Bytes[:len(prefix)], prefix))
}

// amongStrings looks v up among strings, each behind its length in a byte.
func (m *Machine) amongStrings(v *Value, items []byte) byte {
	switch {
	case v.Kind <= Error || !m.spend(len(items)):
		return 0
	case v.Kind != String:
		return snapshot.RelLess
	}
	return found(oneOfStrings(v.Bytes, items))
}

// oneOfStrings is a leaf of its own because loops in small functions run three
// times as fast in WebAssembly.
func oneOfStrings(s, items []byte) bool {
	for len(items) > 0 {
		n := int(items[0]) + 1
		if n > len(items) {
			return false
		}
		if equal(s, items[1:n]) {
			return true
		}
		items = items[n:]
	}
	return false
}

// amongInts looks v up among integers of 8 bytes each.
func (m *Machine) amongInts(v *Value, items []byte) byte {
	if !m.spend(len(items)) {
		return 0
	}
	switch v.Kind {
	case Missing, Error:
		return 0
	case Int:
		return found(oneOfInts(v.Bits, items))
	case Uint, Double:
		for ; len(items) >= 8; items = items[8:] {
			item := Value{Kind: Int, Bits: binary.LittleEndian.Uint64(items)}
			if compareNumbers(v, &item, snapshot.RelEQ) == snapshot.RelEqual {
				return snapshot.RelEqual
			}
		}
	}
	return snapshot.RelLess
}

func oneOfInts(bits uint64, items []byte) bool {
	for len(items) >= 8 {
		if binary.LittleEndian.Uint64(items[:8]) == bits {
			return true
		}
		items = items[8:]
	}
	return false
}
