package compile

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
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
	e.experiments(l)
	e.sent(l)
	e.jsonSlots(l)
	e.programSections()
	e.transitions(l)
	e.zones()
	e.indexes(l)
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
	if l.src.Consent.Source == catalog.ConsentAssumed {
		flags |= snapshot.CatalogConsentAssumed
	}
	for _, s := range l.sites {
		if s.kind == snapshot.SiteExact {
			exact++
		}
	}
	r.u32(12, flags)
	r.u32(16, exact)
	r.u32(20, e.consent(&l.src.Consent))
}

// consent writes where consent is read from; none if that is not configured.
func (e *emitter) consent(c *catalog.Consent) uint32 {
	if c == nil || c.Source == catalog.ConsentUnset {
		return none
	}
	s := e.sec(snapshot.SecConsents)
	index := s.count()
	r := s.record()
	r.u8(0, uint8(c.Source))
	r.flag(1, c.GPC != nil && !c.GPC.On)
	r.u32(4, e.names.id(c.Name.S))
	r.u32(8, e.names.id(c.Value.S))
	var purposes uint32
	for _, p := range c.Purposes {
		purposes |= 1 << (p - 1)
	}
	r.u32(12, purposes)
	return index
}

func (e *emitter) sites(l *linked) {
	for _, s := range l.sites {
		r := e.sec(snapshot.SecSites).record()
		r.u32(0, e.names.id(s.name))
		r.u8(4, s.kind)
		r.u32(8, s.env.index)
		r.u32(12, e.consent(s.consent))
	}
}

func (e *emitter) jsonSlots(l *linked) {
	for i := range l.json {
		s := &l.json[i]
		r := e.sec(snapshot.SecJSONSlots).record()
		r.u32(0, e.names.id(s.page))
		r.u32(4, uint32(s.prefix))
		r.u32(8, e.names.id(s.path))
		r.u32(12, e.names.id(s.space))
		r.u32(16, uint32(s.n))
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
	rules := e.rules(env)
	var index uint32
	flags := environmentFlags(env) | e.readsHistory(env)
	if len(env.typology) > 0 || flags&snapshot.EnvironmentReadsHistory != 0 {
		index = e.list(byHash(env.offers))
	}
	r := e.sec(snapshot.SecEnvironments).record()
	r.u32(0, e.names.id(env.src.Name.S))
	r.u8(4, uint8(env.src.Kind))
	r.u8(5, uint8(env.src.Ties))
	r.flag(6, env.src.HistoryStore.On)
	r.u8(7, flags)
	r.u32(8, e.names.id(env.folder))
	r.u32(12, e.names.id(env.people))
	r.u32(16, env.filter)
	r.pair(20, firstIndex(env.spaces, func(s *space) uint32 { return s.index }), uint32(len(env.spaces)))
	r.pair(28, firstIndex(env.categories, func(c *category) uint32 { return c.index }), uint32(len(env.categories)))
	r.pair(36, firstIndex(env.offers, func(o *offer) uint32 { return o.index }), uint32(len(env.offers)))
	r.pair(44, firstPage, uint32(len(env.pages)))
	r.pair(52, target, uint32(len(env.target)))
	r.pair(60, calls, uint32(len(env.attributes)))
	r.pair(68, offers, uint32(len(env.offerAttrs)))
	r.u32(76, uint32(env.exactPages))
	r.u32(80, snapshot.Hash32([]byte(env.section())))
	r.u32(116, index)
	r.pair(120, rules, uint32(len(env.typology)))
}

func environmentFlags(env *environment) (flags uint8) {
	if env.src.ShareFolder.On && env.src.Kind == catalog.Anonymous {
		flags |= snapshot.EnvironmentSharesFolder
	}
	if env.src.MergeHistory.On && env.src.Kind == catalog.Identified {
		flags |= snapshot.EnvironmentMergesHistory
	}
	return flags
}

// readsHistory is the flag of an environment that has an expression which reads
// history.*.
func (e *emitter) readsHistory(env *environment) uint8 {
	for _, id := range env.compiled {
		if e.programs.all[id].Uses&snapshot.UsesHistory != 0 {
			return snapshot.EnvironmentReadsHistory
		}
	}
	return 0
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

func (e *emitter) programSections() {
	code := e.sec(snapshot.SecCode)
	for _, p := range e.programs.all {
		e.sec(snapshot.SecPrograms).record().pair(0, uint32(len(code.b)), uint32(len(p.Code)))
		e.sec(snapshot.SecProgramUses).record().u32(0, uint32(p.Uses))
		code.b = append(code.b, p.Code...)
	}
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
