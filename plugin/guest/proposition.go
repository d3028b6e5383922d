package guest

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/seal"
)

// mintPropositions gives the interaction and its propositions ids, of the
// request's entropy. Without entropy, and without consent, propositions have none.
func (g *Guest) mintPropositions() {
	p := &g.page
	if len(p.request.Entropy) != abi.EntropySize {
		return
	}
	entropy := (*[abi.EntropySize]byte)(p.request.Entropy)
	sum := seal.Expand(entropy, "interaction", 0)
	copy(p.talk[:], sum[:])
	p.answer.Interaction = p.talk[:]
	if !p.consent {
		return
	}
	const perBlock = len(sum) / abi.PropositionSize
	for i := range g.engine.Propositions() {
		if i%perBlock == 0 {
			sum = seal.Expand(entropy, "proposition", uint32(i/perBlock))
		}
		copy(p.ids[i][:], sum[i%perBlock*abi.PropositionSize:])
	}
}

// stores reports whether a proposition is one to be stored: of a space that
// stores them, in a slot that the body holds or may hold.
func (g *Guest) stores(q *decide.Proposition) bool {
	return q.Held != abi.HeldNo && g.view.Space(q.Space).Flags()&snapshot.SpaceStorePropositions != 0
}

// status is the one with which a proposition is stored: its space's, once it is
// known that the page has it, or, where that waits for the visitor, has shown it.
func (g *Guest) status(q *decide.Proposition) catalog.Status {
	if q.Held != abi.HeldYes {
		return catalog.Generated
	}
	return g.placed(q)
}

// placed is the status of a proposition once it is known that the page has it.
func (g *Guest) placed(q *decide.Proposition) catalog.Status {
	sp := g.view.Space(q.Space)
	if sp.Flags()&snapshot.SpaceViewable != 0 {
		return catalog.Generated
	}
	return catalog.Status(sp.OnProposed())
}

// shown is the event line of a proposition that is stored, until the response is
// written.
func (g *Guest) shown(q *abi.Proposition, held abi.Held) []byte {
	p := &g.page
	l := line{
		event: "decided", time: q.Time, interaction: p.answer.Interaction, proposition: q.ID,
		environment: q.Environment, space: q.Space, channel: q.Channel, offer: q.Offer,
		rank: q.Rank, mode: q.Mode, fallback: q.Fallback,
	}
	if held == abi.HeldYes {
		l.event = "shown"
	}
	at := len(p.text)
	p.text = l.append(p.text)
	return p.text[at:len(p.text):len(p.text)]
}
