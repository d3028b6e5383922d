package guest

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/number"
	"github.com/profferhq/proffer/plugin/seal"
)

// A fragment is one slot of a listed page as a document of its own, for a cache
// that puts the page together. Each is a whole decision of the page, of which all
// but one slot is thrown away: they agree because what they depend on is the same.

// fragment makes the request one of the page that its query names, of whose slots
// the body holds the one that it names, hero or hero_2 as in markup. The answer
// comes when that page is decided.
func (g *Guest) fragment() {
	p, e := &g.page, &g.endpoint
	r := &p.request
	name, n := field(r.Query, "slot"), 1
	for i := len(name) - 1; i > 0; i-- {
		if name[i] == '_' {
			if ordinal, ok := number.ParseInt(name[i+1:]); ok {
				name, n = name[:i], int(ordinal)
			}
			break
		}
	}
	url, text := decide.Unescape(field(r.Query, "page"), p.text)
	p.text = text
	path, ok := g.location(url)
	if !ok || len(name) == 0 {
		g.say(codeBadRequest, "no page or no slot")
		return
	}
	p.fragment = true
	e.slot[0].Space, e.slot[0].N = name, n
	r.Path, r.Slots, r.HasSlots, r.Want = path, e.slot[:], true, r.Want|abi.WantHTML
}

// show answers with the offer of the slot that the fragment is of, or with nothing
// where the page's own content stays. It sets no cookie, for whoever puts a page
// together drops it, and of a HEAD nothing is noted.
func (g *Guest) show() {
	p, reply := &g.page, &g.endpoint.reply
	slot := 0
	for slot < len(p.call.Slots) && p.call.Slots[slot].Held != abi.HeldYes {
		slot++
	}
	if !p.listed || slot == len(p.call.Slots) {
		g.say(codeNotFound, "not found")
		return
	}
	reply.Code = codeNoContent
	r, a := &g.engine.Results()[slot], &g.endpoint.shown
	if r.Offer == snapshot.None {
		return
	}
	offer := g.view.Offer(r.Offer)
	p.ids[r.Proposition] = g.fragmentID(offer.Hash(), g.hash(g.view.Space(r.Space).Name()))
	a.HTML = nil
	g.writeContent(a, offer, r)
	if len(a.HTML) == 0 {
		return
	}
	reply.Code, reply.Body = codeOK, a.HTML
	g.header("content-type", "text/html; charset=utf-8")
	if !g.method(methodHead) {
		g.writePropositions()
		reply.Interaction, reply.Propositions, reply.Events = p.answer.Interaction, p.answer.Propositions, p.answer.Events
		g.tell()
	}
}

// minuteMS is for how long the fragments of a page agree.
const minuteMS = 60_000

// agree makes what a fragment draws by chance the same for all fragments of a page
// that one visitor gets in one minute: the order of equal weights, when a visit
// began, and ids, so that none counts against another. Of strangers the order is
// the same for all.
func (g *Guest) agree() {
	p := &g.page
	if !p.fragment {
		return
	}
	id, minute := p.state.ID[:], p.request.Time/minuteMS
	p.call.Seed = snapshot.CallTie(snapshot.CallTie(uint64(minute), id), p.request.Path)
	if v := &p.call.Visitor; v.New {
		v.VisitStart = minute * 60
	}
	if !p.state.Known || p.request.Entropy == nil {
		return
	}
	entropy := &g.endpoint.entropy
	copy(entropy[:], id)
	for i := range 8 {
		entropy[abi.VisitorSize+i] = byte(p.call.Seed >> (8 * i))
	}
	p.request.Entropy = entropy[:]
}

// fragmentID is the id that a fragment gives the proposition of an offer on a
// space, by their hashes: the same in all fragments of the page.
//
//go:noinline
func (g *Guest) fragmentID(offer, space uint32) (id [abi.PropositionSize]byte) {
	if entropy := g.page.request.Entropy; entropy != nil {
		sum := seal.Expand((*[abi.EntropySize]byte)(entropy), "proposition", offer^space)
		copy(id[:], sum[:])
	}
	return id
}

// isSibling reports whether an entry of a record is a proposition of another
// fragment of this page, or of this one, to which nothing has happened yet. The
// slots of a page do not know of each other's from the record.
func (g *Guest) isSibling(e *abi.HistoryEntry) bool {
	if !g.page.fragment || e.Time != e.First || g.page.request.Time-e.Time > minuteMS {
		return false
	}
	id := g.fragmentID(hashOf(e.Offer), hashOf(e.Space))
	return string(e.ID) == string(id[:])
}
