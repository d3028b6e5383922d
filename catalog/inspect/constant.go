package inspect

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
)

func strs(b []byte) (out []string) {
	for len(b) > 0 {
		n := min(1+int(b[0]), len(b))
		out = append(out, quoted(b[1:n]))
		b = b[n:]
	}
	return out
}

func ints(b []byte) (out []string) {
	for ; len(b) >= 8; b = b[8:] {
		out = append(out, strconv.FormatInt(int64(binary.LittleEndian.Uint64(b)), 10))
	}
	return out
}

func (r *reading) constant(op byte) {
	switch op {
	case snapshot.OpFalse, snapshot.OpTrue:
		r.push(strconv.FormatBool(op == snapshot.OpTrue), bindName)
	case snapshot.OpInt:
		r.signed(strconv.FormatInt(int64(r.u64()), 10))
	case snapshot.OpUint:
		r.push(strconv.FormatUint(r.u64(), 10)+"u", bindName)
	case snapshot.OpDouble:
		r.signed(double(math.Float64frombits(r.u64())))
	case snapshot.OpString:
		r.push(quoted(r.sized()), bindName)
	case snapshot.OpList:
		c := wire.NewCursor(r.sized())
		r.push(constantList(&c), bindName)
	}
}

func (r *reading) signed(number string) {
	binds := bindName
	if strings.HasPrefix(number, "-") {
		binds = bindSign
	}
	r.push(number, binds)
}

func constantList(c *wire.Cursor) string {
	var out []string
	for n := c.Array(); n > 0 && c.OK(); n-- {
		out = append(out, scalar(c))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// scalar writes one value of a list or map.
func scalar(c *wire.Cursor) string {
	switch c.Kind() {
	case wire.Bool:
		return strconv.FormatBool(c.Bool())
	case wire.Int:
		return whole(c)
	case wire.Float:
		return double(c.Float())
	case wire.Str:
		return quoted(c.Str())
	}
	c.Fail()
	return ""
}

// whole writes an integer of either sign, of up to 64 bits.
func whole(c *wire.Cursor) string {
	signed := *c
	if v := signed.Int(); signed.OK() {
		*c = signed
		return strconv.FormatInt(v, 10)
	}
	return strconv.FormatUint(c.Uint(), 10) + "u"
}

// double writes a number that is no whole one, even if its value is.
func double(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "1.0 / 0.0"
	case math.IsInf(f, -1):
		return "-1.0 / 0.0"
	case math.IsNaN(f):
		return "0.0 / 0.0"
	}
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

func quoted(b []byte) string { return strconv.Quote(string(b)) }
