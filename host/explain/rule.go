package explain

import (
	"fmt"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/inspect"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/zone"
)

// rule says which presentation rule excludes the offer, and by which counts.
func (r *reason) rule() {
	rule := r.view.Rule(r.env(r.group).Rules().Start + uint32(r.trace.Detail))
	r.out.Rule, r.out.Count = r.name(rule.Name()), r.trace.Count
	if r.trace.Count < rule.Quantity() {
		r.say(ReasonNoConsent, "rule %s applies to it, and without consent nothing is known of what was shown before", r.out.Rule)
		return
	}
	text := fmt.Sprintf("%d of %d %spropositions %s", r.trace.Count, rule.Quantity(), statuses[rule.Status()%uint8(len(statuses))], r.counted(rule))
	if rule.Flags()&snapshot.RuleSameChannel != 0 {
		text += " on channel " + r.name(r.view.Space(r.space).Channel())
	}
	if rule.Propositions() != snapshot.None {
		filter, _ := inspect.Expression(r.view, r.envIndex(r.group), rule.Propositions())
		text += " with " + filter
	}
	r.say(ReasonRule, "excluded by rule %s: %s since %s", r.out.Rule, text, r.clock(r.since(rule)))
}

// statuses are the words before "propositions" for what a rule counts.
var statuses = [...]string{
	catalog.CountAny: "", catalog.CountSeen: "seen ", catalog.CountAcceptedOrRejected: "accepted or rejected ",
	catalog.CountAccepted: "accepted ", catalog.CountRejected: "rejected ",
}

// counted says of which offers a rule counts propositions.
func (r *reason) counted(rule *snapshot.Rule) string {
	switch catalog.Counting(rule.Counted()) {
	case catalog.CountSelf:
		return "of this offer"
	case catalog.CountCategory:
		return "of category " + r.out.Category
	case catalog.CountRule:
		return "of the offers that the rule applies to"
	}
	return "of any offer"
}

// since is from when on a rule counts.
func (r *reason) since(rule *snapshot.Rule) int64 {
	if rule.Calendar() == uint8(catalog.NoCalendar) {
		return r.request.Time - rule.Period()
	}
	now := time.UnixMilli(r.request.Time).In(r.zone())
	y, m, d := now.Date()
	switch catalog.Calendar(rule.Calendar()) {
	case catalog.CalendarWeek:
		d -= (int(now.Weekday()) + 6) % 7 // from Monday
	case catalog.CalendarMonth:
		d = 1
	}
	return time.Date(y, m, d, 0, 0, 0, 0, now.Location()).UnixMilli()
}

// zone is the catalog's.
func (x *reading) zone() *time.Location {
	if loc, ok := zone.Load(x.name(x.view.Catalog().Zone())); ok {
		return loc
	}
	return time.UTC
}

// clock is what the clocks of the catalog's zone show at an instant.
func (x *reading) clock(ms int64) string {
	at := time.UnixMilli(ms).In(x.zone())
	if at.Second() == 0 {
		return at.Format("2006-01-02 15:04 MST")
	}
	return at.Format("2006-01-02 15:04:05 MST")
}
