package inspect

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
)

var partNames = [...]string{
	snapshot.PartYear: "getFullYear", snapshot.PartMonth: "getMonth", snapshot.PartDate: "getDate",
	snapshot.PartDayOfMonth: "getDayOfMonth", snapshot.PartDayOfWeek: "getDayOfWeek", snapshot.PartDayOfYear: "getDayOfYear",
	snapshot.PartHours: "getHours", snapshot.PartMinutes: "getMinutes", snapshot.PartSeconds: "getSeconds",
	snapshot.PartMilliseconds: "getMilliseconds",
}

var unitNames = [...]string{
	snapshot.UnitHours: "getHours", snapshot.UnitMinutes: "getMinutes", snapshot.UnitSeconds: "getSeconds",
	snapshot.UnitMilliseconds: "getMilliseconds",
}

var typeNames = [...]string{
	snapshot.TypeBool: "bool", snapshot.TypeInt: "int", snapshot.TypeUint: "uint", snapshot.TypeDouble: "double",
	snapshot.TypeString: "string", snapshot.TypeInstant: "timestamp", snapshot.TypeSpan: "duration",
}

var loopNames = [...]string{
	snapshot.LoopAll: "all", snapshot.LoopExists: "exists", snapshot.LoopOne: "exists_one",
	snapshot.LoopFilter: "filter", snapshot.LoopMap: "map",
}

// word is a name of a table; a code that it lacks is bad.
func (r *reading) word(names []string) string {
	code := int(r.u8())
	if code >= len(names) {
		r.bad = true
		return ""
	}
	return names[code]
}

// rare reads the instructions of catalog/snapshot/opcode.go.
func (r *reading) rare(op byte) {
	switch op {
	case snapshot.OpInstant:
		at := time.UnixMicro(int64(r.u64())).UTC()
		r.push("timestamp("+strconv.Quote(at.Format(time.RFC3339Nano))+")", bindName)
	case snapshot.OpSpan:
		r.push("duration("+strconv.Quote(time.Duration(r.u64()).String())+")", bindName)
	case snapshot.OpHas:
		ref := r.u16()
		if table, key, ok := r.parameter(ref - int(snapshot.Ref(snapshot.RootBuiltin, 0))); ok {
			r.name(ref) // which notes it
			r.push(key+" in "+table, bindRelation)
			return
		}
		r.push("has("+r.name(ref)+")", bindName)
	case snapshot.OpElement:
		r.push(element(int(r.u8())), bindName)
	case snapshot.OpPart:
		r.part()
	case snapshot.OpUnit:
		r.push(r.pop().in(bindName)+"."+r.word(unitNames[:])+"()", bindName)
	case snapshot.OpConvert:
		r.u8() // from what, the operand says
		r.push(r.word(typeNames[:])+"("+r.pop().text+")", bindName)
	case snapshot.OpIndex:
		i, list := r.pop(), r.pop()
		r.push(list.in(bindName)+"["+i.text+"]", bindName)
	case snapshot.OpLookup:
		key := r.pop()
		c := wire.NewCursor(r.sized())
		r.push(constantMap(&c)+"["+key.text+"]", bindName)
	case snapshot.OpLoop:
		r.loop()
	default:
		r.bad = true
	}
}

// element is the name of a loop's variable, by how many loops are around it.
func element(level int) string {
	if level < 3 {
		return string("xyz"[level])
	}
	return "x" + strconv.Itoa(level)
}

func (r *reading) part() {
	name := r.word(partNames[:])
	minutes, zone := int(int16(r.u16())), string(r.sized())
	switch {
	case zone != "":
		zone = strconv.Quote(zone)
	case minutes < 0:
		zone = fmt.Sprintf(`"-%02d:%02d"`, -minutes/60, -minutes%60)
	case minutes > 0:
		zone = fmt.Sprintf(`"+%02d:%02d"`, minutes/60, minutes%60)
	}
	r.push(r.pop().in(bindName)+"."+name+"("+zone+")", bindName)
}

// loop reads a macro with its body.
func (r *reading) loop() {
	name := r.word(loopNames[:])
	end := r.u16() + r.at
	list := r.pop()
	variable := element(r.loops)
	r.loops++
	r.run(min(end, len(r.code)))
	r.loops--
	r.push(list.in(bindName)+"."+name+"("+variable+", "+r.pop().text+")", bindName)
}

func constantMap(c *wire.Cursor) string {
	var entries []string
	for n := c.Array() / 2; n > 0 && c.OK(); n-- {
		entries = append(entries, scalar(c)+": "+scalar(c))
	}
	return "{" + strings.Join(entries, ", ") + "}"
}
