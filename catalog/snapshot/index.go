package snapshot

import "math"

// Index says of the offers of one environment which of them the value of an
// attribute lets through. For each attribute that it knows it has a column,
// which divides the attribute's values into classes, and for each class a bitmap
// over the ranks of the offers: a bit is set unless the filters of the offer or
// of its categories are known to be false or to fail for all values of the
// class. So the bitmaps of a call's classes, taken together, hold every offer
// that can pass. The bitmap of exact offers has those whose own filter holds if
// all of these bits are set.
//
// The zero Index has no columns. An Index reads its snapshot where it lies.
type Index struct {
	bitmaps []byte
	size    int // of a bitmap, in bytes
	columns [MaxColumns]Column
	count   int
}

// Column is an attribute's part of an index.
type Column struct {
	Ref  uint16 // of the attribute, or RefTime
	Kind uint8
	n    uint8  // keys
	keys []byte // numbers of 8 bytes, or strings behind their length in a byte
	maps []byte // u16 for each class
}

// Kinds of column: what values its classes divide.
const (
	ColumnBool   = iota + 1 // false, true
	ColumnInt               // the integers below the first key, then from each key on to the next
	ColumnDouble            // likewise, and a class for what is not a number
	ColumnString            // each key, and a class for every other string
	ColumnHas               // lists of strings without the one key, and those with it
	ColumnTime              // like ColumnInt: the time of the call, never absent
)

// RefTime stands in the place of an attribute for the time of the call.
const RefTime = 1<<16 - 1

// Exact is the number of the bitmap of exact offers, AllOffers stands for one in
// which all bits are set.
const (
	Exact     = 0
	AllOffers = 1<<16 - 1
)

// Index is the index of an environment; the zero Index if it has none, which
// every reader has to be content with.
func (v *View) Index(env uint32) Index {
	block := v.indexBlock(env)
	x, _ := IndexOf(block, v.Environment(env).Offers().Count)
	return x
}

// indexBlock is the part of an environment in the section of indexes.
func (v *View) indexBlock(env uint32) []byte {
	s := v.sections[SecIndex]
	if len(s) == 0 {
		return nil
	}
	entry := s[int(env)*indexEntrySize : int(env)*indexEntrySize+indexEntrySize]
	first, count := int(u32(entry)), int(u32(entry[4:]))
	return s[first*8 : (first+count)*8]
}

// IndexOf reads the block of an index of so many offers; the zero Index and
// false if it is malformed.
func IndexOf(block []byte, offers uint32) (Index, bool) {
	if len(block) < indexHeadSize {
		return Index{}, len(block) == 0
	}
	x := Index{size: int(offers/64+(offers%64+63)/64) * 8}
	count, bitmaps := int(u16(block)), int(u32(block[4:]))
	if count > MaxColumns || bitmaps > AllOffers || bitmaps*x.size > len(block)-indexHeadSize {
		return Index{}, false
	}
	head := block[indexHeadSize : len(block)-bitmaps*x.size]
	x.bitmaps = block[len(block)-bitmaps*x.size:]
	for x.count < count {
		size := x.columns[x.count].read(head)
		if size == 0 {
			return Index{}, false
		}
		head = head[size:]
		x.count++
	}
	return x, len(head) < 8 && zeros(head) && u16(block[2:]) == 0
}

// zeros reports whether padding is what it should be.
func zeros(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}

// read reads a column and gives its size; 0 if it is malformed.
func (c *Column) read(b []byte) int {
	if len(b) < columnSize || b[3] > MaxKeys || b[2] == 0 || b[2] > ColumnTime {
		return 0
	}
	c.Ref, c.Kind, c.n = uint16(u16(b)), b[2], b[3]
	end := columnSize
	switch c.Kind {
	case ColumnString, ColumnHas:
		for range c.n {
			if end >= len(b) {
				return 0
			}
			end += 1 + int(b[end])
		}
	default:
		end += 8 * int(c.n)
	}
	size := end + 2*c.Classes()
	if size > len(b) || c.Kind == ColumnBool && c.n != 0 || c.Kind == ColumnHas && c.n != 1 {
		return 0
	}
	c.keys, c.maps = b[columnSize:end:end], b[end:size:size]
	return size
}

// Columns is how many columns there are, at most MaxColumns.
func (x *Index) Columns() int { return x.count }

// Column is one of them. They lie in the order of their refs.
func (x *Index) Column(i int) *Column { return &x.columns[i] }

// Bitmap has a bit for each offer, in words of 8 bytes.
func (x *Index) Bitmap(i int) []byte { return x.bitmaps[i*x.size : i*x.size+x.size] }

// Classes is how many classes there are, at most 64.
func (c *Column) Classes() int { return ClassesOf(c.Kind, int(c.n)) }

// ClassesOf is how many classes a column of a kind has with so many keys.
func ClassesOf(kind uint8, keys int) int {
	switch kind {
	case ColumnBool, ColumnHas:
		return 3
	case ColumnTime:
		return keys + 1
	case ColumnDouble:
		return keys + 3
	}
	return keys + 2
}

// Bitmap is the number of a class's bitmap, or AllOffers.
func (c *Column) Bitmap(class int) int { return int(u16(c.maps[2*class:])) }

// Absent is the class of an attribute without a value, the last one. The time
// has no such class.
func (c *Column) Absent() int {
	if c.Kind == ColumnTime {
		return c.Classes()
	}
	return c.Classes() - 1
}

// all is the set of all classes.
func (c *Column) all() uint64 { return ^uint64(0) >> (64 - c.Classes()) }

// absent is the set of the class of absent values.
func (c *Column) absent() uint64 { return 1 << c.Absent() & c.all() }

// int and double are a key of a column of numbers.
func (c *Column) int(i int) int64      { return i64(c.keys[8*i:]) }
func (c *Column) double(i int) float64 { return math.Float64frombits(u64(c.keys[8*i:])) }

// ColumnOf is the kind of column for a type of attribute, a catalog.Type; 0 if it
// has none.
func ColumnOf(typ uint8) uint8 {
	const scalars, texts = 4, 5
	switch {
	case typ <= scalars:
		return typ // bool, int, double, string
	case typ == texts:
		return ColumnHas
	}
	return 0
}
