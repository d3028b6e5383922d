package snapshot

import (
	"bytes"
	"math"

	"github.com/profferhq/proffer/catalog/wire"
)

// ClassOfInt is the class of an integer, or of a time.
func (c *Column) ClassOfInt(n int64) int {
	lo, hi := 0, len(c.keys)/8
	for lo < hi {
		mid := (lo + hi) / 2
		if i64(c.keys[8*mid:8*mid+8]) <= n {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// ClassOfDouble is the class of a double.
func (c *Column) ClassOfDouble(f float64) int {
	if f != f {
		return int(c.n) + 1
	}
	lo, hi := 0, len(c.keys)/8
	for lo < hi {
		mid := (lo + hi) / 2
		if c.double(mid) <= f {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// ClassOfString is the class of a string: the place of its key, or the number of
// keys. There are too few for a search by halves to be faster.
func (c *Column) ClassOfString(s []byte) int {
	class, n := 0, len(s)
	for keys := c.keys; len(keys) > 0; class++ {
		end := 1 + int(keys[0])
		// Most keys differ in the first byte or the last: a call takes longer.
		if end == 1+n && (n == 0 || keys[1] == s[0] && keys[n] == s[n-1] && (n <= 2 || bytes.Equal(keys[1:end], s))) {
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
