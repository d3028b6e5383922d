package meter

import (
	"errors"
	"fmt"
)

// MaxTurns bounds the turns between two calls: the counter is an i32, and a
// second is long enough.
const MaxTurns = 1 << 30

// Add returns wasm with a counter at the head of every loop. It is one for the
// whole module, kept in a global of its own; whenever it has counted turns
// turns (or one more, where a loop takes parameters), the module calls the
// function that it imports as from.name, of type () i32, and drops the answer.
// A module without loops is returned as it is; one with loops that does not
// import the function is refused.
func Add(wasm []byte, from, name string, turns int) ([]byte, error) {
	if turns < 1 || turns > MaxTurns {
		return nil, fmt.Errorf("meter: %d turns not supported (have 1..%d)", turns, MaxTurns)
	}
	var m module
	err := m.cut(wasm)
	if err == nil {
		err = m.read(from, name)
	}
	if err != nil {
		return nil, fmt.Errorf("meter: %w", err)
	}
	c := code{counter: m.globals, yield: m.functions}
	body, err := c.rewrite(m.section[sectionCode])
	if err != nil {
		return nil, fmt.Errorf("meter: code section: %w", err)
	}
	if c.loops == 0 {
		return wasm, nil
	}
	if !m.hasYield {
		return nil, fmt.Errorf("meter: the module has %d loops, but does not import %s.%s", c.loops, from, name)
	}
	m.section[sectionCode] = body
	if err := m.addYield(int64(turns)); err != nil {
		return nil, fmt.Errorf("meter: %w", err)
	}
	return m.bytes(len(wasm) + len(body)), nil
}

// addYield adds the counter and the function that starts it again, after all
// others, so that no index changes. It starts again with one more, since the
// turn that is entered again is counted again.
func (m *module) addYield(turns int64) error {
	start := func(dst []byte, turns int64) []byte { return appendS64(append(dst, opI32Const), turns) }

	counter := start([]byte{0x7f, 1}, turns) // i32, mutable
	yield := []byte{0, opCall}               // no locals
	yield = appendU32(yield, m.yield)
	yield = start(append(yield, opDrop), turns+1)
	yield = appendU32(append(yield, opGlobalSet), m.globals)
	yield = append(yield, opEnd)

	return errors.Join(
		m.extend(sectionType, 0x60, 0, 0),
		m.extend(sectionFunction, appendU32(nil, uint32(len(m.types)))...),
		m.extend(sectionGlobal, append(counter, opEnd)...),
		m.extend(sectionCode, append(appendU32(nil, uint32(len(yield))), yield...)...),
	)
}
