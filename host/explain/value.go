package explain

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/profferhq/proffer/catalog/inspect"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
)

// values says what the names of an expression stand for, as far as the request,
// the trace and the snapshot tell.
func (r *reason) values(refs []uint16) string {
	var out []string
	for _, ref := range refs {
		raw, known := r.valueOf(ref)
		switch name := inspect.Name(r.view, r.envIndex(r.group), ref); {
		case !known:
		case raw == nil:
			out = append(out, name+" has no value")
		default:
			out = append(out, name+" is "+text(raw))
		}
	}
	return strings.Join(out, ", ")
}

// valueOf is what a ref stands for, nil for nothing; known is false for what
// cannot be told.
func (r *reason) valueOf(ref uint16) (raw []byte, known bool) {
	index := uint32(ref & snapshot.MaxRefIndex)
	switch env := r.env(r.group); snapshot.Root(ref >> 14) {
	case snapshot.RootTarget:
		if target := r.reading.trace.Groups[r.group].Target; index < uint32(len(target)) {
			return target[index], true
		}
		return nil, false
	case snapshot.RootInteraction:
		return r.callData(r.view.Attribute(env.Attributes().Start + index)), true
	case snapshot.RootOffer:
		return r.view.OfferAttribute(r.offer.Attributes() + index), true
	}
	return r.builtin(index)
}

// callData is the value of declared call data: the slot's own, else the call's.
// One of another type than the declared is missing.
func (r *reason) callData(declared *snapshot.Attribute) (raw []byte) {
	lists := [][]abi.Attribute{r.request.Attributes}
	if s := r.asked(r.reading.trace.Groups[r.group].Slot); s != nil {
		lists = append(lists, s.Attributes)
	}
	for _, list := range lists {
		for i := range list {
			if string(list[i].Name) == r.name(declared.Name()) {
				raw = list[i].Value
			}
		}
	}
	if decide.Value(raw, declared.Type()).Kind == expr.Missing {
		return nil
	}
	return raw
}

// builtin is the value of a name that every environment has.
func (r *reason) builtin(index uint32) ([]byte, bool) {
	sp := r.view.Space(r.space)
	str := func(s []byte) ([]byte, bool) { return wire.AppendStrBytes(nil, s), true }
	if i := index - snapshot.BuiltinParameter; i < snapshot.MaxParameters {
		return r.sent(i)
	}
	switch index {
	case snapshot.BuiltinMode:
		return str([]byte(r.answer.Slots[r.reading.trace.Groups[r.group].Slot].Mode.String()))
	case snapshot.BuiltinSpace:
		return str(r.view.Name(sp.Name()))
	case snapshot.BuiltinChannel:
		return str(r.view.Name(sp.Channel()))
	case snapshot.BuiltinEnvironment:
		return str(r.view.Name(r.env(r.group).Name()))
	case snapshot.BuiltinHost:
		return str(r.request.Host)
	case snapshot.BuiltinPath:
		return str(r.request.Path)
	case snapshot.BuiltinCode:
		return str(r.view.Name(r.offer.Code()))
	case snapshot.BuiltinCategory:
		return str([]byte(r.out.Category))
	case snapshot.BuiltinNewVisit:
		return wire.AppendBool(nil, r.reading.trace.Flags&abi.TraceNewVisit != 0), true
	case snapshot.BuiltinLanguage:
		if r.request.Language != nil {
			return str(r.request.Language)
		}
	case snapshot.BuiltinThemes:
		_, themes := r.view.Category(r.offer.Category()).Lists()
		return r.view.Value(themes), true
	case snapshot.BuiltinCategories:
		categories, _ := r.view.Category(r.offer.Category()).Lists()
		return r.view.Value(categories), true
	}
	return nil, false
}

// sent is the value of a query parameter or a header.
func (r *reason) sent(i uint32) ([]byte, bool) {
	values := make([]expr.Value, r.view.Count(snapshot.SecParameters))
	decide.Sent(r.view, r.request.Query, r.request.Headers, values, nil)
	if values[i].Kind == expr.Missing {
		return nil, true
	}
	return wire.AppendStrBytes(nil, values[i].Bytes), true
}

// text is a msgpack value as an expression would write it.
func text(raw []byte) string {
	v := value(raw)
	if f, ok := v.(float64); ok {
		return number(f)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error() // a value of the rule language has a JSON form
	}
	return string(b)
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// list is names with commas.
func list(names []string) string { return strings.Join(names, ", ") }

func texts(names [][]byte) (out []string) {
	for _, n := range names {
		out = append(out, fmt.Sprintf("%q", n))
	}
	return out
}
