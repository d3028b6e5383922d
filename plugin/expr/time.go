package expr

import (
	"math"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
)

// The seconds since 1970 that CEL's timestamps can have, which are those of the
// years 1 to 9999.
const (
	minSecond = -62135596800
	maxSecond = 253402300799
)

const (
	micros  = 1_000_000 // of a second
	daySecs = 24 * 60 * 60
)

// shift makes a the value of a op b, of which one is a time and the other a
// time or a span, or both are spans.
func (v *Value) shift(op byte, b *Value) {
	x, y := int64(v.Bits), int64(b.Bits)
	add := op == snapshot.OpAdd
	ok := add || op == snapshot.OpSubtract
	switch {
	case v.Kind == Span && b.Kind == Span:
		x, ok = spanArithmetic(op, x, y, ok)
	case v.Kind == Instant && b.Kind == Span:
		if !add {
			ok = ok && y != math.MinInt64
			y = -y
		}
		x, ok = move(x, y, ok)
	case v.Kind == Span && b.Kind == Instant:
		v.Kind = Instant
		x, ok = move(y, x, add)
	case v.Kind == Instant && b.Kind == Instant:
		v.Kind = Span
		x, ok = between(x, y, ok && !add)
	default:
		ok = false
	}
	if v.Bits = uint64(x); !ok {
		v.fail()
	}
}

func spanArithmetic(op byte, a, b int64, ok bool) (int64, bool) {
	if !ok {
		return 0, false
	}
	return intArithmetic(op, a, b)
}

// move gives an instant that is a span later. Spans have whole microseconds:
// the compiler refuses others, and the difference of two instants is none.
func move(at, by int64, ok bool) (int64, bool) {
	at += by / 1000 // far from an overflow: 2.5e17 and 9.3e15
	return at, ok && at >= minSecond*micros && at < (maxSecond+1)*micros
}

// between gives the span from b to a. As in cel-go its whole seconds must fit
// alone, and so must the whole: the seconds are rounded down on either side.
func between(a, b int64, ok bool) (int64, bool) {
	const most = math.MaxInt64 / 1_000_000_000
	seconds := floor(a, micros) - floor(b, micros)
	if !ok || seconds > most || seconds < -most {
		return 0, false
	}
	rest := (mod(a, micros) - mod(b, micros)) * 1000
	return intArithmetic(snapshot.OpAdd, seconds*1_000_000_000, rest)
}

func floor(a, b int64) int64 { return (a - mod(a, b)) / b }

func mod(a, b int64) int64 { return (a%b + b) % b }

// unit makes of a span how many whole units it has.
func (v *Value) unit(unit byte) {
	if v.Kind != Span {
		v.fail()
		return
	}
	size := int64(1_000_000)
	switch unit {
	case snapshot.UnitHours:
		size = 3_600_000_000_000
	case snapshot.UnitMinutes:
		size = 60_000_000_000
	case snapshot.UnitSeconds:
		size = 1_000_000_000
	}
	v.Kind, v.Bits = Int, uint64(int64(v.Bits)/size)
}

// part makes of an instant a part of its date or time on the clock of a zone.
func (v *Value) part(part byte, minutes int16, zone []byte, s *Scope) {
	second := floor(int64(v.Bits), micros)
	offset, ok := int64(minutes)*60, v.Kind == Instant
	if ok && len(zone) > 0 {
		if ok = s.Zones != nil; ok {
			offset, ok = s.Zones.LocalOffset(zone, second)
		}
	}
	if !ok {
		v.fail()
		return
	}
	local := second + offset
	v.Kind = Int
	if part == snapshot.PartMilliseconds {
		v.Bits = uint64(mod(int64(v.Bits), micros) / 1000)
		return
	}
	v.Bits = uint64(partOf(part, floor(local, daySecs), mod(local, daySecs)))
}

// partOf is a part of a day, counted from 1970, and of a second of it.
func partOf(part byte, day, second int64) int64 {
	switch part {
	case snapshot.PartHours:
		return second / 3600
	case snapshot.PartMinutes:
		return second / 60 % 60
	case snapshot.PartSeconds:
		return second % 60
	case snapshot.PartDayOfWeek:
		return mod(day+4, 7) // 1970 began on a Thursday
	}
	year, month, date := wire.Civil(day)
	switch part {
	case snapshot.PartYear:
		return int64(year)
	case snapshot.PartMonth:
		return int64(month) - 1
	case snapshot.PartDate:
		return int64(date)
	case snapshot.PartDayOfMonth:
		return int64(date) - 1
	}
	return day - wire.Days(year, 1, 1)
}
