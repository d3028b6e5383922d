package compile

import (
	"math"
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// offersOf compiles the filters, weights, attributes and content of an
// environment's offers.
func (l *linker) offersOf(env *environment) {
	for _, o := range env.offers {
		o.filter = l.filter(env, o.src.Filter, rule.RoleOffer)
		l.weights(env, o)
		o.attributes = l.attributes(env, o)
		l.content(env, o)
		o.bound = bound(o)
	}
}

func (l *linker) weights(env *environment, o *offer) {
	if o.src.Weights == nil {
		l.defaultWeight(o)
		return
	}
	o.told = true
	for i := range o.src.Weights {
		w := l.weight(env, o, &o.src.Weights[i])
		o.weights = append(o.weights, w)
		o.told = o.told && w.program == none && w.value <= 0
	}
}

func (l *linker) weight(env *environment, o *offer, src *catalog.Weight) weight {
	w := weight{value: src.Value, program: none, from: start(src.From), to: end(src.To)}
	if src.Expr.S != "" {
		if id, ok := l.expression(env, src.Expr, rule.Number, rule.RoleWeight); ok {
			w.program = id
			l.constantWeight(o, src, id)
		}
	} else if src.Value <= 0 {
		l.warn(src.Pos, "weight-not-positive", "write a number above 0", "weight %v never makes offer %q eligible", src.Value, o.src.Code.S)
	}
	if src.Space.S != "" {
		if w.space = env.findSpace(src.Space.S); w.space == nil {
			l.unknownSpace(src.Space, env)
		}
	}
	w.filter = l.filter(env, src.Filter, rule.RoleWeight)
	return w
}

func (l *linker) defaultWeight(o *offer) {
	if d := l.src.DefaultWeight; d != nil {
		o.weights = []weight{{value: d.F, program: none, from: snapshot.Never, to: snapshot.Forever, filter: none}}
		return
	}
	o.told = true
	if l.gap(o.src.Pos, "weights") {
		return
	}
	l.warn(o.src.Code.Pos, "no-weight", "write weights, or default_weight for the catalog", "offer %q has no weight, so it is never eligible", o.src.Code.S)
}

// bound is the greatest final weight that an offer can have: its greatest
// weight times the greatest product of its categories' multipliers.
func bound(o *offer) float64 {
	top := 0.0
	for i := range o.weights {
		w := &o.weights[i]
		if w.program != none {
			return math.Inf(1)
		}
		top = max(top, w.value)
	}
	return top * o.category.factor
}

// attributes encodes an offer's attributes in the order of the environment's.
func (l *linker) attributes(env *environment, o *offer) [][]byte {
	out := make([][]byte, len(env.offerAttrs))
	for _, v := range o.src.Attributes {
		i := indexOf(env.offerAttrs, v.Name.S)
		if i < 0 {
			if !env.lost["offer_attributes"] {
				l.unknownAttribute(v.Name, env.offerAttrs)
			}
			continue
		}
		out[i] = encodeValue(&v.Value)
	}
	for i := range out {
		if out[i] == nil && env.offerAttrs[i].Default != nil {
			out[i] = encodeValue(env.offerAttrs[i].Default)
		}
	}
	return out
}

// content compiles what an offer shows on each space, spaces by name.
func (l *linker) content(env *environment, o *offer) {
	for i := range o.src.Content {
		src := &o.src.Content[i]
		s := env.findSpace(src.Space.S)
		if s == nil {
			l.unknownSpace(src.Space, env)
			continue
		}
		o.contents = append(o.contents, content{space: s, fields: l.defaultFields(env, o, s, src)})
	}
	if len(o.src.Content) == 0 && !l.gap(o.src.Pos, "content") {
		l.warn(o.src.Code.Pos, "no-content", "write content for a space", "offer %q has content for no space, so it is never shown", o.src.Code.S)
	}
	l.translations(env, o)
}

// defaultFields compiles the content of a space in the catalog's own language,
// which has to have what the space requires. A field that a misspelt one seems
// to be is not called missing.
func (l *linker) defaultFields(env *environment, o *offer, s *space, src *catalog.Content) []fieldValue {
	out := l.contentFields(env, s, src)
	if l.gap(src.Space.Pos, "content") {
		return out
	}
	names := namesOf(s.fields, func(m markupField) string { return m.name })
	for i := range out {
		name := s.fields[i].name
		if !s.fields[i].required || out[i].present || slices.ContainsFunc(src.Fields, func(f catalog.ContentField) bool {
			return f.Name.S != name && catalog.Nearest(f.Name.S, names) == name && !slices.Contains(names, f.Name.S)
		}) {
			continue
		}
		l.error(src.Space.Pos, "missing-content", "write "+name+": … below it", "offer %q has no %q for space %q, which requires it", o.src.Code.S, name, s.src.Name.S)
	}
	return out
}

func (l *linker) contentFields(env *environment, s *space, src *catalog.Content) []fieldValue {
	fields := s.fields
	l.charge(src.Space.Pos, 16*len(fields))
	out := make([]fieldValue, len(fields))
	lost := l.gap(s.src.Pos, "fields")
	for _, f := range src.Fields {
		i := slices.IndexFunc(fields, func(m markupField) bool { return m.name == f.Name.S })
		if i < 0 && lost {
			continue
		}
		if i < 0 {
			names := namesOf(fields, func(m markupField) string { return m.name })
			l.unknown(f.Name, "unknown-field", "field", names)
			continue
		}
		raw, html := markupValue(f.Value, fields[i], l.markupExpr(env), l.report)
		out[i] = fieldValue{present: true, raw: raw, html: html}
	}
	return out
}
