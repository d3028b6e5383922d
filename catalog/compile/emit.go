package compile

import (
	"crypto/sha256"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
)

const none = snapshot.None

// emitter writes the sections of a linked catalog.
type emitter struct {
	names    *names
	programs *programs
	sections [snapshot.NumSections]section
	texts    map[string]snapshot.Span
	values   map[string]snapshot.Span
}

func emit(l *linked, n *names, p *programs) []byte {
	e := &emitter{names: n, programs: p, texts: map[string]snapshot.Span{}, values: map[string]snapshot.Span{}}
	for i := range e.sections {
		e.sections[i].size = snapshot.RecordSize(i)
	}
	e.nameSections()
	e.catalog(l)
	e.sites(l)
	for _, env := range l.envs {
		e.spaces(env)
		e.categories(env)
		e.offers(env)
		e.environment(env)
	}
	e.programSections()
	e.transitions(l)
	return e.frame()
}

func (e *emitter) sec(id int) *section { return &e.sections[id] }

func (e *emitter) nameSections() {
	index, names := e.sec(snapshot.SecNameIndex), e.sec(snapshot.SecNames)
	for _, s := range e.names.all {
		index.record().u32(0, uint32(len(names.b)))
		names.b = append(names.b, s...)
	}
	index.record().u32(0, uint32(len(names.b)))
}

func (e *emitter) catalog(l *linked) {
	r := e.sec(snapshot.SecCatalog).record()
	r.u32(0, e.names.id(l.src.Name.S))
	r.u32(4, e.names.id(l.src.Zone.S))
	r.u32(8, e.names.id(l.src.Language.S))
	var flags, exact uint32
	if l.src.Sites != nil {
		flags |= snapshot.CatalogSites
	}
	if l.src.Consent.Assumed {
		flags |= snapshot.CatalogConsentAssumed
	}
	for _, s := range l.sites {
		if s.kind == snapshot.SiteExact {
			exact++
		}
	}
	r.u32(12, flags)
	r.u32(16, exact)
}

func (e *emitter) sites(l *linked) {
	for _, s := range l.sites {
		r := e.sec(snapshot.SecSites).record()
		r.u32(0, e.names.id(s.name))
		r.u8(4, s.kind)
		r.u32(8, s.env.index)
	}
}

func (e *emitter) environment(env *environment) {
	target := e.attributes(env.target)
	calls := e.attributes(env.attributes)
	offers := e.attributes(env.offerAttrs)
	firstPage := e.sec(snapshot.SecPages).count()
	for i := range env.pages {
		e.page(&env.pages[i])
	}
	r := e.sec(snapshot.SecEnvironments).record()
	folder := ""
	section := env.src.Name.S
	if env.src.Kind == catalog.Anonymous {
		folder = env.src.VisitorFolder.S
		section = folder
	}
	r.u32(0, e.names.id(env.src.Name.S))
	r.u8(4, uint8(env.src.Kind))
	r.u8(5, uint8(env.src.Ties))
	r.u32(8, e.names.id(folder))
	r.u32(12, e.names.id(env.src.People.S))
	r.u32(16, env.filter)
	r.pair(20, firstIndex(env.spaces, func(s *space) uint32 { return s.index }), uint32(len(env.spaces)))
	r.pair(28, firstIndex(env.categories, func(c *category) uint32 { return c.index }), uint32(len(env.categories)))
	r.pair(36, firstIndex(env.offers, func(o *offer) uint32 { return o.index }), uint32(len(env.offers)))
	r.pair(44, firstPage, uint32(len(env.pages)))
	r.pair(52, target, uint32(len(env.target)))
	r.pair(60, calls, uint32(len(env.attributes)))
	r.pair(68, offers, uint32(len(env.offerAttrs)))
	r.u32(76, uint32(env.exactPages))
	r.u32(80, snapshot.Hash32([]byte(section)))
}

func firstIndex[T any](list []T, index func(T) uint32) uint32 {
	if len(list) == 0 {
		return 0
	}
	return index(list[0])
}

func (e *emitter) attributes(list []catalog.Attribute) (first uint32) {
	s := e.sec(snapshot.SecAttributes)
	first = s.count()
	for i := range list {
		a := &list[i]
		def := snapshot.Span{Start: none}
		if a.Default != nil {
			def = e.value(encodeValue(a.Default))
		}
		r := s.record()
		r.u32(0, e.names.id(a.Name.S))
		r.u8(4, uint8(a.Type))
		r.pair(8, def.Start, def.Length)
		r.u32(16, snapshot.Hash32([]byte(a.Name.S)))
	}
	return first
}

func (e *emitter) page(p *page) {
	slots := e.sec(snapshot.SecPageSlots)
	first := slots.count()
	for _, s := range p.slots {
		slots.record().pair(0, s.space.index, uint32(s.n))
	}
	r := e.sec(snapshot.SecPages).record()
	r.u32(0, e.names.id(p.match))
	r.u32(4, uint32(p.prefix))
	r.pair(8, first, uint32(len(p.slots)))
}

func (e *emitter) spaces(env *environment) {
	for _, s := range env.spaces {
		fields := e.sec(snapshot.SecFields).count()
		for _, f := range s.src.Fields {
			r := e.sec(snapshot.SecFields).record()
			r.u32(0, e.names.id(f.Name.S))
			r.u8(4, uint8(f.Type))
			r.flag(5, f.Required)
		}
		cats := e.list(indexes(s.categories))
		themes := e.list(e.nameIDs(s.themes))
		writes := e.writes(s.writes)
		acceptance := e.writes(s.acceptance)
		live := e.liveMap(env, s)
		html := snapshot.Span{Start: none}
		if s.html != nil {
			html = e.text(s.html)
		}
		r := e.sec(snapshot.SecSpaces).record()
		r.u32(0, e.names.id(s.src.Name.S))
		r.u32(4, e.names.id(s.src.Channel.S))
		r.u32(8, env.index)
		r.u32(12, spaceFlags(s))
		r.u32(16, none)
		if s.linked != nil {
			r.u32(16, s.linked.index)
		}
		r.pair(20, fields, uint32(len(s.src.Fields)))
		r.pair(28, html.Start, html.Length)
		r.pair(36, cats, uint32(len(s.categories)))
		r.pair(44, themes, uint32(len(s.themes)))
		r.pair(52, writes, uint32(len(s.writes)))
		r.pair(60, acceptance, uint32(len(s.acceptance)))
		r.u8(68, uint8(s.src.Store.OnProposed))
		r.u8(69, uint8(s.src.Store.OnAccepted))
		r.u32(72, none)
		if s.fallback != nil {
			r.u32(72, s.fallback.index)
		}
		r.u32(76, live)
	}
}

func spaceFlags(s *space) (flags uint32) {
	if s.src.Identification.Implicit {
		flags |= snapshot.SpaceImplicit
	}
	if s.linked != nil {
		flags |= snapshot.SpaceFallback
	}
	if s.src.AllowDuplicates {
		flags |= snapshot.SpaceAllowDuplicates
	}
	if s.src.Store.Propositions {
		flags |= snapshot.SpaceStorePropositions
	}
	return flags
}

// liveMap writes the bitmap of the offers that are live on a space.
func (e *emitter) liveMap(env *environment, s *space) (first uint32) {
	sec := e.sec(snapshot.SecBitmaps)
	first = sec.count()
	words := make([]uint64, (len(env.offers)+63)/64)
	for i, o := range env.offers {
		if o.live && o.shows(s) {
			words[i/64] |= 1 << (i % 64)
		}
	}
	for _, w := range words {
		sec.record().u64(0, w)
	}
	return first
}

func (o *offer) shows(s *space) bool {
	for i := range o.contents {
		if o.contents[i].space == s {
			return true
		}
	}
	return false
}

func (e *emitter) writes(list []write) (first uint32) {
	s := e.sec(snapshot.SecWrites)
	first = s.count()
	for _, w := range list {
		s.record().pair(0, uint32(w.attribute), w.program)
	}
	return first
}

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
		contents := e.contents(o)
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
		r.pair(56, contents, uint32(len(o.contents)))
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

func (e *emitter) contents(o *offer) (first uint32) {
	first = e.sec(snapshot.SecContents).count()
	for i := range o.contents {
		c := &o.contents[i]
		r := e.sec(snapshot.SecContents).record()
		r.u32(0, c.space.index)
		r.pair(4, e.sec(snapshot.SecContentFields).count(), uint32(len(c.fields)))
		for j := range c.fields {
			e.contentField(&c.fields[j])
		}
	}
	return first
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

func u32Bytes(list []uint32) []byte {
	b := make([]byte, 4*len(list))
	for i, v := range list {
		record(b).u32(4*i, v)
	}
	return b
}

func (e *emitter) list(values []uint32) (first uint32) {
	s := e.sec(snapshot.SecLists)
	first = s.count()
	s.b = append(s.b, u32Bytes(values)...)
	return first
}

func (e *emitter) nameIDs(list []string) []uint32 {
	ids := make([]uint32, len(list))
	for i, s := range list {
		ids[i] = e.names.id(s)
	}
	return ids
}

func indexes(list []*category) []uint32 {
	ids := make([]uint32, len(list))
	for i, c := range list {
		ids[i] = c.index
	}
	return ids
}

// text and value keep equal bytes once.
func (e *emitter) text(b []byte) snapshot.Span {
	return blob(e.sec(snapshot.SecText), e.texts, b)
}

func (e *emitter) value(b []byte) snapshot.Span {
	return blob(e.sec(snapshot.SecValues), e.values, b)
}

func blob(s *section, seen map[string]snapshot.Span, b []byte) snapshot.Span {
	if at, ok := seen[string(b)]; ok {
		return at
	}
	at := snapshot.Span{Start: uint32(len(s.b)), Length: uint32(len(b))}
	s.b = append(s.b, b...)
	seen[string(b)] = at
	return at
}

func (e *emitter) programSections() {
	code := e.sec(snapshot.SecCode)
	for _, p := range e.programs.all {
		e.sec(snapshot.SecPrograms).record().pair(0, uint32(len(code.b)), uint32(len(p.Code)))
		e.sec(snapshot.SecProgramUses).record().u32(0, uint32(p.Uses))
		code.b = append(code.b, p.Code...)
	}
}

// frame puts the sections into one msgpack array behind magic, format, hash
// and table. Every section lies in a bin of its own, padded so that the next
// starts on a multiple of 8; the head's encodings are of fixed length, so the
// first does too.
func (e *emitter) frame() []byte {
	var ids []int
	for id := 1; id < snapshot.NumSections; id++ {
		if len(e.sections[id].b) > 0 {
			ids = append(ids, id)
		}
	}
	n := 4 + len(ids)
	b := []byte{0xdc, byte(n >> 8), byte(n)}
	b = wire.AppendStr(b, snapshot.Magic)
	b = wire.AppendUint(b, snapshot.Format)
	b = wire.AppendBin(b, make([]byte, snapshot.HashSize))
	hashed := len(b)
	b = appendBin32(b, make([]byte, snapshot.TableEntry*len(ids)))
	table := len(b) - snapshot.TableEntry*len(ids)
	for i, id := range ids {
		s := e.sections[id].b
		entry := record(b[table+snapshot.TableEntry*i:])
		entry.u32(0, uint32(id))
		entry.u32(4, uint32(len(b)+5))
		entry.u32(8, uint32(len(s)))
		for (len(b)+5+len(s)+5)%8 != 0 {
			s = append(s, 0)
		}
		b = appendBin32(b, s)
	}
	sum := sha256.Sum256(b[hashed:])
	copy(b[hashed-snapshot.HashSize:], sum[:])
	return b
}

// appendBin32 writes a bin whose length takes four bytes, however short it is.
func appendBin32(b, s []byte) []byte {
	b = append(b, 0xc6)
	b = append(b, byte(len(s)>>24), byte(len(s)>>16), byte(len(s)>>8), byte(len(s)))
	return append(b, s...)
}
