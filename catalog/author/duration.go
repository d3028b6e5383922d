package author

import (
	"strconv"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

// maxDays bounds a duration: a hundred years are more than anybody keeps, and
// in milliseconds far from the end of 64 bits.
const maxDays = 36_500

const durationHint = "write days, hours and minutes, such as 15d, 2d6h or 90m"

// units of a duration in minutes, in the order in which they are written.
var units = []struct {
	letter  byte
	minutes int64
}{{'d', 24 * 60}, {'h', 60}, {'m', 1}}

// duration reads a length of time: days, hours and minutes, each once and in
// this order.
func (r *reader) duration(v val) catalog.Duration {
	if !v.ok() {
		return catalog.Duration{}
	}
	if v.n.Kind == yaml.Scalar && v.n.Style == yaml.Plain && isNumber(v.n.Text) {
		r.error(v.pos(), "bad-duration", clip(v.n.Text)+" has no unit", "write "+clip(v.n.Text)+"d for days; h is hours and m minutes")
		return catalog.Duration{}
	}
	if !r.scalar(v, "a duration", durationHint) {
		return catalog.Duration{}
	}
	minutes, ok := parseDuration(v.n.Text)
	switch {
	case !ok:
		r.error(v.pos(), "bad-duration", quote(v.n.Text)+" is not a duration", durationHint)
	case minutes == 0:
		r.error(v.pos(), "bad-duration", "a duration is longer than nothing", "")
	case minutes > maxDays*24*60:
		r.error(v.pos(), "bad-duration", "a duration has at most "+strconv.Itoa(maxDays)+" days", "")
	default:
		return catalog.Duration{Pos: v.pos(), MS: minutes * 60_000}
	}
	return catalog.Duration{}
}

// parseDuration gives a duration in minutes. Numbers have at most nine digits.
func parseDuration(s string) (minutes int64, ok bool) {
	for _, unit := range units {
		n := 0
		for n < len(s) && n < 9 && isDigit(s[n]) {
			n++
		}
		if n == 0 || n == len(s) || s[n] != unit.letter {
			continue
		}
		count, _ := strconv.ParseInt(s[:n], 10, 64)
		minutes += count * unit.minutes
		s, ok = s[n+1:], true
	}
	return minutes, ok && s == ""
}
