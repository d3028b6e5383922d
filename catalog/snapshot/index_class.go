package snapshot

import (
	"bytes"
	"math"

	"github.com/profferhq/proffer/catalog/wire"
)

// ClassOfInt is the class of an integer, or of a time.
func (c *Column) ClassOfInt(n int64) int {
	class := 0
	for keys := c.keys; len(keys) >= 8 && i64(keys) <= n; keys = keys[8:] {
		class++
	}
	return class
}

// ClassOfDouble is the class of a double.
func (c *Column) ClassOfDouble(f float64) int {
	if f != f {
		return int(c.n) + 1
	}
	class := 0
	for keys := c.keys; len(keys) >= 8 && math.Float64frombits(u64(keys)) <= f; keys = keys[8:] {
		class++
	}
	return class
}

// ClassOfString is the class of a string: the place of its key, or the number of
// keys. There are too few for a search by halves to be faster.
func (c *Column) ClassOfString(s []byte) int {
	class := 0
	for keys := c.keys; len(keys) > 0; class++ {
		end := 1 + int(keys[0])
		if end == 1+len(s) && bytes.Equal(keys[1:end], s) {
			break
		}
		keys = keys[end:]
	}
	return class
}

// ClassOfList is the class of a list, a MessagePack array; false if it is not
// one of strings alone.
func (c *Column) ClassOfList(list []byte) (class int, ok bool) {
	cursor := wire.NewCursor(list)
	for n := cursor.Array(); n > 0 && cursor.OK(); n-- {
		if bytes.Equal(cursor.Str(), c.keys[1:]) {
			class = 1
		}
	}
	return class, cursor.Done()
}

// string is a key of a column of strings.
func (c *Column) string(i int) []byte {
	keys := c.keys
	for ; i > 0; i-- {
		keys = keys[1+int(keys[0]):]
	}
	return keys[1 : 1+int(keys[0])]
}

// ordered reports whether the keys of a column of numbers ascend and none of
// its classes is empty.
func (c *Column) ordered() bool {
	for i := range len(c.keys) / 8 {
		switch {
		case c.Kind == ColumnDouble && i == 0:
			if !(c.double(0) > math.Inf(-1)) {
				return false
			}
		case c.Kind == ColumnDouble:
			if !(c.double(i-1) < c.double(i)) {
				return false
			}
		case i == 0 && c.int(0) == math.MinInt64, i > 0 && c.int(i-1) >= c.int(i):
			return false
		}
	}
	return true
}
