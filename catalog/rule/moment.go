package rule

import (
	"iter"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/traits"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/zone"
)

// part is a function that takes a part of a timestamp, or counts a duration.
type part struct {
	name  string
	part  byte
	unit  byte
	units bool // it is there for durations, too
}

var parts = [...]part{
	{name: overloads.TimeGetFullYear, part: snapshot.PartYear},
	{name: overloads.TimeGetMonth, part: snapshot.PartMonth},
	{name: overloads.TimeGetDate, part: snapshot.PartDate},
	{name: overloads.TimeGetDayOfMonth, part: snapshot.PartDayOfMonth},
	{name: overloads.TimeGetDayOfWeek, part: snapshot.PartDayOfWeek},
	{name: overloads.TimeGetDayOfYear, part: snapshot.PartDayOfYear},
	{name: overloads.TimeGetHours, part: snapshot.PartHours, unit: snapshot.UnitHours, units: true},
	{name: overloads.TimeGetMinutes, part: snapshot.PartMinutes, unit: snapshot.UnitMinutes, units: true},
	{name: overloads.TimeGetSeconds, part: snapshot.PartSeconds, unit: snapshot.UnitSeconds, units: true},
	{name: overloads.TimeGetMilliseconds, part: snapshot.PartMilliseconds, unit: snapshot.UnitMilliseconds, units: true},
}

func partOf(fn string) *part {
	for i := range parts {
		if parts[i].name == fn {
			return &parts[i]
		}
	}
	return nil
}

// moment lowers a part of a timestamp or duration.
func (l *lowering) moment(e ast.Expr, p *part) *node {
	call := e.AsCall()
	operand := l.value(call.Target())
	if operand == nil {
		return nil
	}
	n := &node{kind: kindUnary, op: snapshot.OpUnit, tail: []byte{p.unit}, args: []*node{operand}}
	if l.typeOf(call.Target()) == Instant {
		place, ok := l.clock(call.Args())
		if !ok {
			return nil
		}
		n.op, n.tail = snapshot.OpPart, append([]byte{p.part}, place...)
	}
	if !constants(operand) {
		return n
	}
	var zone []*node
	for _, arg := range call.Args() {
		zone = append(zone, l.value(arg))
	}
	receiver := operand.val.(traits.Receiver)
	if len(zone) > 0 {
		return folded(n, receiver.Receive(call.FunctionName(), "", values(zone)))
	}
	return folded(n, receiver.Receive(call.FunctionName(), "", nil))
}

// clock gives the operands of OpPart that say by which clock: none is UTC's.
func (l *lowering) clock(args []ast.Expr) ([]byte, bool) {
	if len(args) == 0 {
		return tail(append16(nil, 0), nil), true
	}
	n := l.value(args[0])
	if n == nil {
		return nil, false
	}
	name, ok := n.val.(types.String)
	if n.kind != kindConstant || !ok {
		l.survey.tell(args[0], l.start(args[0]), "the zone is not a fixed text", `write it out, as in "Europe/Paris"`)
		return nil, false
	}
	minutes, fixed := offset(string(name))
	switch {
	case fixed || name == "" || name == "UTC":
		return tail(append16(nil, uint16(minutes)), nil), true
	case name == "Local":
	default:
		if _, known := zone.Load(string(name)); known {
			return tail(append16(nil, 0), []byte(name)), true
		}
	}
	l.survey.tell(args[0], l.start(args[0]), "unknown zone "+strconv.Quote(string(name)),
		`zones are written as in "Europe/Paris" or "+02:00"`)
	return nil, false
}

// offset reads a distance from UTC as cel-go does: "2:30" and "-08:00".
func offset(s string) (minutes int16, ok bool) {
	before, after, found := strings.Cut(s, ":")
	hour, err := strconv.Atoi(before)
	minute, wrong := strconv.Atoi(after)
	if !found || err != nil || wrong != nil || hour < -23 || hour > 23 || minute < 0 || minute > 59 {
		return 0, false
	}
	if strings.HasPrefix(s, "-") {
		minute = -minute
	}
	return int16(hour*60 + minute), true
}

// span lowers a duration, which must be a constant.
func (l *lowering) span(e ast.Expr) *node {
	arg := e.AsCall().Args()[0]
	if l.typeOf(arg) == Span {
		return l.value(arg)
	}
	n := l.value(arg)
	if n == nil {
		return nil
	}
	if n.kind != kindConstant {
		l.survey.tell(arg, l.start(arg), "the duration is not a fixed text", `write it out, as in duration("36h")`)
		return nil
	}
	d, ok := n.val.ConvertToType(types.DurationType).(types.Duration)
	if !ok {
		l.survey.tell(arg, l.start(arg), "not a duration", `durations are written as in "36h" or "1h30m"`)
		return nil
	}
	if d.Duration%time.Microsecond != 0 {
		return l.fine(arg)
	}
	return &node{kind: kindConstant, val: d}
}

// fine refuses a constant that is finer than the machine's clock.
func (l *lowering) fine(arg ast.Expr) *node {
	l.survey.tell(arg, l.start(arg), "finer than a microsecond", "leave the last digits out")
	return nil
}

// instant lowers a timestamp, which must be a constant text or a number of
// seconds.
func (l *lowering) instant(e ast.Expr) *node {
	arg := e.AsCall().Args()[0]
	n := l.value(arg)
	switch t := l.typeOf(arg); {
	case n == nil || t == Instant:
		return n
	case t == Int:
		return convert(Int, Instant, n)
	case n.kind != kindConstant:
		l.survey.tell(arg, l.start(arg), "the timestamp is not a fixed text", `write it out, as in timestamp("2026-12-24T18:00:00Z")`)
		return nil
	}
	at, ok := n.val.ConvertToType(types.TimestampType).(types.Timestamp)
	switch {
	case !ok:
		l.survey.tell(arg, l.start(arg), "not a timestamp",
			`timestamps are written as in "2026-12-24T18:00:00Z" or "2026-12-24T18:00:00+01:00"`)
		return nil
	case at.Nanosecond()%1000 != 0:
		return l.fine(arg)
	}
	return &node{kind: kindConstant, val: at}
}

// Zones are the time zones that the program names, which a snapshot has to have.
func (p Program) Zones() iter.Seq[string] {
	return func(yield func(string) bool) { zones(p.Code, yield) }
}

func zones(code []byte, yield func(string) bool) bool {
	for len(code) > 0 {
		in, err := snapshot.Instruction(code)
		if err != nil {
			return false
		}
		switch {
		case in[0] == snapshot.OpLoop && !zones(in[4:], yield):
			return false
		case in[0] == snapshot.OpPart && len(in) > 6 && !yield(string(in[6:])):
			return false
		}
		code = code[len(in):]
	}
	return true
}
