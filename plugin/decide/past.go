package decide

import (
	"math"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/expr"
)

// Past is one proposition that the target was shown before. Names are as
// histories keep them: an offer by Hash32 of its code, a channel by the upper
// half of its Hash32.
type Past struct {
	Offer   uint32
	Channel uint16
	Status  catalog.Status
	Space   []byte // as it was recorded, nil if it was not
	// First is when it was presented (while it is not, when it was generated),
	// Last when it reached its status: milliseconds since 1970-01-01T00:00:00Z.
	First, Last int64
}

// AddPast tells of one proposition of the target in a reached environment,
// between Resolve and Decide.
func (e *Engine) AddPast(env uint32, p *Past) {
	f := e.frames[env]
	if !f.env.Remembers() {
		return // nothing asks
	}
	f.past = append(f.past, *p)
	if _, kept := e.view.Retention(); f.env.Flags()&snapshot.EnvironmentReadsHistory != 0 && p.Last >= e.call.Time-kept {
		f.scope.Past = append(f.scope.Past, e.shown(f.env, p))
	}
}

// shown is a proposition as history.* sees it.
func (e *Engine) shown(env *snapshot.Environment, p *Past) expr.Shown {
	s := expr.Shown{Offer: uint64(p.Offer), At: p.First, Is: 1<<snapshot.HistoryCount | 1<<snapshot.HistoryAge}
	if o := e.view.FindOffer(env, p.Offer); o != none {
		s.Category = snapshot.Hash64(e.view.Name(e.view.Category(e.view.Offer(o).Category()).Name()))
	}
	switch p.Status {
	case catalog.Accepted:
		s.Is |= 1 << snapshot.HistoryAccepted
	case catalog.Rejected:
		s.Is |= 1 << snapshot.HistoryRejected
	}
	return s
}

// Horizon is the time before which no rule of an environment, reached or not,
// counts a proposition of that status, in milliseconds since
// 1970-01-01T00:00:00Z; the end of time where none counts it. Windows depend on
// the time of the call alone. An expression that reads history.* counts all.
func (e *Engine) Horizon(env *snapshot.Environment, status catalog.Status) int64 {
	if env.Flags()&snapshot.EnvironmentReadsHistory != 0 {
		return 0
	}
	at := int64(math.MaxInt64)
	p := Past{Status: status}
	rules := env.Rules()
	for i := rules.Start; i < rules.End(); i++ {
		r := e.view.Rule(i)
		if _, ok := p.since(catalog.CountedStatus(r.Status())); ok {
			at = min(at, e.windowOf(r))
		}
	}
	return at
}

// windowOf is the time from which on a rule counts.
func (e *Engine) windowOf(r *snapshot.Rule) int64 {
	if r.Calendar() != uint8(catalog.NoCalendar) {
		return e.beginOf(catalog.Calendar(r.Calendar()))
	}
	return e.call.Time - r.Period() + 1 // strictly newer
}

// ChannelHash is the form in which histories name a channel.
func ChannelHash(name []byte) uint16 { return uint16(snapshot.Hash32(name) >> 16) }

// since is the time at which a proposition reached what a rule counts, and
// whether it has.
func (p *Past) since(counted catalog.CountedStatus) (at int64, ok bool) {
	switch counted {
	case catalog.CountAny:
		return p.First, true
	case catalog.CountSeen:
		return p.First, p.Status >= catalog.Presented
	case catalog.CountAcceptedOrRejected:
		return p.Last, p.Status == catalog.Accepted || p.Status == catalog.Rejected
	case catalog.CountAccepted:
		return p.Last, p.Status == catalog.Accepted
	case catalog.CountRejected:
		return p.Last, p.Status == catalog.Rejected
	}
	return 0, false
}
