package decide_test

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"reflect"
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/profferhq/proffer/catalog"
)

// lot is the hash that divides ids: of version, name, a zero byte and id.
func (r *reference) lot(name string, version int64) (lot uint64, ok bool) {
	id := r.q.visitor
	if id == "" {
		id = r.q.key
	}
	h := fnv.New64a()
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(version)))
	h.Write([]byte(name + "\x00" + id))
	return finalize(h.Sum64()), id != "" && !r.q.refused
}

// arm is the one whose exponentially distributed number, divided by its share,
// is the least: with the logarithm of package math.
func (r *reference) arm(x *catalog.Experiment) string {
	lot, ok := r.lot(x.Name.S, x.Version)
	if !ok {
		return ""
	}
	best, least := "", math.Inf(1)
	for _, a := range x.Arms {
		h := fnv.New64a()
		h.Write([]byte(a.Name.S))
		drawn := float64(finalize(lot^finalize(h.Sum64()))) / (1 << 64)
		if cost := -math.Log(drawn) / float64(a.Weight); cost < least {
			best, least = a.Name.S, cost
		}
	}
	return best
}

func (r *reference) heldOut() bool {
	if r.c.Holdout == nil {
		return false
	}
	lot, ok := r.lot(r.c.Holdout.Name.S, r.c.Holdout.Version)
	return ok && float64(lot)/(1<<64) < r.c.Holdout.Percent/100
}

// chronicle is the value of the name history in cel-go: what a target was shown.
type chronicle struct {
	now    int64
	past   []past
	offers *flat
}

var chronicleType = cel.OpaqueType("history")

// list are the propositions of a code, or of a category's own offers, with a
// status if that is not negative.
func (c *chronicle) list(code, category string, status int) (out []past) {
	for _, p := range c.past {
		o := c.offers.offer(p.code)
		is := p.code == code
		if category != "" {
			is = o != nil && o.own().Name.S == category
		}
		if is && (status < 0 || p.status == catalog.Status(status)) {
			out = append(out, p)
		}
	}
	return out
}

func (c *chronicle) age(list []past) time.Duration {
	if len(list) == 0 {
		return 100 * 365 * 24 * time.Hour
	}
	last := slices.MaxFunc(list, func(a, b past) int { return int(a.first - b.first) }).first
	return time.Duration(c.now-min(last, c.now)) * time.Millisecond
}

// chronicleFunctions are history.* as methods of the name.
func chronicleFunctions() (options []cel.EnvOption) {
	method := func(name string, out *cel.Type, of func(c *chronicle, code, category string) ref.Val) {
		for _, in := range []string{"", "_in"} {
			options = append(options, cel.Function(name+in, cel.MemberOverload("history_"+name+in, []*cel.Type{chronicleType, cel.StringType}, out,
				cel.BinaryBinding(func(h, key ref.Val) ref.Val {
					if in == "" {
						return of(h.(*chronicle), string(key.(types.String)), "")
					}
					return of(h.(*chronicle), "", string(key.(types.String)))
				}))))
		}
	}
	for name, status := range map[string]int{"count": -1, "accepted": int(catalog.Accepted), "rejected": int(catalog.Rejected)} {
		method(name, cel.IntType, func(c *chronicle, code, category string) ref.Val {
			return types.Int(len(c.list(code, category, status)))
		})
	}
	method("age", cel.DurationType, func(c *chronicle, code, category string) ref.Val {
		return types.Duration{Duration: c.age(c.list(code, category, -1))}
	})
	return options
}

// What cel-go wants of a value.
func (c *chronicle) ConvertToNative(reflect.Type) (any, error) { return c, nil }
func (c *chronicle) ConvertToType(ref.Type) ref.Val            { return c }
func (c *chronicle) Equal(other ref.Val) ref.Val               { return types.Bool(c == other) }
func (c *chronicle) Type() ref.Type                            { return chronicleType }
func (c *chronicle) Value() any                                { return c }
