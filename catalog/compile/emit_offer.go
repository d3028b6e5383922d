package compile

import "github.com/profferhq/proffer/catalog/snapshot"

func (e *emitter) categories(env *environment) {
	for _, c := range env.categories {
		themes := e.list(e.nameIDs(c.themes))
		path := e.list(e.nameIDs(c.path))
		cats := e.value(encodeStrings(c.path))
		themeValues := e.value(encodeStrings(c.themes))
		r := e.sec(snapshot.SecCategories).record()
		r.u32(0, e.names.id(c.src.Name.S))
		r.u32(4, none)
		if c.parent != nil {
			r.u32(4, c.parent.index)
		}
		r.u32(8, c.end)
		r.u32(12, categoryFlags(c))
		m := &c.src.Multiplier
		r.f64(16, multiplier(m))
		r.i64(24, start(m.From))
		r.i64(32, end(m.To))
		r.u32(40, c.filter)
		r.pair(44, themes, uint32(len(c.themes)))
		r.pair(52, path, uint32(len(c.path)))
		r.pair(60, cats.Start, cats.Length)
		r.pair(68, themeValues.Start, themeValues.Length)
	}
	for _, c := range byName(env.categories) {
		e.sec(snapshot.SecCategoryIndex).record().u32(0, c.index)
	}
}

func categoryFlags(c *category) (flags uint32) {
	if c.src.AlwaysInclude {
		flags |= snapshot.CategoryAlwaysInclude
	}
	if c.readsOffer {
		flags |= snapshot.CategoryOfferFilter
	}
	return flags
}

func (e *emitter) offers(env *environment) {
	for _, o := range env.offers {
		weights := e.sec(snapshot.SecWeights).count()
		for i := range o.weights {
			e.weight(&o.weights[i])
		}
		contents, shown := e.contents(o)
		attributes := e.sec(snapshot.SecOfferAttributes).count()
		for _, v := range o.attributes {
			s := snapshot.Span{Start: none}
			if v != nil {
				s = e.value(v)
			}
			e.sec(snapshot.SecOfferAttributes).record().pair(0, s.Start, s.Length)
		}
		label := snapshot.Span{Start: none}
		if o.src.Label.S != "" {
			label = e.text([]byte(o.src.Label.S))
		}
		r := e.sec(snapshot.SecOffers).record()
		code := []byte(o.src.Code.S)
		r.u32(0, e.names.id(o.src.Code.S))
		r.u32(4, o.category.index)
		if o.live {
			r.u32(8, snapshot.OfferLive)
		}
		r.u32(12, o.filter)
		r.i64(16, o.from)
		r.i64(24, o.to)
		r.f64(32, o.bound)
		r.u64(40, snapshot.Hash64(code))
		r.pair(48, weights, uint32(len(o.weights)))
		r.pair(56, contents, shown)
		r.u32(64, attributes)
		r.pair(68, label.Start, label.Length)
		r.u32(76, snapshot.Hash32(code))
	}
}

func (e *emitter) weight(w *weight) {
	r := e.sec(snapshot.SecWeights).record()
	r.f64(0, w.value)
	r.i64(8, w.from)
	r.i64(16, w.to)
	r.u32(24, w.program)
	r.u32(28, w.filter)
	r.u32(32, none)
	if w.space != nil {
		r.u32(32, w.space.index)
	}
}

// contents writes what an offer shows on each space, by default and then in
// each other language.
func (e *emitter) contents(o *offer) (first, count uint32) {
	first = e.sec(snapshot.SecContents).count()
	for i := range o.contents {
		c := &o.contents[i]
		e.content(c.space, "", c.fields)
		for _, t := range c.translations {
			e.content(c.space, t.language, t.fields)
		}
	}
	return first, e.sec(snapshot.SecContents).count() - first
}

func (e *emitter) content(s *space, language string, fields []fieldValue) {
	r := e.sec(snapshot.SecContents).record()
	r.u32(0, s.index)
	r.pair(4, e.sec(snapshot.SecContentFields).count(), uint32(len(fields)))
	r.u32(12, e.names.id(language))
	for i := range fields {
		e.contentField(&fields[i])
	}
}

func (e *emitter) contentField(f *fieldValue) {
	raw, html := snapshot.Span{Start: none}, snapshot.Span{Start: none}
	if f.present {
		raw, html = e.text(f.raw), e.text(f.html)
	}
	r := e.sec(snapshot.SecContentFields).record()
	r.pair(0, raw.Start, raw.Length)
	r.pair(8, html.Start, html.Length)
}
