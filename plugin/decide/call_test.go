package decide_test

import (
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
)

// call is one call in plain values: what the engine gets as bytes and the
// reference as it stands here. Empty strings are absent.
type call struct {
	time                                  int64
	seed                                  uint64
	host, path, country, device, language string
	query                                 string
	headers                               [][2]string
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
	accepted     [2]string // environment and space of an offer that was accepted before the call
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
		query: g.query(), headers: g.headers(),
		data: g.data(), linked: g.chance(30), newVisit: g.chance(50), visitStart: g.instant() / 1000,
		refused: g.chance(15), targets: map[string]map[string]any{}, past: map[string][]past{},
	}
	if g.chance(60) && !q.refused {
		q.visitor = pick(g, "0123456789abcdef", "fedcba9876543210")
	}
	g.identity(q)
	for _, env := range []string{"visitors", "others", "known", "club"} {
		q.targets[env] = g.target()
		q.past[env] = g.history(q.time, c.Rules)
		if g.chance(6) {
			q.pausedOffers = append(q.pausedOffers, [2]string{env, pick(g, "o1", "o2", "x")})
		}
		if g.chance(3) {
			q.pausedSpaces = append(q.pausedSpaces, [2]string{env, pick(g, spaceNames...)})
		}
	}
	if g.chance(40) {
		q.accepted = [2]string{pick(g, "visitors", "others", "known", "club"), pick(g, spaceNames...)}
	}
	asks := 1 + g.n(7)
	if g.chance(2) {
		asks = 64
	}
	for range asks {
		q.asks = append(q.asks, g.ask(c))
	}
	return q
}

// query draws the query of an address, as people and programs write it.
func (g draw) query() string {
	var pairs []string
	for range pick(g, 0, 0, 1, 2, 3, 5) {
		name := pick(g, "a", "a", "%61", "A", "b+c", "b%20c", "b c", "z", "", "%", "%4", "%zz", "%C3%A9", "é")
		pairs = append(pairs, name+pick(g, "", "=", "=1", "=1", "=%31", "=x%2By", "=x+y", "=%", "=1%2", "=%g1=", "=a=b", "=%ff", "=%00", "=é", "="+strings.Repeat("%41", 4097), "="+strings.Repeat("1", 4096)))
	}
	return strings.Join(pairs, pick(g, "&", "&", "&", "&&", ";"))
}

func (g draw) headers() (out [][2]string) {
	for range pick(g, 0, 1, 2, 3) {
		out = append(out, [2]string{pick(g, "x-a", "x-b", "accept"), pick(g, "", "1", "x y", "\xff", "text/html", strings.Repeat("1", 4097))})
	}
	return out
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
	a := ask{space: pick(g, spaceNames...), n: pick(g, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 5, 100), held: abi.Held(g.n(3))}
	if g.chance(85) {
		e := c.Environments[g.n(len(c.Environments))]
		a.environment = e.Name.S
		if g.chance(80) {
			a.space = e.Spaces[g.n(len(e.Spaces))].Name.S
		}
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
		Device: bytesOf(q.device), Language: bytesOf(q.language), Query: []byte(q.query), Attributes: encode(q.data),
		Identity: decide.Identity{
			Given: q.key != "", Source: bytesOf(q.source), Key: bytesOf(q.key), Linked: q.linked, HasRecords: q.document,
		},
		Visitor: decide.Visitor{ID: bytesOf(q.visitor), New: q.newVisit, VisitStart: q.visitStart, Refused: q.refused},
	}
	for _, h := range q.headers {
		c.Headers = append(c.Headers, abi.Header{Name: []byte(h[0]), Value: []byte(h[1])})
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
