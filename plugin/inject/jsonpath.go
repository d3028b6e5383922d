package inject

import (
	"bytes"
	"math/bits"
)

// jsonPlace is where a path leads: body[from:to].
type jsonPlace struct {
	from, to int
	way      jsonWay
}

// jsonWay is how a value gets to its place.
type jsonWay uint8

const (
	nowhere  jsonWay = iota
	replaces         // it replaces the one that is there
	follows          // it is a member behind others
	begins           // it is the first member
)

// jsonPaths follows paths through a body. Sets of paths are bits, by their
// number.
type jsonPaths struct {
	paths  [][]byte
	starts [maxPaths][maxSteps + 1]uint16 // of each step, and one behind the last
	ends   [maxSteps + 1]uint64           // paths of so many steps
	places [maxPaths]jsonPlace
	levels [maxSteps + 1]jsonLevel // of the containers around what is read
}

// jsonLevel is a container that a path leads into or to.
type jsonLevel struct {
	set   uint64 // paths to it or into it
	on    uint64 // those into it
	seen  uint64 // those of them whose next step is there
	index int    // of the entry that begins next
	next  int    // entry that a path leads to, none before it from index on
	end   int    // behind its last value, or its '{'
	empty bool
}

func (p *jsonPaths) reset(paths [][]byte) {
	p.paths = paths[:min(len(paths), maxPaths)]
	p.ends = [maxSteps + 1]uint64{}
	for i, path := range p.paths {
		p.places[i] = jsonPlace{}
		if n := p.split(i, path); n > 0 {
			p.ends[n] |= 1 << i
		}
	}
}

// split finds the steps of a path and returns their number, 0 for a path that is
// too long.
func (p *jsonPaths) split(i int, path []byte) int {
	if len(path) > maxPath {
		return 0
	}
	for n := 0; n < maxSteps; {
		n++
		start := int(p.starts[i][n-1])
		dot := bytes.IndexByte(path[start:], '.')
		if dot < 0 {
			p.starts[i][n] = uint16(len(path) + 1)
			return n
		}
		p.starts[i][n] = uint16(start + dot + 1)
	}
	return 0
}

// step is the one of path i that leads on from a container of a depth, the
// outermost being 0.
func (p *jsonPaths) step(i, depth int) []byte {
	s := &p.starts[i]
	return p.paths[i][s[depth] : s[depth+1]-1]
}

// last is the last step of path i.
func (p *jsonPaths) last(i int) []byte {
	n := 0
	for p.ends[n]>>i&1 == 0 {
		n++
	}
	return p.step(i, n-1)
}

// all are the paths that lead anywhere.
func (p *jsonPaths) all() (set uint64) {
	for _, s := range p.ends {
		set |= s
	}
	return set
}

// arrive notes that a value begins, in so many containers, to or into which a
// set of paths leads.
func (p *jsonPaths) arrive(set uint64, depth, at int) {
	for s := set & p.ends[depth]; s != 0; s &= s - 1 {
		p.places[bits.TrailingZeros64(s)] = jsonPlace{from: at, way: replaces}
	}
}

// leave notes that such a value ends.
func (p *jsonPaths) leave(set uint64, depth, at int) {
	for s := set & p.ends[depth]; s != 0; s &= s - 1 {
		p.places[bits.TrailingZeros64(s)].to = at
	}
}

// open notes that such a value is a container.
func (p *jsonPaths) open(set uint64, depth, at int) {
	p.levels[depth] = jsonLevel{set: set, on: set &^ p.ends[depth], index: -1, end: at, empty: true}
}

// close notes that a container ends. Members that an object lacks can be added.
func (p *jsonPaths) close(object bool, depth, at int) {
	l := &p.levels[depth]
	p.leave(l.set, depth, at)
	if !object || l.on == 0 {
		return
	}
	way := follows
	if l.empty {
		way = begins
	}
	for s := l.on & p.ends[depth+1] &^ l.seen; s != 0; s &= s - 1 {
		p.places[bits.TrailingZeros64(s)] = jsonPlace{from: l.end, to: l.end, way: way}
	}
}

// member tells which paths lead to the member of a name, as it is written. What
// they led to in an earlier one of that name is forgotten.
func (p *jsonPaths) member(name []byte, depth int) (set uint64) {
	l := &p.levels[depth]
	for s := l.on; s != 0; s &= s - 1 {
		i := bits.TrailingZeros64(s)
		if sameName(name, p.step(i, depth)) {
			set |= 1 << i
			p.places[i] = jsonPlace{}
		}
	}
	l.seen |= set
	return set
}

// entry tells which paths lead to the next entry of an array.
func (p *jsonPaths) entry(depth int) (set uint64) {
	l := &p.levels[depth]
	l.index++
	if l.index < l.next {
		return 0
	}
	l.next = 1 << 30 // no index is larger
	for s := l.on; s != 0; s &= s - 1 {
		i := bits.TrailingZeros64(s)
		switch n := indexOf(p.step(i, depth)); {
		case n == l.index:
			set |= 1 << i
		case n > l.index:
			l.next = min(l.next, n)
		}
	}
	return set
}

// indexOf is the index that a step is, or -1.
func indexOf(step []byte) int {
	if len(step) == 0 || len(step) > 9 || step[0] == '0' && len(step) > 1 {
		return -1
	}
	n := 0
	for _, c := range step {
		if !isDigit(c) {
			return -1
		}
		n = 10*n + int(c-'0')
	}
	return n
}
