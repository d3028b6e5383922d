package compile

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// An index may take a twentieth of what its snapshot has without, or so many
// bytes for each environment: less would leave small catalogs without one.
const (
	indexShare = 20
	indexLeast = 4 << 10
)

// maxMoments bounds the keys of the time's column. Scans look at the dates of
// every offer that they come to, so finer ones save only the look.
const maxMoments = 31

// indexes writes the index of each environment behind all other sections, for
// its size follows theirs.
func (e *emitter) indexes(l *linked) {
	size, offers := 0, 0
	for i := range e.sections {
		size += len(e.sections[i].b)
	}
	for _, env := range l.envs {
		offers += len(env.offers)
	}
	table := make([]byte, snapshot.RecordSize(snapshot.SecIndex)*len(l.envs))
	var blocks []byte
	for i, env := range l.envs {
		var block []byte
		if n := len(env.offers); n > 0 {
			block = e.index(env, max(indexLeast, size/indexShare*n/offers))
		}
		record(table[8*i:]).pair(0, uint32(len(table)+len(blocks))/8, uint32(len(block))/8)
		blocks = append(blocks, block...)
	}
	if len(blocks) > 0 {
		s := e.sec(snapshot.SecIndex)
		s.b = append(append(s.b, table...), blocks...)
	}
}

// index is the block of one environment, in at most so many bytes; empty if no
// filter asks for anything.
func (e *emitter) index(env *environment, room int) []byte {
	b := block{env: env, size: (len(env.offers) + 63) / 64 * 8}
	b.room = room - 16 - b.size
	for _, a := range e.surveyed(env) {
		b.choose(a)
	}
	if len(b.columns) == 0 {
		return nil
	}
	slices.SortFunc(b.columns, func(x, y *column) int {
		return cmp.Or(cmp.Compare(x.ref, y.ref), bytes.Compare(x.keys, y.keys))
	})
	return b.fill(e.programs)
}

// block is an index under construction.
type block struct {
	env     *environment
	size    int // of a bitmap, in bytes
	room    int // bytes that are left
	columns []*column
}

// column is an attribute that is indexed, with the keys that there was room for.
type column struct {
	ref  uint16
	kind uint8
	keys []byte
	n    int
}

// choose takes an attribute in, with as many keys as there is room for.
func (b *block) choose(a *attribute) {
	limit := snapshot.MaxKeys
	if a.kind == snapshot.ColumnTime {
		limit = maxMoments
	}
	for len(b.columns) < snapshot.MaxColumns {
		c := &column{ref: a.ref, kind: a.kind}
		c.keys, c.n = a.keys(limit)
		if size := len(c.head()) + c.classes()*(2+b.size); size <= b.room {
			b.room -= size
			b.columns = append(b.columns, c)
			return
		}
		if limit = c.n / 2; limit == 0 || a.kind == snapshot.ColumnHas {
			return
		}
	}
}

// head is a column without its bitmaps.
func (c *column) head() []byte {
	return append([]byte{byte(c.ref), byte(c.ref >> 8), c.kind, byte(c.n)}, c.keys...)
}

// fill works the bits out and writes the block, equal bitmaps once.
func (b *block) fill(programs *programs) []byte {
	exact, maps := b.judge(programs)
	seen := map[string]uint16{string(b.full()): snapshot.AllOffers}
	all := [][]byte{exact}
	out := make([]byte, 8)
	record(out).u32(0, uint32(len(b.columns)))
	for i, c := range b.columns {
		out = append(out, c.head()...)
		for _, m := range maps[i] {
			n, ok := seen[string(m)]
			if !ok {
				n = uint16(len(all))
				seen[string(m)] = n
				all = append(all, m)
			}
			out = binary.LittleEndian.AppendUint16(out, n)
		}
	}
	for len(out)%8 != 0 {
		out = append(out, 0)
	}
	record(out).u32(4, uint32(len(all)))
	return append(out, bytes.Join(all, nil)...)
}

// judge gives the bitmap of exact offers and those of each column's classes.
func (b *block) judge(programs *programs) (exact []byte, maps [][][]byte) {
	index, ok := snapshot.IndexOf(b.draft(), uint32(len(b.env.offers)))
	if !ok {
		panic("compile: malformed index")
	}
	exact = make([]byte, b.size)
	for _, c := range b.columns {
		classes := make([][]byte, c.classes())
		for i := range classes {
			classes[i] = make([]byte, b.size)
		}
		maps = append(maps, classes)
	}
	j := judge{index: &index, programs: programs, known: map[uint32]verdict{}}
	for rank, o := range b.env.offers {
		sets, isExact := j.offer(o)
		if isExact {
			exact[rank/8] |= 1 << (rank % 8)
		}
		for i := range maps {
			for class, m := range maps[i] {
				m[rank/8] |= byte(sets[i]>>class&1) << (rank % 8)
			}
		}
	}
	return exact, maps
}

func (c *column) classes() int { return snapshot.ClassesOf(c.kind, c.n) }

// draft is the block with columns and without bitmaps.
func (b *block) draft() []byte {
	out := make([]byte, 8)
	record(out).u32(0, uint32(len(b.columns)))
	for _, c := range b.columns {
		out = append(out, c.head()...)
		out = append(out, make([]byte, 2*c.classes())...)
	}
	return out
}

// full is a bitmap with the bits of all offers.
func (b *block) full() []byte {
	m := make([]byte, b.size)
	for rank := range b.env.offers {
		m[rank/8] |= 1 << (rank % 8)
	}
	return m
}

// judge tells the classes in which offers can pass, each program once.
type judge struct {
	index    *snapshot.Index
	programs *programs
	known    map[uint32]verdict
}

type verdict struct {
	sets  snapshot.Sets
	exact bool
}

func (j *judge) offer(o *offer) (sets snapshot.Sets, exact bool) {
	sets = j.index.All()
	j.index.Period(o.from, o.to, &sets)
	exact = !o.category.readsOffer
	for _, p := range o.filters() {
		v := j.program(p)
		for i := range sets {
			sets[i] &= v.sets[i]
		}
		if p == o.filter {
			exact = exact && v.exact
		}
	}
	return sets, exact
}

func (j *judge) program(p uint32) verdict {
	v, ok := j.known[p]
	if !ok {
		v.sets = j.index.All()
		v.exact = j.index.Judge(j.programs.all[p].Code, &v.sets)
		j.known[p] = v
	}
	return v
}
