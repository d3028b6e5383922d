package decide_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
	"github.com/profferhq/proffer/plugin/seal"
)

type failer interface{ Fatalf(string, ...any) }

// index counts what a snapshot's index knows, and checks every bit of it.
func (n tally) index(t failer, v *snapshot.View) {
	if err := v.VerifyIndex(); err != nil {
		t.Fatalf("%v", err)
	}
	for e := range v.Count(snapshot.SecEnvironments) {
		n["environments"]++
		x := v.Index(e)
		n["columns"] += x.Columns()
		offers := v.Environment(e).Offers()
		for rank := range offers.Count {
			if v.Offer(offers.Start+rank).Filter() == snapshot.None {
				continue
			}
			n["filtered"]++
			if x.Columns() > 0 && bit(x.Bitmap(snapshot.Exact), int(rank)) {
				n["exact"]++
			}
		}
	}
}

func bit(bitmap []byte, rank int) bool { return bitmap[rank/8]>>(rank%8)&1 == 1 }

// withoutIndex is a snapshot without the section of indexes.
func withoutIndex(t failer, v *snapshot.View) []byte {
	b := v.Bytes()
	var ids []int
	for id := 1; id < snapshot.NumSections; id++ {
		if id != snapshot.SecIndex && len(v.Section(id)) > 0 {
			ids = append(ids, id)
		}
	}
	start := bytes.Index(b, v.Hash()) + snapshot.HashSize
	out := bytes.Clone(b[:start])
	binary.BigEndian.PutUint16(out[1:], uint16(4+len(ids)))
	table := snapshot.TableEntry * len(ids)
	bin := func(n int) { out = binary.BigEndian.AppendUint32(append(out, 0xc6), uint32(n)) }
	bin(table)
	at := len(out)
	out = append(out, make([]byte, table)...)
	for i, id := range ids {
		s := v.Section(id)
		entry := out[at+i*snapshot.TableEntry:]
		binary.LittleEndian.PutUint32(entry, uint32(id))
		binary.LittleEndian.PutUint32(entry[4:], uint32(len(out)+5))
		binary.LittleEndian.PutUint32(entry[8:], uint32(len(s)))
		pad := -(len(out) + 5 + len(s) + 5) & 7
		bin(len(s) + pad)
		out = append(append(out, s...), make([]byte, pad)...)
	}
	sum := seal.Sum256(out[start:])
	copy(out[start-snapshot.HashSize:], sum[:])
	if len(out) >= len(b) && v.Count(snapshot.SecIndex) > 0 {
		t.Fatalf("%d bytes without an index, %d with it", len(out), len(b))
	}
	return out
}

// values are those that a target's attribute is tried with: around the constants
// of the drawn filters, and the ends of the types.
var values = map[catalog.Type][]expr.Value{
	catalog.TypeBool: {{}, expr.FromBool(false), expr.FromBool(true)},
	catalog.TypeInt: {
		{}, expr.FromInt(math.MinInt64), expr.FromInt(-1), expr.FromInt(0), expr.FromInt(1), expr.FromInt(2), expr.FromInt(3),
		expr.FromInt(4), expr.FromInt(5), expr.FromInt(6), expr.FromInt(7), expr.FromInt(1<<53 - 1), expr.FromInt(1 << 53),
		expr.FromInt(1<<53 + 1), expr.FromInt(math.MaxInt64),
	},
	catalog.TypeDouble: {
		{}, expr.FromDouble(math.Inf(-1)), expr.FromDouble(-1), expr.FromDouble(math.Copysign(0, -1)), expr.FromDouble(0),
		expr.FromDouble(0.5), expr.FromDouble(math.Nextafter(0.5, 1)), expr.FromDouble(1), expr.FromDouble(1.5),
		expr.FromDouble(math.Nextafter(1.5, 2)), expr.FromDouble(2), expr.FromDouble(2.5), expr.FromDouble(3), expr.FromDouble(20),
		expr.FromDouble(1 << 53), expr.FromDouble(1 << 63), expr.FromDouble(math.Inf(1)), expr.FromDouble(math.NaN()),
	},
	catalog.TypeString: {
		{}, text(""), text("FR"), text("DE"), text("AT"), text("F"), text("E"), text("X"), text("ZZ"),
	},
	catalog.TypeStringList: {
		{}, list(), list("a"), list("b"), list("a", "b"), list("c"), list("a", "a", "c"),
	},
}

func text(s string) expr.Value    { return expr.FromString([]byte(s)) }
func list(s ...string) expr.Value { return expr.FromList(encodeValue(append([]string{}, s...))) }

func (g draw) number() string {
	return pick(g, "0", "1", "2", "5", "9007199254740993", "9223372036854775807")
}

func (g draw) float() string {
	return pick(g, "0.0", "-0.0", "0.5", "1.5", "2.0", "9007199254740992.0", "1e300", "-1e300")
}

func (g draw) order() string    { return pick(g, "<", "<=", ">", ">=") }
func (g draw) relation() string { return pick(g, "==", "!=", g.order()) }

// atom draws a test of one attribute.
func (g draw) atom() string {
	switch g.n(10) {
	case 0:
		return "target.visits " + pick(g, g.relation()+" "+g.number(), g.order()+" "+g.float())
	case 1:
		return "target.visits in [" + strings.Join([]string{g.number(), g.number(), g.number()}, ", ") + "]"
	case 2:
		return "target.score " + pick(g, g.relation()+" "+g.float(), g.order()+" "+g.number())
	case 3:
		return "target.score in [" + g.float() + ", " + g.float() + "]"
	case 4:
		return "target.country " + g.relation() + " " + pick(g, `"FR"`, `"DE"`, `""`, `"E"`)
	case 5:
		return "target.country in [" + strings.Join(some(g, 50, []string{`"FR"`, `"DE"`, `"AT"`, `""`, `"E"`}), ", ") + "]"
	case 6:
		return `target.country.startsWith(` + pick(g, `"F"`, `""`, `"DE"`) + `)`
	case 7:
		return "target.vip"
	case 8:
		return "target.vip " + pick(g, "==", "!=") + " " + pick(g, "true", "false")
	}
	return pick(g, `"a"`, `"b"`, `"d"`) + " in target.tags"
}

// condition draws an expression of atoms.
func (g draw) condition(depth int) string {
	if depth == 0 || g.chance(20) {
		return g.atom()
	}
	switch g.n(8) {
	case 0:
		return "!(" + g.condition(depth-1) + ")"
	case 1, 2:
		return "(" + g.condition(depth-1) + ") || (" + g.condition(depth-1) + ")"
	case 3:
		return "(" + g.atom() + ") ? (" + g.condition(depth-1) + ") : (" + g.condition(depth-1) + ")"
	case 4:
		return "10 / target.visits > 1 && (" + g.condition(depth-1) + ")"
	}
	return "(" + g.condition(depth-1) + ") && (" + g.condition(depth-1) + ")"
}

// TestTheIndexAgreesWithTheMachine draws filters and values, and takes the bits
// of the values' classes together: where one is missing the filter is not true,
// and where all are set and the offer is exact it is.
func TestTheIndexAgreesWithTheMachine(t *testing.T) {
	t.Parallel()
	seen := tally{}
	rapid.Check(t, func(t *rapid.T) {
		g := draw{t: t}
		v := open(t, g.oneEnvironment())
		seen.index(t, v)
		x := v.Index(0)
		env := v.Environment(0)
		var m expr.Machine
		var s expr.Scope
		for range 30 {
			s.Target = s.Target[:0]
			for i := range env.Target().Count {
				s.Target = append(s.Target, pick(g, values[catalog.Type(v.Attribute(env.Target().Start+i).Type())]...))
			}
			m.Reset(1 << 20)
			for rank := range env.Offers().Count {
				o := v.Offer(env.Offers().Start + rank)
				holds := m.Holds(v.Program(o.Filter()), &s)
				fits := fits(&x, &s, int(rank))
				exact := x.Columns() > 0 && bit(x.Bitmap(snapshot.Exact), int(rank))
				if holds && !fits || fits && exact && !holds {
					t.Fatalf("%s with %v: true is %v, the index says %v, exactly: %v", v.Name(o.Code()), s.Target, holds, fits, exact)
				}
				seen["asked"]++
				if !holds && !fits {
					seen["spared"]++
				}
				if !holds {
					seen["not true"]++
				}
			}
		}
	})
	t.Logf("%v", seen)
	if seen["spared"] < seen["not true"]/3 || seen["exact"] < seen["filtered"]/4 {
		t.Errorf("of %d filters that do not hold the index spares %d; it tells %d of %d whole",
			seen["not true"], seen["spared"], seen["exact"], seen["filtered"])
	}
}

// oneEnvironment is a catalog with one environment, whose offers have drawn
// filters and their source as code.
func (g draw) oneEnvironment() *catalog.Catalog {
	c := &catalog.Category{Name: catalog.Text{S: "c"}, Enabled: true}
	codes := map[string]bool{}
	for range 1 + g.n(24) {
		src := g.condition(g.n(4))
		if codes[src] {
			continue
		}
		codes[src] = true
		c.Offers = append(c.Offers, &catalog.Offer{
			Code: catalog.Text{S: src}, Enabled: true, Approved: true,
			Filter: catalog.Filter{{Expr: catalog.Text{S: src}}},
		})
	}
	return &catalog.Catalog{Name: catalog.Text{S: "one"}, Environments: []*catalog.Environment{{
		Name: catalog.Text{S: "e"}, Kind: catalog.Anonymous, VisitorFolder: catalog.Text{S: "e"}, Target: targetSchema,
		Categories: []*catalog.Category{c},
	}}}
}

// fits takes the bits of an offer together.
func fits(x *snapshot.Index, s *expr.Scope, rank int) bool {
	for i := range x.Columns() {
		c := x.Column(i)
		if b := c.Bitmap(classOf(c, s.At(c.Ref))); b != snapshot.AllOffers && !bit(x.Bitmap(b), rank) {
			return false
		}
	}
	return true
}

func classOf(c *snapshot.Column, v *expr.Value) int {
	switch v.Kind {
	case expr.Bool:
		return int(v.Bits)
	case expr.Int:
		return c.ClassOfInt(int64(v.Bits))
	case expr.Double:
		return c.ClassOfDouble(math.Float64frombits(v.Bits))
	case expr.String:
		return c.ClassOfString(v.Bytes)
	case expr.List:
		class, _ := c.ClassOfList(v.Bytes)
		return class
	}
	return c.Absent()
}

// TestValuesOfAnyType gives attributes values of types that they do not have,
// errors, and lists of anything: with and without an index the answers are alike.
func TestValuesOfAnyType(t *testing.T) {
	t.Parallel()
	odd := []expr.Value{
		{}, {Kind: expr.Error}, expr.FromBool(true), expr.FromInt(2), {Kind: expr.Uint, Bits: 2}, expr.FromDouble(1.5),
		text("FR"), list("a"), expr.FromList([]byte{0x92, 0x01, 0xa1, 'a'}), expr.FromList([]byte{0x92, 0xa1, 'a'}), expr.FromList(nil),
		expr.FromList(wire.AppendStr(wire.AppendArray(nil, 1), "b")),
	}
	rapid.Check(t, func(t *rapid.T) {
		g := draw{t: t}
		c := g.catalog()
		v := open(t, c)
		engines := [2]*decide.Engine{decide.New(v), decide.New(view(t, withoutIndex(t, v)))}
		for range 10 {
			q := g.call(c).engineCall()
			target := make([]expr.Value, len(targetSchema))
			for i := range target {
				target[i] = pick(g, odd...)
			}
			var got [2][]decide.Result
			for i, e := range engines {
				e.Resolve(q)
				for _, env := range e.Reached() {
					copy(e.Target(env), target)
				}
				e.Decide()
				got[i] = append(got[i], e.Results()...)
			}
			for i := range got[0] {
				if got[0][i] != got[1][i] {
					t.Fatalf("slot %d with %v: with an index %+v, without %+v\n%s", i, target, got[0][i], got[1][i], dump(c))
				}
			}
		}
	})
}
