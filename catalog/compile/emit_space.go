package compile

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

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
		html, json, text := e.rendering(s.html), e.rendering(s.json), e.rendering(s.text)
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
		r.pair(80, json.Start, json.Length)
		r.pair(88, text.Start, text.Length)
	}
}

// rendering keeps a template, if there is one.
func (e *emitter) rendering(t []byte) snapshot.Span {
	if t == nil {
		return snapshot.Span{Start: none}
	}
	return e.text(t)
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
	if s.src.Viewable.On {
		flags |= snapshot.SpaceViewable
	}
	if tracks(s.src) {
		flags |= snapshot.SpaceTrack
	}
	return flags
}

// tracks reports whether a space counts clicks: as it says, else where it stores
// propositions.
func tracks(s *catalog.Space) bool {
	if s.Track == nil {
		return s.Store.Propositions
	}
	return s.Track.On
}

// liveMap writes the bitmap of the offers that are live on a space.
func (e *emitter) liveMap(env *environment, s *space) (first uint32) {
	sec := e.sec(snapshot.SecBitmaps)
	first = sec.count()
	words := make([]uint64, (len(env.offers)+63)/64)
	for _, rank := range s.live {
		words[rank/64] |= 1 << (rank % 64)
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
