package guest

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
)

// maxPast is how many entries of a history are counted, the newest. A visitor's
// cookie cannot hold as many; it bounds what a host's record can cost.
const maxPast = 256

// fillHistory tells the engine what the targets of the environments that answer
// were shown before, as the host's records say. Without consent nothing is known.
func (g *Guest) fillHistory() {
	if !g.page.consent {
		return
	}
	for _, index := range g.engine.Reached() {
		env := g.view.Environment(index)
		if env.Rules().Count > 0 {
			g.addHistory(index, g.history(env))
		}
	}
}

// history is that of an environment's target, nil if nothing is known of it.
func (g *Guest) history(env *snapshot.Environment) abi.History {
	if env.Kind() == snapshot.KindIdentified {
		if p := g.person(env); p != nil {
			return p.History
		}
		return nil
	}
	if v := g.visitorRecord(env); v != nil && !g.page.replaced {
		return v.History
	}
	return nil
}

func (g *Guest) addHistory(env uint32, list abi.History) {
	var e abi.HistoryEntry
	for n, it := 0, list.Iterate(); n < maxPast && it.Next(&e); n++ {
		g.engine.AddPast(env, &decide.Past{
			Offer: snapshot.Hash32(e.Offer), Channel: decide.ChannelHash(e.Channel),
			Status: e.Status, First: e.Time, Last: e.Time,
		})
	}
}
