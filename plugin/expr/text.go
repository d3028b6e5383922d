package expr

import (
	"math"
	"strconv"
)

// AppendText appends the text form of v, which is that of CEL's string(): a
// string as it is, integers in decimal, a bool as true or false, a double in the
// fewest digits that give it back ("2.5", "1e+06", "NaN", "+Inf"). Lists and
// errors have none: they leave dst alone and give false.
func AppendText(dst []byte, v Value) ([]byte, bool) {
	switch v.Kind {
	case String:
		return append(dst, v.Bytes...), true
	case Int:
		return strconv.AppendInt(dst, int64(v.Bits), 10), true
	case Uint:
		return strconv.AppendUint(dst, v.Bits, 10), true
	case Double:
		return strconv.AppendFloat(dst, math.Float64frombits(v.Bits), 'g', -1, 64), true
	case Bool:
		return strconv.AppendBool(dst, v.Bits != 0), true
	}
	return dst, false
}
