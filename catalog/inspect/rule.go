package inspect

import (
	"strconv"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// The words of a rule's options, by their numbers.
var (
	calendars = [...]string{
		catalog.NoCalendar: "", catalog.CalendarDay: "day", catalog.CalendarWeek: "week", catalog.CalendarMonth: "month",
	}
	countings = [...]string{
		catalog.CountAll: "all", catalog.CountSelf: "self", catalog.CountCategory: "category", catalog.CountRule: "rule",
	}
	countedStatuses = [...]string{
		catalog.CountAny: "any", catalog.CountSeen: "seen", catalog.CountAcceptedOrRejected: "accepted_or_rejected",
		catalog.CountAccepted: "accepted", catalog.CountRejected: "rejected",
	}
)

// rule is a rule as its author wrote it.
func rule(r *catalog.Rule) Rule {
	return Rule{
		Name: r.Name.S, Active: truth(r.Active), Channel: r.Channel.S, AppliesTo: r.AppliesTo.S, Target: filter(r.Target),
		Period: duration(r.Period.MS), Calendar: calendars[r.Calendar], Quantity: r.Quantity, SameChannelOnly: r.SameChannelOnly,
		Counted: countings[r.Counted], Status: countedStatuses[r.Status], Propositions: filter(r.Propositions),
	}
}

// rule is a rule as one environment applies it.
func (d decoding) rule(r *snapshot.Rule) Rule {
	out := Rule{
		Name: d.name(r.Name()), Channel: d.name(r.Channel()), Target: d.filter(r.Target()), Period: duration(r.Period()),
		Quantity: int64(r.Quantity()), SameChannelOnly: r.Flags()&snapshot.RuleSameChannel != 0, Propositions: d.filter(r.Propositions()),
		// verified: the numbers are those of the words
		Calendar: calendars[r.Calendar()], Counted: countings[r.Counted()], Status: countedStatuses[r.Status()],
	}
	offers := d.env.Offers()
	for rank := range offers.Count {
		if d.view.Applies(r, rank) {
			out.Offers = append(out.Offers, d.name(d.view.Offer(offers.Start+rank).Code()))
		}
	}
	out.NoOffer = len(out.Offers) == 0
	if len(out.Offers) == int(offers.Count) {
		out.Offers = nil
	}
	return out
}

// duration writes a length of time as authors do; none as "".
func duration(ms int64) string {
	out := ""
	for _, unit := range [...]struct {
		ms     int64
		letter string
	}{{86_400_000, "d"}, {3_600_000, "h"}, {60_000, "m"}} {
		if n := ms / unit.ms; n > 0 {
			out += strconv.FormatInt(n, 10) + unit.letter
			ms %= unit.ms
		}
	}
	if ms > 0 { // not in the words of the format, and so not left out
		out += strconv.FormatInt(ms, 10) + "ms"
	}
	return out
}
