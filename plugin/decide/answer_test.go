package decide_test

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
)

// outcome is what became of a slot, in names.
type outcome struct {
	environment, space, offer string
	mode                      abi.Identification
	rank                      int
	weight                    float64
	fallback                  bool
	proposition               int
}

// answer is the whole outcome of a call.
type answer struct {
	slots        []outcome
	propositions []proposition
	stored       map[string]map[string]any // by environment and attribute
	written      int
	holdout      bool
	excluded     int // offers that rules excluded; the reference counts them
}

type proposition struct {
	environment, space, offer string
	rank                      int
	fallback                  bool
	held                      abi.Held
}

// run runs a call through an engine.
func (q *call) run(e *decide.Engine) answer {
	v := e.View()
	e.Resume()
	for _, p := range q.pausedOffers {
		e.PauseOffer([]byte(p[0]), []byte(p[1]))
	}
	for _, p := range q.pausedSpaces {
		e.PauseSpace([]byte(p[0]), []byte(p[1]))
	}
	e.Resolve(q.engineCall())
	for _, i := range e.Reached() {
		q.fill(v, i, e.Target(i))
		for _, p := range q.past[string(v.Name(v.Environment(i).Name()))] {
			e.AddPast(i, &decide.Past{
				Offer: snapshot.Hash32([]byte(p.code)), Channel: decide.ChannelHash([]byte(p.channel)),
				Status: p.status, First: p.first, Last: p.last,
			})
		}
	}
	for _, i := range e.Reached() {
		if string(v.Name(v.Environment(i).Name())) == q.accepted[0] {
			e.Accept(i, snapshot.Hash32([]byte(q.accepted[1])))
		}
	}
	e.Decide()
	out := answer{written: e.Store(), holdout: e.HeldOut(), stored: map[string]map[string]any{}}
	for _, r := range e.Results() {
		out.slots = append(out.slots, name(v, &r))
	}
	for _, p := range e.Propositions() {
		o := name(v, &p.Result)
		out.propositions = append(out.propositions, proposition{o.environment, o.space, o.offer, o.rank, o.fallback, p.Held})
	}
	for _, i := range e.Reached() {
		env := v.Environment(i)
		values := map[string]any{}
		for j, value := range e.Stored(i) {
			if g := goValue(value); g != nil {
				values[string(v.Name(v.Attribute(env.Target().Start+uint32(j)).Name()))] = g
			}
		}
		out.stored[string(v.Name(env.Name()))] = values
	}
	return out
}

func (q *call) fill(v *snapshot.View, env uint32, target []expr.Value) {
	e := v.Environment(env)
	values := q.targets[string(v.Name(e.Name()))]
	for i := range target {
		a := v.Attribute(e.Target().Start + uint32(i))
		target[i] = decide.Value(encodeValue(values[string(v.Name(a.Name()))]), a.Type())
	}
}

func name(v *snapshot.View, r *decide.Result) outcome {
	out := outcome{mode: r.Mode, rank: r.Rank, weight: r.Weight, fallback: r.Fallback, proposition: r.Proposition}
	if r.Environment != snapshot.None {
		out.environment = string(v.Name(v.Environment(r.Environment).Name()))
	}
	if r.Space != snapshot.None {
		out.space = string(v.Name(v.Space(r.Space).Name()))
	}
	if r.Offer != snapshot.None {
		out.offer = string(v.Name(v.Offer(r.Offer).Code()))
	}
	return out
}

// goValue is a value of the machine in Go's types, nil for a missing one.
func goValue(v expr.Value) any {
	switch v.Kind {
	case expr.Bool:
		return v.Bits == 1
	case expr.Int:
		return int64(v.Bits)
	case expr.Double:
		f, _ := expr.Number(v)
		return f
	case expr.String:
		return string(v.Bytes)
	case expr.List:
		c := wire.NewCursor(v.Bytes)
		out := []string{}
		for n := c.Array(); n > 0; n-- {
			out = append(out, string(c.Str()))
		}
		return out
	}
	return nil
}

// typed is a value as a declared type; nil if it is of another.
func typed(v any, typ catalog.Type) any {
	switch v := v.(type) {
	case int64:
		switch typ {
		case catalog.TypeInt:
			return v
		case catalog.TypeDouble:
			return float64(v)
		}
	case float64:
		if typ == catalog.TypeDouble {
			return v
		}
	case string:
		if typ == catalog.TypeString {
			return v
		}
	case bool:
		if typ == catalog.TypeBool {
			return v
		}
	case []string:
		if typ == catalog.TypeStringList {
			return v
		}
	}
	return nil
}
