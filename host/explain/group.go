package explain

import (
	"slices"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// group says what became of the offers of one group.
func (x *reading) group(i int) Group {
	g, env := &x.trace.Groups[i], x.env(i)
	out := Group{
		Slots: []int{}, Environment: x.name(env.Name()), Space: x.name(x.space(i).Name()), Target: map[string]any{},
		History: x.history(i), Eligible: eligible(g), Left: g.Left, Offers: []Offer{},
	}
	for j := range x.trace.Slots {
		if x.trace.Slots[j].Group == uint32(i) {
			out.Slots = append(out.Slots, j)
		}
	}
	for j := range min(env.Target().Count, uint32(len(g.Target))) {
		if raw := g.Target[j]; raw != nil {
			out.Target[x.name(x.view.Attribute(env.Target().Start+j).Name())] = value(raw)
		}
	}
	for j := range g.Offers {
		out.Offers = append(out.Offers, x.offer(i, &g.Offers[j]))
	}
	return out
}

// value is a msgpack value in Go's types.
func value(raw []byte) any {
	c := wire.NewCursor(raw)
	return decoded(&c)
}

func decoded(c *wire.Cursor) any {
	switch c.Kind() {
	case wire.Bool:
		return c.Bool()
	case wire.Int:
		return c.Int()
	case wire.Float:
		return finite(c.Float())
	case wire.Str:
		return string(c.Str())
	case wire.Array:
		list := []any{}
		for n := c.Array(); n > 0 && c.OK(); n-- {
			list = append(list, decoded(c))
		}
		return list
	case wire.Map:
		return "(too long to be told)"
	}
	return nil
}

// offer says what became of one offer of a group.
func (x *reading) offer(group int, t *abi.TraceOffer) Offer {
	o := x.view.Offer(t.Offer)
	r := reason{reading: x, group: group, trace: t, offer: o, space: x.trace.Slots[x.trace.Groups[group].Slot].Space}
	r.out = Offer{
		Code: x.name(o.Code()), Label: string(x.view.Text(o.Label())), Category: x.name(x.view.Category(o.Category()).Name()),
	}
	if f, ok := finite(t.Weight).(float64); ok {
		r.out.Weight = f
	}
	r.tell()
	return r.out
}

// shown are the slots of groups that show an offer by its rank.
func (x *reading) shown(code string, groups ...int) (out []int) {
	for i := range x.answer.Slots {
		a := &x.answer.Slots[i]
		if g := x.trace.Slots[i].Group; g != snapshot.None && slices.Contains(groups, int(g)) && string(a.Offer) == code && !a.Fallback {
			out = append(out, i)
		}
	}
	return out
}
