package decide_test

import (
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
)

// call is one call in plain values: what the engine gets as bytes and the
// reference as it stands here. Empty strings are absent.
type call struct {
	time                                  int64
	seed                                  uint64
	host, path, country, device, language string
	data                                  []datum
	asks                                  []ask

	key, source  string // handed over by a trusted caller
	linked       bool   // the cookie links to a person
	document     bool   // the caller is the source of every environment
	persons      []person
	visitor      string // 16 bytes
	visitStart   int64
	newVisit     bool
	refused      bool
	targets      map[string]map[string]any // by environment and attribute
	past         map[string][]past         // by environment
	pausedOffers [][2]string               // environment and code
	pausedSpaces [][2]string
}

type datum struct {
	name  string
	value any // string, int64, float64, bool or []string
}

type ask struct {
	space, environment string
	n                  int
	categories, themes []string
	data               []datum
	held               abi.Held
}

type person struct{ source, key string }

func (g draw) call(c *catalog.Catalog) *call {
	q := &call{
		time: g.moment(), seed: uint64(g.n(5)),
		host: pick(g, hosts...), path: pick(g, "/", "/a"), country: pick(g, "", "FR", "DE"),
		device: pick(g, "", "phone"), language: pick(g, "", "fr"),
		data: g.data(), linked: g.chance(30), newVisit: g.chance(50), visitStart: g.instant() / 1000,
		refused: g.chance(15), targets: map[string]map[string]any{}, past: map[string][]past{},
	}
	if g.chance(60) && !q.refused {
		q.visitor = pick(g, "0123456789abcdef", "fedcba9876543210")
	}
	g.identity(q)
	for _, env := range []string{"visitors", "others", "known", "club"} {
		q.targets[env] = g.target()
		q.past[env] = g.history(q.time)
		if g.chance(3) {
			q.pausedOffers = append(q.pausedOffers, [2]string{env, pick(g, "o1", "o2", "x")})
		}
		if g.chance(2) {
			q.pausedSpaces = append(q.pausedSpaces, [2]string{env, pick(g, spaceNames...)})
		}
	}
	for range 1 + g.n(7) {
		q.asks = append(q.asks, g.ask(c))
	}
	return q
}

func (g draw) identity(q *call) {
	if g.chance(50) {
		q.key, q.source = pick(g, "k1", "k2"), pick(g, "", "main", "other")
	}
	if q.document = g.chance(25); q.document {
		if g.chance(60) {
			q.persons = []person{{"", pick(g, "k1", "k2", "k3")}}
		}
		return
	}
	if g.chance(50) {
		q.persons = []person{{"main", pick(g, "k1", "k2", "k3")}}
	}
}

func (g draw) target() map[string]any {
	out := map[string]any{}
	for name, values := range map[string][]any{
		"visits": {int64(0), int64(1), int64(2), int64(5)}, "country": {"FR", "DE", ""}, "score": {1.5, 0.5, 2.0},
		"vip": {true, false}, "tags": {[]string{}, []string{"a"}, []string{"b", "a"}},
	} {
		if v := pick(g, values...); !g.chance(15) {
			out[name] = v
		}
	}
	return out
}

func (g draw) data() (out []datum) {
	if g.chance(60) {
		out = append(out, datum{"basket", pick[any](g, 1.5, 2.0, 20.0, int64(3), "text")})
	}
	if g.chance(40) {
		out = append(out, datum{"coupon", pick[any](g, "X", "Y", int64(1))})
	}
	if g.chance(10) {
		out = append(out, datum{"other", true})
	}
	return out
}

func (g draw) ask(c *catalog.Catalog) ask {
	a := ask{space: pick(g, spaceNames...), n: pick(g, 1, 1, 1, 2, 2, 3, 5), held: abi.Held(g.n(3))}
	if g.chance(85) {
		a.environment = c.Environments[g.n(len(c.Environments))].Name.S
	} else if g.chance(10) {
		a.environment = "nowhere"
	}
	if g.chance(20) {
		a.categories = some(g, 30, slices.Concat(categoryNames, []string{"none", "t0"}))
	}
	if g.chance(15) {
		a.themes = some(g, 40, slices.Concat(themeNames, []string{"none", "c0"}))
	}
	if g.chance(20) {
		a.data = g.data()
	}
	return a
}

// bytesOf is a string's bytes, nil for an absent one.
func bytesOf(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}

func encode(list []datum) (out []abi.Attribute) {
	for _, d := range list {
		out = append(out, abi.Attribute{Name: []byte(d.name), Value: encodeValue(d.value)})
	}
	return out
}

func encodeValue(v any) []byte {
	switch v := v.(type) {
	case bool:
		return wire.AppendBool(nil, v)
	case int64:
		return wire.AppendInt(nil, v)
	case float64:
		return wire.AppendFloat(nil, v)
	case string:
		return wire.AppendStr(nil, v)
	case []string:
		b := wire.AppendArray(nil, len(v))
		for _, s := range v {
			b = wire.AppendStr(b, s)
		}
		return b
	}
	return nil
}

func encodeList(names []string) (out [][]byte) {
	for _, s := range names {
		out = append(out, []byte(s))
	}
	return out
}

// engineCall is the call as the engine takes it.
func (q *call) engineCall() *decide.Call {
	c := &decide.Call{
		Time: q.time, Seed: q.seed, Host: bytesOf(q.host), Path: bytesOf(q.path), Country: bytesOf(q.country),
		Device: bytesOf(q.device), Language: bytesOf(q.language), Attributes: encode(q.data),
		Identity: decide.Identity{
			Given: q.key != "", Source: bytesOf(q.source), Key: bytesOf(q.key), Linked: q.linked, HasRecords: q.document,
		},
		Visitor: decide.Visitor{ID: bytesOf(q.visitor), New: q.newVisit, VisitStart: q.visitStart, Refused: q.refused},
	}
	for _, p := range q.persons {
		c.Identity.Records = append(c.Identity.Records, decide.Person{Source: bytesOf(p.source), Key: []byte(p.key)})
	}
	for i := range q.asks {
		a := &q.asks[i]
		c.Slots = append(c.Slots, abi.Slot{
			Space: []byte(a.space), N: a.n, Environment: bytesOf(a.environment),
			Categories: encodeList(a.categories), Themes: encodeList(a.themes), Attributes: encode(a.data), Held: a.held,
		})
	}
	return c
}

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
